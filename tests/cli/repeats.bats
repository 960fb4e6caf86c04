#!/usr/bin/env bats
# repeats.bats - fresh processes for the same cells, merged; interrupted, they go on
# SPDX-License-Identifier: BSD-3-Clause
load common

# shellcheck disable=SC2054
few=(--paths bypass,deferred-bitmap --size 512,4096 --footprint 64K --max-time 0.1 --quiet)

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

@test "killed, it goes on where it was: complete repeats are kept, the others measured" {
    "$PMEMBENCH" run "${few[@]}" --repeats 4 --out out </dev/null >/dev/null 2>&1 3>&- &
    pid=$!
    for ((i = 0; i < 600; i++)); do
        [ ! -e out/repeat-2/journal.jsonl ] || break
        sleep 0.1
    done
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null || true
    has out/result.json 'd["status"] == "interrupted" and all(len(c["repeat"]) == 1 for c in d["cells"])'
    cp out/repeat-1/result.json first
    for ((i = 0; i < 100; i++)); do # the repeat that was running ends by itself: its parent died
        pgrep -f "$PWD/out/repeat-2" >/dev/null || break
        sleep 0.1
    done
    mkdir elsewhere
    (cd elsewhere && pmb run --resume ../out --quiet >/dev/null)
    cmp first out/repeat-1/result.json
    has out/result.json 'd["status"] == "complete" and all(len(c["repeat"]) == 4 for c in d["cells"])'
    valid out/result.json
}

@test "Ctrl-C: exit 130, what is complete is merged" {
    "$PMEMBENCH" run "${few[@]}" --repeats 50 --out out </dev/null >stdout 2>stderr 3>&- &
    pid=$!
    for ((i = 0; i < 600; i++)); do
        [ ! -e out/result.json ] || break
        sleep 0.1
    done
    kill -INT "$pid"
    ends_with 130
    [ ! -s stderr ] || fail "$(cat stderr)"
    valid out/result.json
    has out/result.json 'd["status"] == "interrupted" and len(d["cells"][0]["repeat"]) >= 1'
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
