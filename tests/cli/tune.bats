#!/usr/bin/env bats
# tune.bats - finds what was planted, claims nothing of what is equal, and keeps what it has
# SPDX-License-Identifier: BSD-3-Clause
load common

# The same code under two names.
one=movnti:none:none two=movnti:none:clwb
short=(--llc 8M --quiet --threads 1)

proof() {
    timeout -k 5 60 "$PMEMBENCH_PROOF" "$@" </dev/null
}

# crossing FILE BELOW ABOVE SIZE: the primary durable situation has one flip of these, near SIZE
crossing() {
    /usr/bin/python3 - "$@" <<'END'
import json, sys
d = json.load(open(sys.argv[1]))
primary = next(s["id"] for s in d["situations"] if s["primary"] and s["question"] == "durable")
found = [x for x in d["crossovers"] if x["situation"] == primary and x["below"] == sys.argv[2] and x["size"]]
planted = float(sys.argv[4])
assert len(found) == 1 and found[0]["above"] == sys.argv[3], [x for x in d["crossovers"] if x["situation"] == primary]
assert planted / 1.25 <= found[0]["size"] <= planted * 1.25, (planted, found)
assert found[0]["ci_high"] / found[0]["ci_low"] < 2, found
assert found[0]["ci_low"] / 1.05 <= planted <= found[0]["ci_high"] * 1.05, (planted, found)
END
}

@test "a planted machine is found: one copy slow below a size drawn at random, another above it" {
    size=$(((RANDOM % 60 + 4) * 128 + RANDOM % 128))
    proof tune --only durable --copy "$one,$two" --plant-copy "$one=900@above:$size,$two=900@below:$size" --max-time 5 "${short[@]}" --out out >report ||
        fail "size $size"
    valid out/tuning.json
    crossing out/tuning.json "$one" "$two" "$size" || fail "size $size"
    grep -q "$two" report
}

@test "two identical strategies: no difference" {
    pmb tune --only durable --copy "$one,$two" --max-time 4 "${short[@]}" --out out >report
    valid out/tuning.json
    has out/tuning.json 'all(s["no_difference"] for s in d["situations"] if s["primary"])'
    has out/tuning.json 'not any(x["size"] for x in d["crossovers"])'
    grep -qi "no difference" report
    run grep -q "^PMEM" out/libpmem.env
    [ "$status" = 1 ]
}

@test "all parts in little time: what was found is kept, and marked as part" {
    run --separate-stderr pmb tune --max-time 3 "${short[@]}" --out out
    [ "$status" = 0 ] || fail "$stderr"
    valid out/tuning.json
    has out/tuning.json 'd["status"] == "complete" and d["search"]["ended_by"] == "time"'
    has out/tuning.json 'any(s["state"] != "searched" for s in d["situations"])'
    has out/tuning.json 'all(not p["kept"] and p["reason"] for p in d["proposals"] if not p["proven"])'
    [[ $output == *"time"* ]]
    for file in libpmem.env pmembench_tuning.h report.md; do
        [ -s "out/$file" ] || fail "$file is missing"
    done
    printf '#include "out/pmembench_tuning.h"\nint here;\n' | gcc -std=c99 -Wall -Wextra -pedantic -Werror -fsyntax-only -I. -x c -
    pmb report out >text
    pmb report out --format markdown >page.md
    grep -q "^#" page.md
    grep -q "tune --check out" text
}

@test "one copy only; a machine without CLWB: one line each" {
    run --separate-stderr proof tune --only durable --copy movnti --lacks clwb --max-time 2 "${short[@]}" --out none
    [ "$status" = 1 ] && [[ $stderr == *CLWB* ]] || fail "exit $status: $stderr"
    [ ! -e none ]
    run --separate-stderr proof tune --only durable --copy memcpy+clflushopt --lacks clwb --max-time 2 "${short[@]}" --out out
    [ "$status" = 0 ] || fail "$stderr"
    [ "$(grep -c "no CLWB" <<<"$stderr")" = 1 ] || fail "$stderr"
    [ "$(grep -c "one copy" <<<"$stderr")" = 1 ] || fail "$stderr"
    valid out/tuning.json
    has out/tuning.json 'not d["crossovers"] and d["situations"][0]["segments"][0]["strategy"] == "memcpy+clflushopt"'
}

@test "interrupted: what was found so far is there, and says so" {
    "$PMEMBENCH" tune --max-time 60 "${short[@]}" --out out </dev/null >stdout 2>stderr 3>&- &
    pid=$!
    for ((i = 0; i < 100; i++)); do
        [ ! -e out/tuning.json ] || break
        sleep 0.1
    done
    sleep 3
    kill -INT "$pid"
    ends_with 130
    valid out/tuning.json
    has out/tuning.json 'd["status"] == "interrupted" and d["search"]["ended_by"] == "signal"'
    has out/tuning.json 'd["situations"][0]["points"] and not any(p["kept"] for p in d["proposals"])'
    grep -qi interrupted stdout
    run grep -c "^PMEM" out/libpmem.env
    [ "$output" = 0 ]
}

@test "killed: the file of the last stage is whole" {
    "$PMEMBENCH" tune --max-time 60 "${short[@]}" --out out </dev/null >stdout 2>stderr 3>&- &
    pid=$!
    for ((i = 0; i < 100; i++)); do
        [ ! -e out/tuning.json ] || break
        sleep 0.1
    done
    kill -KILL "$pid"
    wait "$pid" || :
    valid out/tuning.json
    has out/tuning.json 'd["status"] == "interrupted"'
    pmb report out >text
    grep -qi interrupted text
}

@test "what cannot be is refused in one line, before anything is measured" {
    mkdir full
    : >full/mine
    refused 1 "--out" "full" -- tune "${short[@]}" --out full
    refused 1 "--out" -- tune "${short[@]}" --out /dev/null/x
    refused 2 "--copy" -- tune "${short[@]}" --copy ""
    refused 2 "movntl" "movnti" -- tune "${short[@]}" --copy movntl
    refused 2 "--only" "durable" -- tune "${short[@]}" --only durble
    refused 2 "--check" "--out" -- tune --check full --out x
    refused 2 "--force" -- tune --force
    refused 1 "full" -- tune --check full
    refused 1 "threads" -- tune --llc 8M --quiet --threads 1000
    refused 2 "--max-time" -- tune --max-time 0
}

@test "the proof again: nothing is written, another machine is refused" {
    cp "$tree/tests/reports/fixture/tuning.json" .
    refused 1 "--force" -- tune --check tuning.json --llc 8M --quiet
}
