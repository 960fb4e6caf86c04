#!/usr/bin/env bats
# faults.bats - full disks, failing disks and signals at every operation on a run's files: what was measured stays
# SPDX-License-Identifier: BSD-3-Clause
load common

# Two groups, each visited once: a run that touches its files as often every time.
# shellcheck disable=SC2054,SC2154
two=(--paths bypass,deferred-bitmap --size 512,4096 --footprint 64K --llc 32M --max-time 0.05 --quiet --out out)

setup() {
    enter_empty
    [ -e "$PMB_FAULTS" ] || fail "no $PMB_FAULTS: build pmb_faults"
}

# faulted FAULT: a new run with it
faulted() {
    rm -rf out log earlier.log
    run --separate-stderr faulty "$1" run "${two[@]}"
}

# met KIND ERRNO-NUMBER: the name of the file whose operation failed so, if one did
met() {
    awk -v kind="$1" -v number="$2" '$1 == kind && $4 == -1 && $5 == number { print $2; exit }' log
}

# reported [EARLIER-JOURNAL]: `report` has every group that was durable
reported() {
    echo null >document
    if [ -n "$(ls -A out 2>/dev/null)" ]; then
        pmb report out --format json >document || fail "report refuses what is left: $(ls -A out)" || return 1
    fi
    cat earlier.log log >logs 2>/dev/null || cp log logs
    /usr/bin/python3 "$tree/tests/faults/kept.py" out logs document "$@"
}

# kept: every group that was durable is reported, results are valid, and nothing else is left
kept() {
    local left
    left=$(ls -A out 2>/dev/null) || left=
    ! grep -v -x 'journal.jsonl\|result.json\|report.md' <<<"${left:-journal.jsonl}" || fail "left behind: $left" || return 1
    [ ! -e out/result.json ] || valid out/result.json >/dev/null || return 1
    reported
}

# told FILE REASON: exit 1, and one line on stderr that names the file, the reason and what to do
told() {
    [ "$status" = 1 ] || fail "exit $status, not 1: $stderr" || return 1
    [[ $stderr == "pmembench: out/$1: "*"$2; "* && $stderr != *$'\n'* ]] || fail "not one line with out/$1, $2: $stderr"
}

# teller_of NAME: the file that an error of NAME is told of; a folder's is that of the file last put into it
teller_of() {
    case "$1" in
    .) awk '$1 == "rename" { name = $2 } END { print name ? name : "journal.jsonl" }' log ;;
    *result.json*) echo result.json ;;
    *report.md*) echo report.md ;;
    *) echo "$1" ;;
    esac
}

# behind FAULT ARGUMENT...: as faulty, in the background ($pid)
behind() {
    LD_PRELOAD=$PMB_FAULTS PMB_FAULT_DIR=$(pwd -P)/out PMB_FAULT=$1 PMB_FAULT_LOG=log \
        "$PMEMBENCH" "${@:2}" </dev/null >stdout 2>stderr 3>&- &
    pid=$!
}

# until_journal COUNT: so many syncs of it
until_journal() {
    local i count
    for ((i = 0; i < 600; i++)); do
        count=$(grep -c '^fsync journal.* 0 0 ' log 2>/dev/null) || count=0
        [ "$count" -lt "$1" ] || return 0
        sleep 0.05
    done
    fail "no $1 syncs of the journal: $(cat log stderr)"
}

# goes_on: after the disk is in order again, the run is completed
goes_on() {
    if [ -e out/journal.jsonl ]; then
        pmb run --resume out --max-time 0.05 --quiet >/dev/null || fail "exit $? of --resume" || return 1
        valid out/result.json >/dev/null || return 1
        has out/result.json 'd["status"] == "complete" and all(c["status"] == "measured" for c in d["cells"])' || return 1
        [ "$(ls -A out)" = $'report.md\nresult.json' ] || fail "left after --resume: $(ls -A out)"
    fi
}

# struck KIND N NUMBER REASON: the last run met it, told it, and has lost nothing by it. 1 when it met none
struck() {
    local name
    name=$(met "$1" "$3")
    [ -n "$name" ] || return 1
    if ! told "$(teller_of "$name")" "$4" || ! kept || ! goes_on; then
        echo "at $1 $2 of $name" >>wrong
    fi
}

# each KIND ERRNO NUMBER REASON LEAST: inject it at the first, the second, ... operation of that kind, until a run has no
# more of them, which must be after LEAST
each() {
    local n
    for ((n = 1; n < 50; n++)); do
        faulted "$1:$n:$2"
        struck "$1" "$n" "$3" "$4" || break
        [ ! -e wrong ] || fail "$(cat wrong)" || return 1
    done
    [ "$status" = 0 ] || fail "a run without a fault: exit $status: $stderr" || return 1
    [ "$n" -gt "$5" ] || fail "only $((n - 1)) faults were met"
}

# each_on KIND LEAST: the same with EIO, in a run that goes on with one whose second group was lost
each_on() {
    local n
    faulted write@journal:3:EIO
    cp -r out begun
    mv log earlier.log
    for ((n = 1; n < 50; n++)); do
        rm -rf out
        cp -r begun out
        rm -f log
        run --separate-stderr faulty "$1:$n:EIO" run --resume out --quiet
        struck "$1" "$n" 5 "Input/output error" || break
        [ ! -e wrong ] || fail "$(cat wrong)" || return 1
    done
    [ "$status" = 0 ] || fail "without a fault: exit $status: $stderr" || return 1
    [ "$n" -gt "$2" ] || fail "only $((n - 1)) faults were met"
}

@test "no fault: complete, and the log knows head, visits, result and report" {
    faulted ""
    [ "$status" = 0 ] || fail "$stderr"
    kept
    [ "$(grep -c '^write journal.jsonl ' log)" -ge 3 ]
    [ "$(grep -c '^fsync journal.jsonl 0 0 ' log)" -ge 3 ]
    grep -q '^rename result.json ' log
    grep -q '^write report.md\|^rename report.md' log
    [ "$(grep -v -c ' -1$' log)" -ge 10 ]
}

@test "a full disk at each write" {
    each write ENOSPC 28 "No space left on device" 4
}

@test "a failing disk at each write" {
    each write EIO 5 "Input/output error" 4
}

@test "a failing disk at each fsync" {
    each fsync EIO 5 "Input/output error" 5
}

@test "a full disk at each fsync, as where space is given at writeback" {
    each fsync ENOSPC 28 "No space left on device" 5
}

@test "a rename that fails" {
    each rename EIO 5 "Input/output error" 1
    each rename ENOSPC 28 "No space left on device" 1
}

@test "a file that cannot be made" {
    each open ENOSPC 28 "No space left on device" 3
}

@test "a failing disk while an interrupted run goes on" {
    local kind
    for kind in write fsync rename truncate; do
        each_on "$kind" 1
        rm -rf begun
    done
}

@test "a disk that stays full: the half line is gone, or dropped where even that fails" {
    faulted write@journal:3:ENOSPC-half-sticky
    told journal.jsonl "No space left on device"
    kept
    [ "$(tail -c 1 out/journal.jsonl)" = "" ]
    faulted write@journal:3:ENOSPC-half-sticky,truncate:1:EIO-sticky
    told journal.jsonl "No space left on device"
    kept
    [ "$(tail -c 1 out/journal.jsonl)" != "" ]
    has document 'any(w["code"] == "JOURNAL_TORN" for w in d["warnings"])'
    goes_on
}

@test "writes cut short and interrupted calls are no faults" {
    local n kind
    faulted write:1:short-sticky
    [ "$status" = 0 ] || fail "$stderr"
    kept
    [ "$(grep -c '^write' log)" -gt 30 ]
    for kind in write fsync; do
        for n in 1 2 3 4 5; do
            faulted "$kind:$n:EINTR"
            [ "$status" = 0 ] || fail "EINTR at $kind $n: $stderr"
            kept
        done
    done
}

@test "an empty folder that was there stays, empty, when the first write fails" {
    mkdir out
    run --separate-stderr faulty write:1:ENOSPC run "${two[@]}"
    told journal.jsonl "No space left on device"
    [ -d out ]
    [ -z "$(ls -A out)" ]
}

@test "a signal at each fsync and rename: exit 130 or 143, the result is whole" {
    local n at
    for at in fsync:{1,2,3,4,5,6} rename:1; do
        faulted "$at:INT"
        [ "$status" = 130 ] || fail "exit $status at $at: $stderr"
        [ -z "$stderr" ] || fail "at $at: $stderr"
        kept
        [ -e out/result.json ] || fail "at $at: no result"
    done
    faulted fsync@result:1:TERM
    [ "$status" = 143 ]
    kept
}

@test "Ctrl-C again while a slow disk takes the result: at once, and the journal has all" {
    behind fsync@result.json:1:slow run "${two[@]}" --max-time 60
    until_journal 3
    kill -INT "$pid"
    sleep 2.5
    kill -INT "$pid"
    ends_with 130
    [ ! -e out/result.json ]
    [ ! -s stderr ] || fail "$(cat stderr)"
    reported
    goes_on
}

@test "a run that is still going on is left alone by one that would go on with it" {
    behind fsync@journal:3:slow run "${two[@]}"
    until_journal 2
    run --separate-stderr pmb run --resume out --quiet
    tell_refusal 1 out/journal.jsonl "another process"
    ends_with 0
    kept
}

@test "what a run adds and is killed for, while another one prepares to go on with it, is not lost" {
    local other
    behind "" run "${two[@]}" --max-time 60 --precision 0.001%
    other=$pid
    until_journal 4
    behind open@journal:1:slow run --resume out --max-time 0.05 --quiet
    sleep 1.5
    kill -KILL "$other"
    cp out/journal.jsonl earlier.jsonl
    wait "$pid" || [ $? = 1 ]
    pid=
    reported earlier.jsonl
}

@test "Ctrl-C, and a SIGKILL while it goes on: report has what the journal has, not the older result" {
    faulted fsync@journal:2:INT
    [ "$status" = 130 ]
    [ -e out/result.json ]
    run faulty fsync@journal:3:kill-after run --resume out --max-time 60 --quiet
    [ "$status" = 137 ]
    kept
    goes_on
}

@test "killed in the middle of a line, and killed again while it goes on: no line is lost behind the torn one" {
    run faulty write@journal:3:kill-half run "${two[@]}"
    [ "$status" = 137 ]
    [ "$(tail -c 1 out/journal.jsonl)" != "" ]
    kept
    run faulty fsync@journal:2:kill-after run --resume out --max-time 60 --quiet
    [ "$status" = 137 ]
    kept
    goes_on
}

@test "a fault that nobody understands ends the program: no test passes for want of one" {
    faulted wrote:1:EIO
    [ "$status" = 125 ]
    faulted write:0:EIO
    [ "$status" = 125 ]
    faulted fsync:1:EIO-half
    [ "$status" = 125 ]
    [ ! -e out ]
}
