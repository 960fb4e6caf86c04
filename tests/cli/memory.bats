#!/usr/bin/env bats
# memory.bats - the memory under test: nobody's data is touched, and what becomes of it under a run is told
# SPDX-License-Identifier: BSD-3-Clause
load common

teardown() {
    [ -z "${pid:-}" ] || kill -KILL "$pid" 2>/dev/null || true
    cd / || return
    [ ! -e "$BATS_TEST_TMPDIR/mounted" ] || umount "$BATS_TEST_TMPDIR/here/small"
}

# facts FILE: everything about it that a touch would change (a folder is read by the test itself)
facts() {
    if [ -d "$1" ]; then
        stat -c '%F %i %h %s %b %a %y %z' -- "$1"
    else
        stat -c '%F %i %h %s %b %a %x %y %z' -- "$1"
    fi
    [ ! -f "$1" ] || [ -L "$1" ] || sha256sum <"$1"
}

# untouched NAME WORD...: `run --path NAME` is refused in one line with every WORD, and NAME is as it was
untouched() {
    local name=$1 before
    shift
    facts "$name" >/dev/null # reading it may set its access time: once before
    before=$(facts "$name")
    refused 1 "--path $name" "$@" -- run "${tiny[@]}" --path "$name"
    [ "$(facts "$name")" = "$before" ] || fail "touched: $before" "now: $(facts "$name")"
}

magic() {
    [ "$(head -n 1 "$1" | tr -d '\0')" = "pmembench region" ] || fail "$1 has no magic"
}

need_root() {
    [ "$(id -u)" = 0 ] || skip "$1 needs root"
}

# small OPTIONS: a tmpfs at ./small
small() {
    need_root "a small file system"
    mkdir -p small
    mount -t tmpfs -o "$1" none small 2>/dev/null || skip "mounting is not permitted here"
    touch "$BATS_TEST_TMPDIR/mounted"
}

@test "a file that holds data, in any name" {
    echo precious >mine
    untouched mine "holds other data" "name a new file"
    head -c 5000 /dev/zero >zeros
    untouched zeros "holds other data"
    ln mine twin
    untouched twin "hard link"
    untouched mine "hard link"
    ln -s mine link
    untouched link "symbolic link"
    [ "$(cat mine)" = precious ]
}

@test "a link to nowhere is not followed" {
    ln -s nowhere link
    untouched link "symbolic link"
    [ ! -e nowhere ]
}

@test "an empty file with another name" {
    : >mine
    ln mine twin
    untouched mine "hard link"
}

@test "a folder: a name in it is offered" {
    mkdir folder
    untouched folder "folder/pmembench.tmp"
    refused 1 "folder/pmembench.tmp" -- run "${tiny[@]}" --path folder/
    refused 1 "./pmembench.tmp" -- run "${tiny[@]}" --path .
    pmb run "${tiny[@]}" --quiet --path folder/pmembench.tmp --out out >/dev/null
    [ -z "$(ls -A folder)" ]
}

@test "a block device" {
    need_root mknod
    mknod loop b 7 200 || skip "mknod is not permitted here"
    untouched loop "block device" "--destroy"
    refused 1 "block device" -- run "${tiny[@]}" --path loop --destroy
}

@test "a FIFO, a character device, a file of /proc" {
    mkfifo fifo
    untouched fifo FIFO
    refused 1 "/dev/null" "character device" -- run "${tiny[@]}" --path /dev/null
    refused 1 "/dev/null" "character device" -- run "${tiny[@]}" --path /dev/null --destroy
    refused 1 "holds no data" -- run "${tiny[@]}" --path /proc/self/comm
    refused 1 "/dev/dax99.99" "ls /dev/dax" -- run "${tiny[@]}" --path /dev/dax99.99
}

@test "a DAX device: only with --destroy" {
    need_root mknod
    mknod dax0.0 c 1 5 || skip "mknod is not permitted here"
    mkdir -p sys/dev/char sys/bus/dax sys/devices/hmem.0/dax0.0
    ln -s ../../devices/hmem.0/dax0.0 sys/dev/char/1:5
    ln -s ../../../bus/dax sys/devices/hmem.0/dax0.0/subsystem
    echo 1073741824 >sys/devices/hmem.0/dax0.0/size
    PMEMBENCH=$PMEMBENCH_PROOF
    refused 1 "dax0.0" "all data on it will be lost" "--destroy" -- run "${tiny[@]}" --path dax0.0 --sys-root sys
    refused 1 "dax0.0" "cannot be mapped" -- run "${tiny[@]}" --path dax0.0 --sys-root sys --destroy
    refused 1 "dax0.0" "character device" -- run "${tiny[@]}" --path dax0.0 --destroy
}

@test "a mount that is read-only, or full" {
    small size=1M
    mount -o remount,ro small
    refused 1 "small/memory" "Read-only" "can be written" -- run "${tiny[@]}" --path small/memory
    mount -o remount,rw small
    refused 1 "small/memory" "no room" "4096 KiB wanted" "1024 KiB free" "--footprint" -- \
        run "${tiny[@]}" --path small/memory
    : >small/empty
    refused 1 "no room" -- run "${tiny[@]}" --path small/empty
    [ -f small/empty ] && [ ! -s small/empty ]
    [ "$(stat -f -c %f small)" = "$(stat -f -c %b small)" ] || fail "room was left allocated"
}

@test "a limit of the file's size" {
    # shellcheck disable=SC2016 # for the inner shell
    run --separate-stderr bash -c 'ulimit -f 64; exec "$0" run "$@" --path memory' "$PMEMBENCH" "${tiny[@]}"
    tell_refusal 1 "--path memory" "ulimit -f"
    [ -z "$(ls -A)" ]
}

@test "names: too long, below nothing, below a file" {
    refused 1 "shorter name" -- run "${tiny[@]}" --path "$(printf 'a%.0s' {1..300})"
    refused 1 "none/memory" "make the folder" -- run "${tiny[@]}" --path none/memory
    refused 1 "--path" empty -- run "${tiny[@]}" --path ''
}

@test "an empty file: used, and empty again" {
    : >mine
    pmb run "${tiny[@]}" --quiet --path mine --out out >/dev/null
    valid out/result.json
    [ -f mine ] && [ ! -s mine ]
}

@test "--keep: a file that carries the magic, and is taken again" {
    pmb run "${tiny[@]}" --quiet --path kept --keep --out one >/dev/null
    magic kept
    size=$(stat -c %s kept)
    pmb run "${tiny[@]}" --footprint 8M --quiet --path kept --out two >/dev/null
    magic kept
    [ "$(stat -c %s kept)" = "$size" ]
    pmb run "${tiny[@]}" --footprint 8M --quiet --path kept --keep --out three >/dev/null
    magic kept
    [ "$(stat -c %s kept)" -gt "$size" ]
    valid one/result.json two/result.json three/result.json
}

@test "a kept file of another version, or half of one" {
    printf 'pmembench region\nversion 2\n' >kept
    truncate -s 4M kept
    untouched kept "another version" remove
    printf 'pmembench region\n' >kept
    untouched kept "holds other data"
}

@test "without --keep nothing is left, and nothing can be seen meanwhile" {
    start_on memory
    [ ! -e folder/memory ] && [ -z "$(ls -A folder)" ]
    kill -INT "$pid"
    ends_with 130
    [ -z "$(ls -A folder)" ]
}

@test "options that do not belong together" {
    refused 2 --keep --path -- run --keep
    refused 2 --destroy --path -- run --destroy
    refused 2 --medium-is-real --path -- run --medium-is-real
    refused 2 --node --path -- run --node 0 --path memory
    refused 2 --node "'x'" -- run --node x
    refused 2 --max-written "'1MB'" -- run --max-written 1MB
    refused 2 --max-written "0 is no room" -- run --max-written 0
    refused 2 "'--sys-root'" -- run --sys-root /sys
    echo >new
    refused 1 new "--destroy" -- run "${tiny[@]}" --path new --destroy
}

@test "--node: where the memory was asked for, and is" {
    refused 1 "--node 999" "there is 0" -- run "${tiny[@]}" --node 999
    pmb run "${tiny[@]}" --quiet --out out --node 0 >/dev/null
    valid out/result.json
    has out/result.json 'd["region"]["node"] == 0 or "NODE_MISMATCH" in [w["code"] for w in d["warnings"]]'
}

@test "--node: no more than the node has to spare" {
    mkdir -p sys/devices/system/node/node0
    printf 'Node 0 MemTotal: 99999999 kB\nNode 0 MemFree: 1024 kB\n' >sys/devices/system/node/node0/meminfo
    PMEMBENCH=$PMEMBENCH_PROOF
    refused 1 "--node 0" "to spare" "--footprint" -- run "${tiny[@]}" --node 0 --sys-root sys
}

@test "a file in the page cache is said to be a stand-in" {
    pmb run "${tiny[@]}" --quiet --path memory --out out --medium-is-real >/dev/null
    has out/result.json 'd["region"]["path_kind"] == "file" and d["region"]["map_sync"] == "false"' # no DAX here
    has out/result.json 'd["region"]["medium"] == "page-cache" and d["region"]["provenance"] == "stand-in"'
    has out/result.json 'any("file system" in e for e in d["domain"]["evidence"])'
}

@test "--max-written: refused when a first pass is surely more, else the run ends there" {
    refused 1 "--max-written 4MiB" "a first pass" -- run "${tiny[@]}" --max-written 4M
    pmb run "${tiny[@]}" --max-time 50 --precision 0.001% --quiet --max-written 512M --out out >/dev/null
    valid out/result.json
    has out/result.json '"MAX_WRITTEN" in [w["code"] for w in d["warnings"]]'
    # at most one visit of at most 1024 periods of 64 KiB later, each written four times
    has out/result.json 'all(512 <= int(w["message"].split(" MiB")[0].split()[-1]) <= 512 + 256
        for w in d["warnings"] if w["code"] == "MAX_WRITTEN")'
    has out/result.json 'd["status"] in ("complete", "interrupted")'
    has out/result.json 'any(c["status"] == "measured" and c["summary"] for c in d["cells"])'
}

# start_on NAME: a run on folder/NAME
start_on() {
    mkdir -p folder
    running_until_journal 30 --paths bypass,deferred-bitmap --size 64,4096 --footprint 64K --max-time 60 --precision 0.001% \
        --path "folder/$1" ${keep:+"$keep"}
}

# What a run leaves whose memory went away.
lost() {
    ends_with 1
    [[ $(cat stderr) == "pmembench: memory under test: folder/"*"truncated or its medium failed"*"SIGBUS at offset "*"out" ]] ||
        fail "stderr: $(cat stderr)"
    [ "$(wc -l <stderr)" = 1 ]
    valid out/result.json
    has out/result.json 'd["status"] == "failed" and "MEMORY_LOST" in [w["code"] for w in d["warnings"]]'
    has out/result.json 'all(c["status"] != "failed" for c in d["cells"])'
    has out/result.json 'any(c["status"] == "measured" and c["summary"] for c in d["cells"])'
    run --separate-stderr pmb report out
    [ "$status" = 0 ] || fail "$stderr"
    [[ $output == *FAILED* && $output == *"SIGBUS"* ]]
}

@test "a file that is cut while running: what was measured before is kept" {
    mkdir folder
    : >folder/mine
    start_on mine
    truncate -s 0 folder/mine
    lost
    [ -f folder/mine ] && [ ! -s folder/mine ]
}

@test "a file without a name that is cut while running" {
    start_on memory
    file=
    for fd in /proc/"$pid"/fd/*; do
        case "$(readlink "$fd")" in */folder/*) [ -f "$fd" ] && file=$fd ;; esac
    done
    [ -n "$file" ]
    truncate -s 1M "$file"
    lost
    [ -z "$(ls -A folder)" ]
}

@test "a file that somebody writes to while running is theirs" {
    mkdir folder
    : >folder/mine
    start_on mine
    echo precious >folder/mine
    lost
    [ "$(cat folder/mine)" = precious ]
}

# theirs EXIT: of a run whose file somebody wrote to, and which said so in one line
theirs() {
    ends_with "$1"
    [[ $(cat stderr) == "pmembench: --path folder/mine: somebody wrote to it"* ]] || fail "stderr: $(cat stderr)"
    [ "$(wc -l <stderr)" = 1 ]
    valid out/result.json
    [ "$(dd if=folder/mine bs=1 skip=1000000 count=8 2>/dev/null)" = precious ] || fail "lost"
}

@test "a file that somebody writes into while running stays as it is, and is not used again" {
    mkdir folder
    : >folder/mine
    start_on mine
    printf precious | dd of=folder/mine bs=1 seek=1000000 conv=notrunc 2>/dev/null
    kill -INT "$pid"
    theirs 130
    untouched folder/mine "somebody wrote to it" "name a new file"
}

@test "--keep: a file that is removed or replaced while running is not said to be kept" {
    mkdir folder
    : >folder/mine
    keep=--keep start_on mine
    rm folder/mine
    echo precious >folder/mine
    kill -INT "$pid"
    ends_with 1
    [[ $(cat stderr) == "pmembench: --path folder/mine: cannot be kept: "* ]] || fail "stderr: $(cat stderr)"
    [ "$(wc -l <stderr)" = 1 ]
    valid out/result.json
    [ "$(cat folder/mine)" = precious ]
    [ "$(ls -A folder)" = mine ]
}

@test "a file that is removed while running: nothing happens" {
    mkdir folder
    : >folder/mine
    start_on mine
    rm folder/mine
    kill -INT "$pid"
    ends_with 130
    [ ! -s stderr ] || fail "$(cat stderr)"
    valid out/result.json
    has out/result.json 'd["status"] == "interrupted" and not any(c["status"] == "failed" for c in d["cells"])'
    [ -z "$(ls -A folder)" ]
}

@test "two runs on one file" {
    mkdir folder
    : >folder/mine
    start_on mine
    refused 1 "in use" -- run "${tiny[@]}" --path folder/mine
    kill -INT "$pid"
    ends_with 130
    [ ! -s folder/mine ]
}
