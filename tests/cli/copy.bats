#!/usr/bin/env bats
# copy.bats - kernel copy: writes that are durable when they return, and nothing else of the path
# SPDX-License-Identifier: BSD-3-Clause
load common

teardown() {
    [ -z "${pid-}" ] || kill -KILL "$pid" 2>/dev/null || true
    pid=
}

small=(--footprint 64K --llc 8M --max-time 0.1 --quiet --out out)

# counts PATH: bytes copied, NT bytes, lines, fences, LOCKed operations, marks and drains an op, at the first size
counts() {
    /usr/bin/python3 -c 'import json, sys
d = json.load(open("out/result.json"))
for c in d["cells"]:
    if c["path"] == sys.argv[1]:
        n = c["counts"]
        print(*(f"{n[k]:g}" for k in ("bytes_copied", "nt_bytes", "lines_flushed", "fences", "locked_ops", "entries_marked", "drains")))
        break' "$1"
}

# is PATH "COUNTS"
is() {
    [ "$(counts "$1")" = "$2" ] || fail "$1: $(counts "$1"), not $2"
}

@test "alone it has its own paths, and a write is a copy and a fence" {
    pmb run --kernel copy --size 1024 "${small[@]}" >report
    valid out/result.json
    has out/result.json '[c["path"] for c in d["cells"]] == ["bypass", "bypass-wide", "eager", "eager-range", "libpmem-nt", "libpmem-t"]'
    has out/result.json 'all(c["kernel"] == "copy" and c["track"] == c["writeback"] == "none" and c["ledger"] == [] for c in d["cells"])'
    has out/result.json 'all(c["key"].startswith("copy/" + c["path"] + "/size=1024/") for c in d["cells"])'
    has out/result.json 'all(c["write"] is None and c["modelled_ns"] == 0 for c in d["cells"])'
    has out/result.json 'all(x["a"]["id"].startswith("copy/bypass/") for x in d["comparisons"]) and len(d["comparisons"]) == 5'
    is bypass "1024 1024 0 1 0 0 0"
    is eager "1024 0 16 1 0 0 0"
    is eager-range "1024 0 16 1 0 0 0"
}

@test "copies by name, offsets that need a fence behind their ends, threads" {
    pmb run --kernel copy --copy memcpy-flushcache,line+clflushopt --size 512 --offset 3 "${small[@]}" >report
    has out/result.json '[c["path"] for c in d["cells"]] == ["bypass", "memcpy-flushcache:none:auto", "line+clflushopt:none:auto"]'
    is bypass "512 508 2 2 0 0 0"
    is memcpy-flushcache:none:auto "512 504 2 1 0 0 0"
    is line+clflushopt:none:auto "512 0 9 1 0 0 0"
    [ "$(nproc)" -ge 2 ] || skip "one CPU only"
    pmb run --kernel copy --paths bypass,eager --threads 2 --dest absent --source cold --dirty never "${small[@]:0:6}" \
        --quiet --out two
    has two/result.json 'all(len(c["thread_ns"]) == 2 and c["counts"]["fences"] == 1 for c in d["cells"])'
}

@test "where caches persist a cached copy is durable after its fence" {
    pmb run --kernel copy --paths volatile,memcpy:none:none --domain eadr "${small[@]}" >report
    is volatile "4096 0 0 1 0 0 0"
    is memcpy:none:none "4096 0 0 1 0 0 0"
    grep -qF "eadr, chosen: caches persist; no fsync, no drain" report
    rm -r out
    pmb run --kernel copy --paths bypass,volatile "${small[@]}" >report
    is volatile "4096 0 0 0 0 0 0"
}

@test "what it has not is refused, with what to do" {
    refused 2 "'deferred-xarray' has a tracker" "COPY:none:none" -- run --kernel copy --paths deferred-xarray
    refused 2 "'movnti:bitmap:auto' has a tracker" -- run --kernel copy --copy movnti --track bitmap
    refused 2 "'hybrid' is two paths" "use bypass, eager" -- run --kernel copy --paths hybrid
    refused 2 "'sys-fsync'" "sys_write_fsync" -- run --kernel copy --paths sys-fsync
    refused 2 "'mmap-xarray'" "mmap_fsync" -- run --kernel copy --paths mmap-xarray
    refused 2 "'memcpy'" "no fsync" "--domain eadr" -- run --kernel copy --copy memcpy
    refused 2 "--latency" -- run --kernel copy --latency
    refused 1 "flush-device" "after a drain" "write_fsync" -- run --kernel copy --domain flush-device
}

@test "a key, a dry run, a stream" {
    pmb run --kernel copy --paths bypass,eager --size 64 "${small[@]}" >report
    key=$(/usr/bin/python3 -c 'import json; print(json.load(open("out/result.json"))["cells"][1]["key"])')
    pmb run --cell "$key" "${small[@]:2:5}" --out again >report
    has again/result.json '[c["path"] for c in d["cells"]] == ["bypass", "eager"] and d["cells"][1]["kernel"] == "copy"'
    pmb report out --cell "$key" | grep -q "copy, eager, 64 B"
    pmb run --kernel copy --ledger --size 64 --footprint 64K --dry-run >plan
    grep -qF "cells    6 in 1 groups: 0 with a ledger, 0 skipped" plan
    pmb run --kernel copy --size 1024 --footprint 64K --dirty 4K --stream 1 >stream
    [ "$(cut -f 3 stream | grep -c '^write$')" = 4 ]
    [ "$(cut -f 3 stream | grep -c '^fsync$')" = 0 ]
}

@test "an interrupted run of copies goes on" {
    running_until_journal 30 --kernel copy --paths bypass,eager --size 64,512,4096 --footprint 64K --llc 8M --max-time 60 \
        --precision 0.001%
    kill -INT "$pid"
    ends_with 130
    pmb run --resume out --max-time 0.2 --precision 50% --quiet >report || true
    has out/result.json 'len([c for c in d["cells"] if c["status"] == "measured"]) == 6'
}

@test "the plan dm-writecache: both strategies by size in MB/s, and which is cheaper" {
    pmb run --plan dm-writecache --footprint 64K "${small[@]:2}" >report
    has out/result.json 'len(d["cells"]) == 8 and d["run"]["plan"] == "dm-writecache" and all(c["dirty_bytes"] == 65536 for c in d["cells"])'
    grep -qF "Copies alone, each write durable at once: MB/s (10^6), cost relative to memcpy-flushcache" report
    grep -q "^size  *memcpy-flushcache  *line+clflushopt$" report
    for size in "512 B" "1 KiB" "2 KiB" "4 KiB"; do
        grep -qE "^$size +[0-9.]+ +[0-9.]+ +[~?!]?[0-9.]+" report || fail "$(cat report)"
    done
    grep -q "^Cheaper with footprint 64 KiB: " report
    grep -E "bypass|No answer|an fsync|the ledger" report && fail "it speaks of what it has not"
    pmb report out --format markdown >report.md
    grep -qF "| size | memcpy-flushcache | line+clflushopt |" report.md
}
