#!/usr/bin/env bats
# domain.bats - the persistence domain that the machine says, on made-up sysfs trees: probe, dry run, posted, resume
# SPDX-License-Identifier: BSD-3-Clause
load common

setup() {
    enter_empty
    PMEMBENCH=$PMEMBENCH_PROOF
}

nfit=sys/devices/LNXSYSTM:00/ACPI0012:00/ndbus0
virtio=sys/devices/pci0000:00/0000:00:04.0/virtio1/ndbus0
# shellcheck disable=SC2034 # taken by name
{
    cxl=sys/devices/platform/ACPI0017:00/root0/nvdimm-bridge0/ndbus0
    e820=sys/devices/platform/e820_pmem/ndbus0
}

# tree BUS PROVIDER [ATTRIBUTE=VALUE...]: a DAX device dax0.0 (1:5, which nobody reads or writes here) in a region of
# that bus
tree() {
    local bus=$1 provider=$2 device=$1/region0/dax0.1/dax0.0 item
    shift 2
    [ "$(id -u)" = 0 ] || skip "mknod needs root"
    rm -rf sys dax0.0
    mknod dax0.0 c 1 5 || skip "mknod is not permitted here"
    mkdir -p sys/dev/char sys/bus/dax "$device"
    ln -s "$PWD/$device" sys/dev/char/1:5
    ln -s "$PWD/sys/bus/dax" "$device/subsystem"
    echo 1073741824 >"$device/size"
    echo "$provider" >"$bus/provider"
    for item in "$@"; do
        echo "${item#*=}" >"$bus/region0/${item%%=*}"
    done
}

# probes EXPRESSION...: what probe says of dax0.0
probes() {
    pmb probe --quick --json --path dax0.0 --sys-root sys >probe.json
    for expression in "$@"; do
        has probe.json "$expression"
    done
}

# cells_of ARGUMENT...: the domain of all cells of a dry run on dax0.0
cells_of() {
    pmb run "${tiny[@]}" --dry-run --path dax0.0 --destroy --sys-root sys "$@" | grep -o "/domain=.*" | sort -u
}

@test "each platform: probe shows the domain, a run's cells have it" {
    local wanted
    while read -r wanted bus provider attributes; do
        # shellcheck disable=SC2086 # a list
        tree "${!bus}" "$provider" $attributes
        probes "d['domain']['name'] == '$wanted' and d['domain']['source'] == 'detected'" \
            "'provider $provider (/sys/bus/nd/devices/ndbus0/provider)' in d['domain']['evidence']" \
            "d['region']['path_kind'] == 'devdax' and d['region']['provider'] == '$provider'"
        [ "$(cells_of)" = "/domain=$wanted" ] || fail "cells: $(cells_of), not $wanted"
    done <<'END'
eadr nfit ACPI.NFIT persistence_domain=cpu_cache deep_flush=0
eadr nfit ACPI.NFIT persistence_domain=cpu_cache deep_flush=1
adr nfit ACPI.NFIT persistence_domain=memory_controller deep_flush=0
hint nfit ACPI.NFIT persistence_domain=memory_controller deep_flush=1
unknown nfit ACPI.NFIT deep_flush=0
gpf cxl CXL persistence_domain=memory_controller deep_flush=0
flush-device virtio virtio-pmem
unknown e820 e820
END
}

@test "the page that probe prints has domain, source and evidence" {
    tree "$nfit" ACPI.NFIT persistence_domain=memory_controller deep_flush=0 mappings=1 mapping0=nmem2,0,4096,0
    mkdir -p "$nfit/nmem2/nfit"
    echo 7 >"$nfit/nmem2/nfit/dirty_shutdown"
    echo 1 >"$nfit/region0/dax0.1/dax0.0/numa_node"
    mkdir -p sys/devices/system/node/node1/access0/initiators
    echo 350 >sys/devices/system/node/node1/access0/initiators/read_latency
    echo 6800 >sys/devices/system/node/node1/access0/initiators/read_bandwidth
    pmb probe --quick --path dax0.0 --sys-root sys >page
    grep -q "memory      devdax pmem .*, domain adr (detected)" page
    grep -q "^domain      provider ACPI.NFIT" page
    grep -q "deep_flush 0: no flush hints" page
    grep -q "nmem2: 7 dirty shutdowns" page
    grep -q "^HMAT        read 350 ns, 6.8 GB/s" page
    probes 'd["domain"]["dirty_shutdown"] == [{"dimm": "nmem2", "count": 7}]' \
        'd["region"]["hmat"] == {"read_latency_ns": 350, "write_latency_ns": None,
            "read_bandwidth_gb_s": 6.8, "write_bandwidth_gb_s": None}'
}

@test "a machine that contradicts itself is warned of, and the weaker domain is taken" {
    tree "$cxl" CXL persistence_domain=memory_controller deep_flush=1
    probes 'd["domain"]["name"] == "hint"' \
        'any("DOMAIN_CONTRADICTS" == w["code"] and "deep_flush 1" in w["message"] for w in d["warnings"])' \
        'any(e.startswith("contradiction: ") for e in d["domain"]["evidence"])'
    [ "$(cells_of)" = /domain=hint ]
}

@test "what cannot be read, and control characters" {
    tree "$nfit" ACPI.NFIT deep_flush=0
    mkdir "$nfit/region0/persistence_domain"
    probes 'd["domain"]["name"] == "unknown" and any("not readable" in e for e in d["domain"]["evidence"])' \
        '"DOMAIN_UNKNOWN" in [w["code"] for w in d["warnings"]]'
    printf 'cpu_cache\033[31m\200' >"$nfit/provider"
    probes 'd["domain"]["name"] == "unknown"' \
        'd["region"]["provider"] == r"cpu_cache\x1b[31m\x80"' \
        'all(" " <= c <= "~" for e in d["domain"]["evidence"] for c in e)'
    rm "$nfit/provider"
    ln -s provider "$nfit/provider"
    probes 'd["domain"]["name"] == "unknown" and d["region"]["provider"] == "unknown"'
}

@test "--domain: what is chosen counts" {
    tree "$nfit" ACPI.NFIT persistence_domain=memory_controller deep_flush=1
    [ "$(cells_of --domain adr)" = /domain=adr ]
    [ "$(cells_of --domain posted)" = /domain=hint ]
    [ "$(cells_of --drain latency=300,bandwidth=2,queue=64K)" = /domain=hint ]
    tree "$virtio" virtio-pmem
    [ "$(cells_of --domain posted)" = /domain=flush-device ]
}

@test "--domain posted where neither is, and --drain where it is executed" {
    refused 1 "posted: this machine has neither" "choose hint or flush-device" -- run "${tiny[@]}" --domain posted
    refused 1 "posted: this machine has neither" -- run "${tiny[@]}" --domain posted --path memory
    refused 2 "no-such-path" -- run --paths no-such-path --domain posted
    tree "$nfit" ACPI.NFIT persistence_domain=memory_controller deep_flush=0
    refused 1 "posted: this machine has neither" -- run "${tiny[@]}" --domain posted --path dax0.0 --destroy --sys-root sys
    refused 1 "'adr' is executed" -- \
        run "${tiny[@]}" --drain latency=300,bandwidth=2,queue=64K --path dax0.0 --destroy --sys-root sys
    refused 2 "'adr' is executed" -- run "${tiny[@]}" --drain latency=300,bandwidth=2,queue=64K
}

@test "RAM given out as a DAX device, page cache and DRAM have no domain: adr stands in" {
    tree sys/devices/hmem.0/none nothing
    rm sys/dev/char/1:5
    mkdir -p sys/devices/hmem.0/dax0.0
    ln -s "$PWD/sys/devices/hmem.0/dax0.0" sys/dev/char/1:5
    ln -s "$PWD/sys/bus/dax" sys/devices/hmem.0/dax0.0/subsystem
    echo 1073741824 >sys/devices/hmem.0/dax0.0/size
    probes 'd["domain"]["name"] == "adr" and d["domain"]["source"] == "chosen" and "detected" not in d["domain"]' \
        'd["region"]["medium"] == "dram"'
    [ "$(cells_of)" = /domain=adr ]
    pmb run "${tiny[@]}" --quiet --path memory --out out >/dev/null
    valid out/result.json
    has out/result.json 'd["domain"]["name"] == "adr" and d["domain"]["source"] == "chosen"'
    has out/result.json 'not any(w["code"].startswith("DOMAIN") for w in d["warnings"])'
}

@test "probe --path looks at anything, and changes and waits for nothing" {
    echo precious >mine
    mkfifo fifo
    before=$(stat -c '%x %y %z %s' mine)
    pmb probe --quick --json --path mine >one.json
    has one.json 'd["region"]["path_kind"] == "file" and d["region"]["medium"] == "page-cache"'
    [ "$(stat -c '%x %y %z %s' mine)" = "$before" ]
    before=$(find . | sort)
    pmb probe --quick --json --path new >/dev/null
    pmb probe --quick --json --path . >/dev/null
    [ "$(find . | sort)" = "$before" ]
    refused 1 "fifo" "neither a file" -- probe --quick --path fifo
    refused 1 "/dev/null" "neither a file" -- probe --quick --path /dev/null
    refused 1 "none/new" "cannot be looked at" -- probe --quick --path none/new
    refused 1 "cannot be looked at" -- probe --quick --path ''
    PMEMBENCH=${PMEMBENCH_PROOF%_proof}
    refused 2 "sys-root" -- probe --sys-root sys
}

@test "--resume: not where the machine now says another domain" {
    running_until_journal 30 --paths bypass,deferred-bitmap --size 64,512,4096 --footprint 64K --max-time 60 \
        --precision 0.001%
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null || true
    pid=
    cp out/journal.jsonl journal
    for change in 'h["domain"]["detected"] = "eadr"' 'h["domain"]["name"] = "hint"'; do
        /usr/bin/python3 - "$change" <<'END'
import json, sys
lines = open("journal").read().splitlines(keepends=True)
h = json.loads(lines[0])
exec(sys.argv[1])
open("out/journal.jsonl", "w").writelines([json.dumps(h) + "\n"] + lines[1:])
END
        refused 1 "--resume out" "persistence domain" "not mixed" -- run --resume out
    done
    cp journal out/journal.jsonl
    pmb run --resume out --quiet --max-time 0.1 >/dev/null
    valid out/result.json
}
