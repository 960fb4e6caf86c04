#!/usr/bin/env bats
# platforms.bats - each platform of the lab is detected for what it is, on ext4 and XFS, and its counts are its own
# SPDX-License-Identifier: BSD-3-Clause
# shellcheck disable=SC2154,SC2016 # words that are meant as they stand
load common

# has FILE EXPRESSION: Python's view of the JSON document d; of a result, cell[PATH] are the measured cells
has() {
    python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
cell = {c["path"]: c for c in d.get("cells", []) if c["status"] == "measured"}
sys.exit(0 if eval(sys.argv[2]) else f"{sys.argv[1]}: not so: {sys.argv[2]}")' "$@"
}

# platform NAME FS: boots it; what it left is $here afterwards, for the comparison at the end too
platform() {
    here=$BATS_FILE_TMPDIR/$1-$2
    run --separate-stderr "$tree/lab/platforms" --build "$(dirname -- "$PMEMBENCH")" --platform "$1" --fs "$2" \
        --out "$BATS_FILE_TMPDIR" --json "$here.json"
    [ "$status" = 0 ] || fail "exit $status" "$output" "$stderr"
    /usr/bin/python3 "$tree/tests/results/validate.py" "$here/run/result.json"
    has "$here/run/result.json" 'd["status"] == "complete" and d["domain"]["source"] == "detected"'
    has "$here/run/result.json" 'set(cell) == {"bypass", "deferred-xarray", "sys-fdatasync", "mmap-xarray", "sys-mmap-fdatasync"}'
    has "$here/run/result.json" 'd["region"]["medium"] == "pmem" and d["region"]["provenance"] == "emulated"'
    has "$here/run/result.json" "'file system $2, DAX' in d['domain']['evidence']"
    has "$here/run/result.json" '[cell[p]["counts"]["faults"] for p in ("sys-mmap-fdatasync", "mmap-xarray", "bypass")] == [1, 1, 0]'
    has "$here/probe.json" 'd["region"]["provenance"] == "emulated" and d["domain"]["source"] == "detected"'
    nothing_left
}

# detected DOMAIN PROVIDER MAP_SYNC GRANULARITY DRAIN EVIDENCE...: by run and probe, for what the kernel says
detected() {
    local result=$here/run/result.json word
    has "$result" "d['domain']['name'] == d['domain']['detected'] == '$1' and d['region']['provider'] == '$2'"
    has "$result" "d['region']['map_sync'] == '$3' and d['region']['granularity'] == '$4'"
    has "$result" "d['domain']['drain']['kind'] == '$5'"
    has "$here/probe.json" "d['domain']['name'] == '$1' and d['region']['provider'] == '$2'"
    grep -qx "provider	$2" "$here/sysfs"
    for word in "${@:6}"; do
        has "$result" "any(e.startswith('$word') for e in d['domain']['evidence'])"
        grep -q "^$word" <<<"$(tr '\t' ' ' <"$here/sysfs")" || [[ $word == MAP_SYNC* ]] || fail "the kernel does not say $word"
    done
}

# counted LINES FENCES DRAINS: of an fsync after one 4 KiB write, copied with or without the cache's help
counted() {
    local result=$here/run/result.json
    for path in deferred-xarray mmap-xarray; do
        has "$result" "[cell['$path']['counts'][n] for n in ('lines_flushed', 'fences', 'drains', 'entries_scanned')] == [$1, $2, $3, 1]"
    done
    has "$result" "[cell['bypass']['counts'][n] for n in ('nt_bytes', 'lines_flushed', 'fences', 'drains')] == [4096, 0, $2 + 1, $3]"
}

# The report and the probe say in their first lines that the times are an emulator's (where it is no KVM).
says_emulated() {
    local first
    has "$here/run/result.json" 'd["machine"]["hypervisor"].startswith("TCG")' 2>/dev/null || return 0
    first=$(head -n 6 "$here/stdout")
    [[ $first == *"times     EMULATED: "* ]] || fail "the report begins: $first"
    grep -q 'an emulated CPU' "$here/probe.txt"
    if grep -q 'times bypass' "$here/stdout"; then
        tr -s ' \n' ' ' <"$here/stdout" | grep -qE '(slower|faster|against [^)]*\)) in this emulator' || fail "claims: $(cat "$here/stdout")"
    fi
}

eadr() {
    platform eadr "$1"
    detected eadr ACPI.NFIT true byte none 'persistence_domain cpu_cache' 'write_cache 0' 'deep_flush 0' 'MAP_SYNC granted'
    counted 0 1 0
    says_emulated
    [[ $(tr -s ' \n' ' ' <"$here/stdout") == *"no flush, one store fence; no drain "* ]] || fail "$(cat "$here/stdout")"
}

adr() {
    platform adr "$1"
    detected adr ACPI.NFIT true cache-line store-fence 'persistence_domain memory_controller' 'write_cache 1' 'deep_flush 0' \
        'MAP_SYNC granted'
    counted 64 2 1
    says_emulated
}

posted() {
    platform posted "$1"
    detected flush-device virtio-pmem false page flush-request 'persistence_domain absent' 'write_cache 1' 'deep_flush absent' \
        'MAP_SYNC refused'
    counted 64 1 1
    has "$here/run/result.json" 'd["domain"]["drain"]["provenance"] == "measured"'
    has "$here/run/result.json" 'd["domain"]["drain"]["source"].startswith("fdatasync of an empty file beside")'
    says_emulated
}

@test "eADR, ext4" {
    eadr ext4
}

@test "eADR, XFS" {
    eadr xfs
}

@test "ADR, ext4" {
    adr ext4
}

@test "ADR, XFS" {
    adr xfs
}

@test "virtio-pmem, ext4" {
    posted ext4
}

@test "virtio-pmem, XFS" {
    posted xfs
}

@test "an NVDIMM that promises nothing, ext4" {
    platform unknown ext4
    detected unknown ACPI.NFIT true cache-line store-fence 'persistence_domain absent' 'write_cache 1' 'deep_flush 0'
    counted 64 2 1
    has "$here/run/result.json" '"DOMAIN_UNKNOWN" in [w["code"] for w in d["warnings"]]'
    grep -q DOMAIN_UNKNOWN "$here/probe.txt"
}

@test "their comparison: counts side by side, times withheld, no judgement" {
    cd "$BATS_FILE_TMPDIR"
    for fs in ext4 xfs; do
        run --separate-stderr "$PMEMBENCH" compare "adr-$fs/run" "posted-$fs/run" "eadr-$fs/run"
        [ "$status" = 0 ] || fail "exit $status" "$stderr"
        [[ $output == *"times are withheld: results of an emulated machine (A, B, C)"* ]] || fail "$output"
        [[ ${output#*times are withheld} != *" ns"* ]] || fail "a time: $output"
        text=$(tr -s ' \n' ' ' <<<"$output")
        [[ $text == *"A (adr) 64 lines flushed, two fences; B (flush-device) 64 lines flushed, one fence, then a flush request"* ]] || fail "$output"
        [[ $text == *"lines flushed by fsync 64 64 0 fences by fsync 2 1 1 drain by fsync second fence host flush none"* ]] ||
            fail "$output"
        run --separate-stderr "$PMEMBENCH" compare --fail-on slower "adr-$fs/run" "eadr-$fs/run"
        [ "$status" = 1 ] || fail "exit $status" "$output" "$stderr"
        [[ $stderr == *"could not judge 5 of 5 cells"*"emulated"* ]] || fail "$stderr"
    done
}

@test "a platform that is detected as another one is told" {
    mkdir lab
    cp -r "$tree"/lab/{platforms,platforms.sh,platforms.json,guest.py} lab
    printf '#!/bin/bash\nwhile [ "$1" != --out ]; do shift; done\nmkdir -p "$2"\ncp -r %q/. "$2"\n' \
        "$BATS_FILE_TMPDIR/unknown-ext4" >lab/run
    chmod +x lab/run
    run --separate-stderr lab/platforms --build "$(dirname -- "$PMEMBENCH")" --platform adr --fs ext4
    [ "$status" = 1 ] || fail "exit $status" "$output" "$stderr"
    [[ $output == *"adr ext4: the run says that the domain is unknown, not adr"* ]] || fail "$output"
    run --separate-stderr lab/platforms --platform optane
    [ "$status" = 2 ]
}
