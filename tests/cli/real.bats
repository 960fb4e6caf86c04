#!/usr/bin/env bats
# real.bats - the system's own calls on a file, beside the model of them
# SPDX-License-Identifier: BSD-3-Clause
# shellcheck disable=SC2054,SC2154 # commas are meant; pid is common.bash's
load common

real=(--paths bypass,sys-fsync,sys-fdatasync,sys-rwf-dsync,sys-o-dsync,mmap-xarray,sys-mmap-fsync,sys-mmap-fdatasync,sys-mmap-msync)
small=(--size 4096 --footprint 64K --dirty size --max-time 0.2)

# A folder of tmpfs, where fsync takes no time.
fast() {
    folder=$(mktemp -d /dev/shm/pmembench-test-XXXXXX 2>/dev/null) || folder=$PWD
}

teardown() {
    [ "${folder:-$PWD}" = "$PWD" ] || rm -rf "$folder"
}

@test "real calls are measured beside the model, in its groups, with their residual" {
    fast
    pmb run "${real[@]}" "${small[@]}" --ledger --path "$folder/file" --quiet --out out >report
    valid out/result.json
    has out/result.json 'all(c["status"] == "measured" for c in d["cells"])'
    has out/result.json 'len(d["controls"]["groups"]) == 2'
    has out/result.json '{g["group"].split("/")[0] for g in d["controls"]["groups"]} == {"write_fsync", "mmap_fsync"}'
    has out/result.json 'all(("/bypass/" in c["a"]["id"]) == ("write_fsync/" in c["key"] and "mmap" not in c["key"])
        for c in d["comparisons"])'
    has out/result.json 'len(d["comparisons"]) == 7'
    has out/result.json 'all(c["difference_ns"]["value"] is not None for c in d["comparisons"])'
    has out/result.json 'all({r["stage"] for r in c["ledger"]} >= {"sys-write", "sys-fsync"}
        for c in d["cells"] if c["path"] in ("sys-fsync", "sys-fdatasync"))'
    has out/result.json 'all("sys-fsync" not in {r["stage"] for r in c["ledger"]}
        for c in d["cells"] if c["path"] in ("sys-rwf-dsync", "sys-o-dsync"))'
    has out/result.json 'all(c["counts"]["bytes_copied"] == 4096 for c in d["cells"] if c["kernel"].startswith("sys_"))'
    has out/result.json 'all(c["counts"][name] is None for c in d["cells"] if c["kernel"].startswith("sys_")
        for name in ("nt_bytes", "lines_flushed", "fences", "locked_ops", "entries_marked", "entries_scanned", "drains"))'
    has out/result.json 'all(((c["fsync"] is None), (c["fsync_call_ns"] is None)) == 2 * ("dsync" in c["path"],)
        for c in d["cells"])'
    has out/result.json 'not any(r["first_fence"] for c in d["cells"] if c["kernel"].startswith("sys_") for r in c["ledger"])'
    has out/result.json '[(r["stage"], r["side"]) for c in d["cells"] if c["path"] == "mmap-xarray"
        for r in c["ledger"] if r["first_fence"]] == [("mark-inode", "fsync")]'
    has out/result.json 'all(c["persistence_ns"] is None for c in d["cells"] if c["kernel"].startswith("sys_"))'
    has out/result.json '"PAGE_CACHE" in [w["code"] for w in d["warnings"]]'
    grep -q "The real calls beside the model" report
    grep -q "sys-fdatasync" report
    grep -q "sys-o-dsync .* in write" report
    pmb compare out out >/dev/null
    [ "$folder" = "$PWD" ] || [ -z "$(ls -A "$folder")" ] || fail "left: $(ls -A "$folder")"
}

@test "appends and unwritten blocks go to a file without a name" {
    mkdir there
    pmb run --paths bypass,sys-fsync@append,sys-o-dsync@unwritten "${small[@]}" --path there/file --quiet --out out >/dev/null
    valid out/result.json
    has out/result.json 'all(c["status"] == "measured" for c in d["cells"])'
    has out/result.json '{c["path"] for c in d["cells"]} == {"bypass", "sys-fsync@append", "sys-o-dsync@unwritten"}'
    [ -z "$(ls -A there)" ] || fail "left behind: $(ls -A there)"
}

@test "without a file they are skipped, and alone refused" {
    pmb run --paths bypass,deferred-bitmap,sys-fsync "${small[@]}" --quiet --out out >report
    has out/result.json '["needs --path FILE" in c["reason"] for c in d["cells"] if c["status"] == "skipped"] == [True]'
    grep -q "skipped: 1 cell of sys-fsync: needs --path FILE" report
    refused 1 "no cell can run here" "needs --path FILE" -- run --paths sys-fsync
    refused 1 "no cell can run here" "needs --path FILE" -- run --paths bypass,sys-fdatasync
    refused 1 "no cell can run here" "needs --path FILE" -- run --kernel sys_mmap_fsync --paths sys-mmap-msync
}

@test "a plan of real calls without a file is refused, whoever wrote it" {
    refused 1 "plan 'real' calls the system on a file: name one with --path FILE" -- run --plan real
    refused 1 "plan 'real' calls the system" -- run --plan real --size 4096 --dry-run
    printf '{"name": "mine", "blocks": [{"paths": ["bypass", "eager"]}, {"paths": ["bypass", "sys-fsync"]}]}' >plan.json
    refused 1 "plan 'mine' calls the system" "--path FILE" -- run --plan plan.json
    pmb run --plan real --path file --dry-run >dry
    grep -q "sys-fsync" dry
    pmb run --plan real --paths bypass,eager --dry-run >/dev/null
}

@test "one real call beside another has no model and no residual" {
    fast
    pmb run --paths sys-fsync,sys-fdatasync "${small[@]}" --path "$folder/file" --quiet --out out >report
    grep -q "The real calls, in ns an op" report
    grep -Eq "sys-fdatasync +[0-9.]+ +- +- +-" report
    run ! grep -q "residual: what" report
}

@test "what makes no sense is one line" {
    refused 2 "'bypass'" "write_fsync" "sys_write_fsync" -- run --kernel sys_write_fsync --paths bypass --path f
    refused 2 "append or unwritten" -- run --paths sys-fsync@appendix --path f
    refused 2 "--overwrite 1" -- run --paths sys-fsync@append --overwrite 2 --path f
    refused 2 "--access seq" -- run --paths sys-fsync@append --access random --path f
    refused 2 "--files shared" -- run --paths sys-fsync --threads 2 --files own --path f
    refused 2 "--dest own" -- run --paths sys-fsync --dest dirty --path f
    refused 2 "durable by itself" -- run --paths sys-o-dsync --dirty never --path f
    refused 2 "sys_write_fsync" "copy the key" -- run --cell write_fsync/sys-fsync/size=4096
    printf '{"name": "mine", "blocks": [{"kernel": "write_fsync", "paths": "sys-fsync"}]}' >plan.json
    refused 1 "plan mine" "blocks[0]" "'sys-fsync'" -- run --plan plan.json
}

@test "--kernel alone takes all its paths, and what they are compared with" {
    pmb run --kernel sys_write_fsync --path file --dry-run >dry
    [ "$(grep -c "sys_write_fsync/" dry)" = 4 ]
    [ "$(grep -c "write_fsync/bypass/" dry)" = 1 ]
    pmb run --kernel sys_mmap_fsync --path file --dry-run >dry
    [ "$(grep -c "sys_mmap_fsync/" dry)" = 3 ]
    [ "$(grep -c "mmap_fsync/mmap-xarray/" dry)" = 1 ]
}

@test "latencies, threads, repeats and a stream of real calls" {
    fast
    pmb run --paths bypass,sys-fdatasync,sys-mmap-msync "${small[@]}" --latency --path "$folder/file" --quiet --out stamped >/dev/null
    has stamped/result.json 'all(c["latency"]["write"]["n"] and c["latency"]["fsync"]["n"] for c in d["cells"])'
    pmb run --paths bypass,sys-fsync,sys-mmap-fsync "${small[@]}" --threads 2 --path "$folder/file" --quiet --out threads \
        >/dev/null 2>err || { grep -q "CPUs" err && skip "one CPU"; }
    valid threads/result.json
    has threads/result.json 'all(c["status"] == "measured" for c in d["cells"])'
    pmb run --paths bypass,sys-fsync "${small[@]}" --repeats 2 --path "$folder/file" --quiet --out twice >/dev/null
    valid twice/result.json
    has twice/result.json 'd["comparisons"][0]["difference_ns"]["value"] > -1e9 and len(d["cells"][1]["repeat"]) == 2'
    pmb run --paths bypass,sys-fsync --size 4096 --path "$folder/file" --stream 1 >stream
    [ "$(grep -c "^# group" stream)" = 1 ]
}

@test "a run of real calls goes on, and its cells are found again by their key" {
    fast
    running_until_journal 30 --paths bypass,sys-fdatasync,mmap-bitmap,mmap-xarray --size 64,4096 --footprint 64K \
        --max-time 60 --precision 0.001% --path "$folder/file"
    kill -KILL "$pid"
    wait "$pid" || true
    pmb run --resume out --max-time 0.1 --quiet >/dev/null
    valid out/result.json
    has out/result.json 'd["status"] == "complete" and all(c["status"] == "measured" for c in d["cells"])'
    has out/result.json 'all(c["counts"]["write_protects"] > 0 for c in d["cells"] if c["kernel"] == "mmap_fsync")'
    key=$(/usr/bin/python3 -c 'import json
print([c["key"] for c in json.load(open("out/result.json"))["cells"] if c["path"] == "sys-fdatasync"][0])')
    pmb run --cell "$key" --path "$folder/file" --max-time 0.2 --quiet --out one >/dev/null
    has one/result.json '[c["path"] for c in d["cells"]] == ["bypass", "sys-fdatasync"] and d["cells"][1]["key"] == "'"$key"'"'
    pmb compare out one >/dev/null
}
