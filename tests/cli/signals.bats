#!/usr/bin/env bats
# signals.bats - a run that is interrupted keeps what was measured, and one that is killed leaves its journal
# SPDX-License-Identifier: BSD-3-Clause
load common

# start: a run of many groups
start() {
    running_until_journal 60 --plan quick --max-time 60
}

interrupted_by() {
    start
    kill "-$1" "$pid"
    ends_with "$2"
    [ ! -s stderr ] || fail "stderr: $(cat stderr)"
    [ "$(ls -A out)" = $'journal.jsonl\nreport.md\nresult.json' ] || fail "left: $(ls -A out)"
    valid out/result.json
    has out/result.json 'd["status"] == "interrupted" and any(c["status"] == "measured" for c in d["cells"])'
    has out/result.json 'all(c["status"] == "measured" or c["reason"] for c in d["cells"])'
    run --separate-stderr pmb report out
    [ "$status" = 0 ] || fail "$stderr"
    [[ ${output,,} == *interrupted* ]]
    [[ $(tr -s ' \n' ' ' <<<"$output") == *"pmembench run --resume out"* ]] || fail "does not say how to go on: $output"
}

@test "Ctrl-C: exit 130, a valid result that says interrupted, its report" {
    interrupted_by INT 130
}

@test "SIGTERM: exit 143, the same" {
    interrupted_by TERM 143
}

@test "Ctrl-C before anything was measured: exit 130, nothing invalid" {
    "$PMEMBENCH" run --plan quick --quiet --out out </dev/null >stdout 2>stderr 3>&- &
    pid=$!
    sleep 0.3
    kill -INT "$pid"
    ends_with 130
    [ ! -e out/result.json ] || valid out/result.json
    [ ! -s stderr ] || fail "stderr: $(cat stderr)"
}

@test "SIGKILL: the journal is there, and report reads it" {
    start
    kill -KILL "$pid"
    ends_with 137
    [ "$(ls -A out)" = journal.jsonl ]
    run --separate-stderr pmb report out
    [ "$status" = 0 ] || fail "$stderr"
    [ "${#lines[@]}" -le 60 ]
    [[ ${output,,} == *interrupted* ]]
    # a line that was being written when it happened
    truncate -s -10 out/journal.jsonl
    pmb report out >/dev/null
    pmb report out --format json >killed.json
    valid killed.json
}
