#!/usr/bin/env bats
# places.bats - where results and memory go: nothing of the user's is touched, nothing half is left
# SPDX-License-Identifier: BSD-3-Clause
load common

teardown() {
    cd / || return
    [ ! -e "$BATS_TEST_TMPDIR/mounted" ] || umount "$BATS_TEST_TMPDIR/here/small"
    [ -z "${open_to_all:-}" ] || rm -rf "$open_to_all"
}

# small SIZE: a file system of that size at ./small
small() {
    [ "$(id -u)" = 0 ] || skip "a small file system needs root"
    mkdir -p small
    mount -t tmpfs -o "size=$1" none small 2>/dev/null || skip "mounting is not permitted here"
    touch "$BATS_TEST_TMPDIR/mounted"
}

# As somebody without root's rights, in a folder that anybody may read: `unprivileged ARGUMENT...`
unprivileged() {
    timeout -k 5 60 setpriv --reuid=65534 --regid=65534 --clear-groups "$open_to_all/pmembench" "$@" </dev/null
}

enter_open() {
    open_to_all=$(mktemp -d /tmp/pmembench-cli-XXXXXX)
    chmod 755 "$open_to_all"
    cp "$PMEMBENCH" "$open_to_all/pmembench"
    cd "$open_to_all" || return
    mkdir locked
}

@test "--out that holds something: its content is as it was" {
    mkdir out
    echo precious >out/result.json
    refused 1 "--out out" "name another" -- run "${tiny[@]}" --out out
    [ "$(cat out/result.json)" = precious ]
    [ "$(ls -A out)" = result.json ]
}

@test "--out that is a file, lies under a file, or cannot be made" {
    echo precious >file
    refused 1 "--out file" "name another" -- run "${tiny[@]}" --out file
    refused 1 "--out file/out" "Not a directory" -- run "${tiny[@]}" --out file/out
    refused 1 "--out /proc/pmembench" "cannot be made" -- run "${tiny[@]}" --out /proc/pmembench
    refused 2 "--out" "empty" -- run "${tiny[@]}" --out ''
    [ "$(cat file)" = precious ]
}

@test "--out and --path where one may not write" {
    [ "$(id -u)" = 0 ] || skip "root is needed to become somebody else"
    enter_open
    run --separate-stderr unprivileged run "${tiny[@]}" --out locked/out
    tell_refusal 1 "--out locked/out" "Permission denied" "may write"
    run --separate-stderr unprivileged run "${tiny[@]}" --out locked
    tell_refusal 1 "--out locked" "can be written to"
    run --separate-stderr unprivileged run "${tiny[@]}" --path locked/memory
    tell_refusal 1 "--path locked/memory" "Permission denied"
    [ -z "$(ls -A locked)" ]
}

@test "--out: a new folder in new folders, or an empty one" {
    pmb run "${tiny[@]}" --quiet --out "new/with space/out" >/dev/null
    valid "new/with space/out/result.json"
    [ "$(ls -A "new/with space/out")" = $'report.md\nresult.json' ]
    mkdir empty
    pmb run "${tiny[@]}" --quiet --out empty/ >/dev/null
    valid empty/result.json
}

@test "without --out: runs/DATE-PLAN" {
    pmb run "${tiny[@]}" --quiet >/dev/null
    valid runs/*-custom/result.json
}

@test "--path that exists: its content is as it was" {
    echo precious >mine
    ln -s mine link
    refused 1 "--path mine" "already" "holds other data" "name a new file" -- run "${tiny[@]}" --path mine
    refused 1 "--path link" "symbolic link" -- run "${tiny[@]}" --path link
    refused 1 "--path ." -- run "${tiny[@]}" --path .
    refused 1 "--path mine/below" "Not a directory" -- run "${tiny[@]}" --path mine/below
    [ "$(cat mine)" = precious ]
}

@test "--path: a new file, gone at the end" {
    pmb run "${tiny[@]}" --quiet --path memory --out out >/dev/null
    [ "$(ls -A)" = out ]
    valid out/result.json
    has out/result.json 'd["region"]["path_kind"] == "file" and d["domain"]["name"] == "adr" and d["domain"]["source"] == "chosen"'
}

@test "--path without room for the memory" {
    small 64K
    refused 1 "--path small/memory" "no room" "--footprint" -- run "${tiny[@]}" --path small/memory
}

@test "a disk that is full: one line, and no half file, wherever it happens" {
    small 4K
    for kib in 4 12 20 36; do
        mount -o "remount,size=${kib}K" small
        run --separate-stderr pmb run "${tiny[@]}" --quiet --out small/out
        if [ "$status" != 0 ]; then
            [ "$status" = 1 ] || fail "$kib KiB: exit $status: $stderr"
            [[ $stderr == "pmembench: "*"small/out/"* && $stderr != *$'\n'* ]] || fail "$kib KiB: $stderr"
        fi
        [ ! -e small/out/result.json ] || valid small/out/result.json
        [ -z "$(find small -name '.*')" ] || fail "$kib KiB: a temporary file stayed: $(find small)"
        failures+=$status
        rm -rf small/out
    done
    [[ $failures == 1* ]] || fail "no disk was full: $failures"
}

@test "stdout that is full or gone" {
    # shellcheck disable=SC2016 # for the inner shell
    run --separate-stderr bash -c '"$0" list >/dev/full' "$PMEMBENCH"
    tell_refusal 1 stdout
    # shellcheck disable=SC2016
    run --separate-stderr bash -c '"$0" run "$@" --quiet --out one >/dev/full' "$PMEMBENCH" "${tiny[@]}"
    tell_refusal 1 "cannot write"
    valid one/result.json
    # a reader that goes after one line: ends, with a whole result
    # shellcheck disable=SC2016
    run --separate-stderr timeout 60 bash -c '"$0" run "$@" --quiet --out two | head -1' "$PMEMBENCH" "${tiny[@]}"
    [ "$status" = 0 ]
    valid two/result.json
}
