#!/usr/bin/env bats
# mmap.bats - stores through a mapping whose first touch after an fsync faults
# SPDX-License-Identifier: BSD-3-Clause
load common

small=(--size 4096 --footprint 64K --dirty size --max-time 0.2)

# What this system lacks of PAGEMAP_SCAN is said once.
pagemap() {
    "$PMEMBENCH" list --json | /usr/bin/python3 -c 'import json, sys
sys.exit(not any(p["name"] == "mmap-pagemap" and p["available"] for p in json.load(sys.stdin)["paths"]))'
}

@test "every tracker behind real faults, with a ledger" {
    pmb run --kernel mmap_fsync "${small[@]}" --quiet --out out >report
    valid out/result.json
    has out/result.json '[c["path"] for c in d["cells"]] == ["mmap-xarray", "mmap-radix", "mmap-bitmap", "mmap-pagemap"]'
    has out/result.json 'all(c["status"] == "measured" for c in d["cells"] if c["path"] != "mmap-pagemap")'
    has out/result.json 'len(d["controls"]["groups"]) == 1 and all("/mmap-xarray/" in c["a"]["id"] for c in d["comparisons"])'
    has out/result.json 'all({"fault", "write-protect"} <= {r["stage"] for r in c["ledger"]}
        for c in d["cells"] if c["path"] in ("mmap-xarray", "mmap-bitmap"))'
    has out/result.json 'all(c["counts"]["faults"] == 1 and c["counts"]["write_protects"] == 1 for c in d["cells"]
        if c["status"] == "measured")'
    has out/result.json 'd["region"]["write_protect"] in ("uffd", "mprotect")'
    has out/result.json '"PAGE_FAULTS" not in [w["code"] for w in d["warnings"]]'
    has out/result.json '(d["region"]["write_protect"] == "mprotect") == ("PROTECT_MPROTECT" in [w["code"] for w in d["warnings"]])'
    grep -q "What does a store through a mapping cost" report
    if pagemap; then
        has out/result.json 'd["cells"][3]["status"] == "measured"'
    else
        has out/result.json 'd["cells"][3]["status"] == "skipped" and d["cells"][3]["reason"]'
    fi
}

@test "beside write() each family has its own group and baseline, and the verdict is write()'s" {
    pmb run --paths bypass,deferred-bitmap,mmap-xarray,mmap-bitmap "${small[@]}" --quiet --out out >report
    has out/result.json 'len(d["controls"]["groups"]) == 2 and len(d["comparisons"]) == 2'
    grep -q "Stores through a mapping (times mmap-xarray)" report
    grep -q "Where does the bypass's cost go" report
}

@test "a file is stored to through a second mapping, and is as it was afterwards" {
    : >file
    pmb run --paths mmap-xarray,mmap-bitmap "${small[@]}" --path file --quiet --out out >/dev/null
    has out/result.json 'all(c["status"] == "measured" for c in d["cells"])'
    [ ! -s file ]
}

@test "a granule is at least a page, and exactly one for the page tables" {
    refused 2 "--granule" "2048" "page" -- run --paths mmap-xarray --granule 2048
    refused 2 "'bypass'" "mmap_fsync" -- run --kernel mmap_fsync --paths bypass
    pmb run --paths mmap-xarray,mmap-bitmap --size 64K --footprint 8M --granule 2M --dirty size --max-time 0.1 --quiet --out out >/dev/null
    has out/result.json 'all(c["status"] == "measured" for c in d["cells"])'
    pagemap || return 0
    refused 1 "no cell can run here" "--granule 4096" -- run --paths mmap-pagemap --granule 8192
}

@test "threads, latencies, and as much memory as it needs twice" {
    pmb run --paths mmap-xarray,mmap-bitmap "${small[@]}" --latency --quiet --out stamped >/dev/null
    has stamped/result.json 'all(c["latency"]["write"]["n"] and c["latency"]["fsync"]["n"] for c in d["cells"])'
    pmb run --paths bypass,deferred-bitmap --size 4096 --footprint 64M --dry-run | grep "^memory" >one
    pmb run --paths bypass,mmap-bitmap --size 4096 --footprint 64M --dry-run | grep "^memory" >two
    [ "$(tr -dc '0-9 ' <two | awk '{print $1}')" = "$((2 * $(tr -dc '0-9 ' <one | awk '{print $1}')))" ]
    [ "$(nproc)" -gt 1 ] || skip "one CPU"
    pmb run --paths mmap-xarray,mmap-bitmap "${small[@]}" --threads 2 --quiet --out threads >/dev/null
    has threads/result.json 'all(c["status"] == "measured" for c in d["cells"])'
}

@test "a file that is cut under the mapping ends the run in one line" {
    : >file
    running_until_journal 30 --paths mmap-xarray,mmap-bitmap --size 64,4096 --footprint 64K --max-time 60 --precision 0.001% --path file
    truncate -s 0 file
    ends_with 1
    [[ $(cat stderr) == "pmembench: memory under test: file"*"SIGBUS at offset "* && $(wc -l <stderr) = 1 ]] ||
        fail "stderr: $(cat stderr)"
    valid out/result.json
    has out/result.json 'd["status"] == "failed" and "MEMORY_LOST" in [w["code"] for w in d["warnings"]]'
    has out/result.json 'all(c["status"] != "failed" for c in d["cells"])'
}

@test "the plan mmap" {
    pmb run --plan mmap --max-time 1 --quiet --out out >/dev/null
    valid out/result.json
    has out/result.json 'len(d["controls"]["groups"]) == 5 and len(d["cells"]) == 20'
}
