#!/usr/bin/env bats
# repeats.bats - fresh processes for the same cells, merged; interrupted, they go on
# SPDX-License-Identifier: BSD-3-Clause
load common

# shellcheck disable=SC2054
cells=(--paths bypass,deferred-bitmap --size 512,4096 --footprint 64K)
few=("${cells[@]}" --max-time 0.1 --quiet)

@test "each repeat is a process of its own, and the whole is merged" {
    pmb run "${few[@]}" --repeats 3 --out out >stdout 2>stderr
    [ "$(ls -A out)" = $'repeat-1\nrepeat-2\nrepeat-3\nrepeats.json\nreport.md\nresult.json' ]
    [ ! -s stderr ] || fail "$(cat stderr)"
    valid out/result.json out/repeat-*/result.json
    has out/result.json 'd["status"] == "complete" and d["run"]["repeats"] == 3 and "--repeats" in d["run"]["argv"]'
    has out/result.json 'len(d["cells"]) == 4 and all(len(c["repeat"]) == 3 for c in d["cells"])'
    /usr/bin/python3 - <<'END'
import json, sys
whole = json.load(open("out/result.json"))
parts = [json.load(open(f"out/repeat-{k}/result.json")) for k in (1, 2, 3)]
for i, cell in enumerate(whole["cells"]):
    each = [p["cells"][i] for p in parts]
    if {e["id"] for e in each} != {cell["id"]} or {e["stream_hash"] for e in each} != {cell["stream_hash"]}:
        sys.exit("other cells")
    if cell["repeat"] != [e["summary"]["median"] for e in each]:
        sys.exit(f"repeat {cell['repeat']}")
    if cell["samples"] != sum((e["samples"] for e in each), []):
        sys.exit("samples")
END
    grep -q "in 3 processes" stdout || fail "$(cat stdout)"
}

# measuring FOLDER: waits until that repeat of the run in the background has a whole visit in its journal
measuring() {
    local lines
    for ((i = 0; i < 600; i++)); do
        lines=$(grep -c "" "$1/journal.jsonl" 2>/dev/null) || lines=0
        [ "$lines" -lt 2 ] || return 0
        kill -0 "$pid" || break
        sleep 0.1
    done
    fail "no journal in $1: $(cat stderr)"
}

# begin ARGUMENT...: the program in the background ($pid), its folder is out/
begin() {
    "$PMEMBENCH" run "${cells[@]}" "$@" --out out </dev/null >stdout 2>stderr 3>&- &
    pid=$!
}

# abandon NUMBER...: those repeats of the complete run in out/ become as if it had been interrupted before them
abandon() {
    local number
    sed -i 's/"status": "complete"/"status": "interrupted"/' out/result.json
    for number; do
        rm -r "out/repeat-$number"
    done
}

@test "each process has the CPUs that this one was given, though it binds itself" {
    threads=2
    [ "$(nproc)" -ge 2 ] || threads=1
    pmb run "${few[@]}" --threads $threads --repeats 2 --out out >/dev/null
    abandon 2
    pmb run --resume out --quiet >/dev/null
    has out/result.json 'd["status"] == "complete" and all(len(c["repeat"]) == 2 for c in d["cells"])'
    for number in 1 2; do
        has out/repeat-$number/result.json "all(c['status'] == 'measured' for c in d['cells']) and d['machine']['cpus'] == $(nproc)"
    done
    same='[d["run"]["argv"][i + 1] for i, a in enumerate(d["run"]["argv"]) if a == "--cpu"][-1]'
    cpu=$(/usr/bin/python3 -c "import json; d = json.load(open('out/repeats.json')); print(d['cpu'])")
    has out/repeat-1/result.json "$same == '$cpu'"
    has out/repeat-2/result.json "$same == '$cpu'"
}

@test "killed, it goes on where it was: complete repeats are kept, the others measured" {
    pmb run "${few[@]}" --repeats 4 --out out >/dev/null
    abandon 2 3 4
    cp out/repeat-1/result.json first
    "$PMEMBENCH" run --resume out --max-time 60 --precision 0.001% --quiet </dev/null >stdout 2>stderr 3>&- &
    pid=$!
    measuring out/repeat-2
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null || true
    for ((i = 0; i < 100; i++)); do # the repeat that was running ends by itself: its parent died
        pgrep -f "$PWD/out/repeat-2" >/dev/null || break
        sleep 0.1
    done
    has out/result.json 'd["status"] == "interrupted" and all(len(c["repeat"]) == 1 for c in d["cells"])'
    has out/repeat-2/result.json 'd["status"] == "interrupted"'
    mkdir elsewhere
    (cd elsewhere && pmb run --resume ../out --max-time 0.2 --quiet >/dev/null)
    cmp first out/repeat-1/result.json
    has out/result.json 'd["status"] == "complete" and all(len(c["repeat"]) == 4 for c in d["cells"])'
    valid out/result.json
}

@test "Ctrl-C: exit 130, what is complete is merged" {
    begin --max-time 0.1 --quiet --repeats 50
    for ((i = 0; i < 600; i++)); do
        [ ! -e out/result.json ] && kill -0 "$pid" || break
        sleep 0.1
    done
    kill -INT "$pid"
    ends_with 130
    [ ! -s stderr ] || fail "$(cat stderr)"
    valid out/result.json
    has out/result.json 'd["status"] == "interrupted" and len(d["cells"][0]["repeat"]) >= 1'
}

@test "SIGTERM to the parent alone, in the first repeat: passed on, reported, and it goes on, for as long as it is told" {
    begin --max-time 600 --precision 0.001% --quiet --repeats 2
    measuring out/repeat-1
    kill -TERM "$pid"
    ends_with 143
    [ ! -s stderr ] || fail "$(cat stderr)"
    grep -q "INTERRUPTED.*run --resume" stdout || fail "$(cat stdout)"
    pmb report out | grep -q INTERRUPTED
    valid out/result.json
    has out/repeat-1/result.json 'd["status"] == "interrupted"'
    pmb run --resume out --max-time 0.1 --precision 7% --quiet >stdout 2>stderr
    [ ! -s stderr ] || fail "$(cat stderr)"
    has out/result.json 'd["status"] == "complete" and all(len(c["repeat"]) == 2 for c in d["cells"])'
    has out/repeat-2/result.json '[d["run"]["argv"][i + 1] for i, a in enumerate(d["run"]["argv"]) if a == "--max-time"] == ["600", "0.1s"]'
    has out/repeat-2/result.json '"7%" in d["run"]["argv"] and "--quiet" in d["run"]["argv"]'
}

@test "a repeat that cannot go on is moved aside and measured anew" {
    pmb run "${few[@]}" --repeats 4 --out out >/dev/null
    abandon
    sed -i 's/"status": "complete"/"status": "failed"/' out/repeat-2/result.json
    mkdir out/repeat-2.unusable-1
    rm out/repeat-3/* out/repeat-4/*
    : >out/repeat-3/journal.jsonl
    run --separate-stderr pmb run --resume out --quiet
    [ "$status" = 0 ] || fail "$stderr"
    [ "$(wc -l <<<"$stderr")" = 2 ] || fail "$stderr"
    [[ $stderr == *repeat-2.unusable-2*anew*$'\n'*repeat-3.unusable-1*anew* ]] || fail "$stderr"
    [ -e out/repeat-2.unusable-2/result.json ] && [ ! -e out/repeat-4.unusable-1 ]
    has out/result.json 'd["status"] == "complete" and all(len(c["repeat"]) == 4 for c in d["cells"])'
}

@test "another build is refused, and a plan that was edited meanwhile does not count" {
    mkdir plans
    echo '{"name": "mine", "blocks": [{"paths": ["bypass", "deferred-bitmap"], "size": [4096], "footprint": ["64K"]}]}' >plans/mine.json
    pmb run --plan plans/mine.json --max-time 0.1 --quiet --repeats 2 --out out >/dev/null
    abandon 2
    sed -i 's/4096/512/' plans/mine.json
    pmb run --resume out --quiet >/dev/null
    has out/result.json 'd["status"] == "complete" and all(len(c["repeat"]) == 2 for c in d["cells"]) and d["run"]["plan"] == "mine"'
    abandon 2
    sed -i 's/"build": "/&another /' out/repeats.json
    refused 1 --resume "another build" -- run --resume out --quiet
}

@test "an argument that JSON cannot hold is refused before anything is made" {
    mkdir $'caf\xe9'
    refused 2 --repeats UTF-8 rename -- run "${few[@]}" --repeats 2 --out $'caf\xe9/out'
    cd $'caf\xe9'
    refused 2 --repeats UTF-8 rename -- run "${few[@]}" --repeats 2 --out out
}

@test "what cannot be merged or started is said in one line" {
    refused 2 --repeats -- run "${few[@]}" --repeats 0
    refused 2 --repeats -- run "${few[@]}" --repeats many
    pmb run "${few[@]}" --repeats 2 --out out >/dev/null
    rm -r out/repeat-2
    sed -i 's/"stream_hash": "[0-9a-f]*"/"stream_hash": "0123456789abcdef"/' out/repeat-1/result.json
    run --separate-stderr pmb run --resume out
    [ "$status" = 0 ] || true # out/result.json is complete: there is nothing to go on with
    sed -i 's/"status": "complete"/"status": "interrupted"/' out/result.json
    run --separate-stderr pmb run --resume out --quiet
    [ "$status" = 1 ]
    [[ $stderr == *stream* ]] || fail "$stderr"
    echo '{"argv": [1]}' >out/repeats.json
    run --separate-stderr pmb run --resume out --quiet
    tell_refusal 1 repeats.json damaged
}
