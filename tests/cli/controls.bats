#!/usr/bin/env bats
# controls.bats - a run that is no fair one says so in its first line, and claims nothing
# SPDX-License-Identifier: BSD-3-Clause
# Strong effects only: what the controls make of weak ones is tests/bench/test_proof_controls.c's, in simulated time.
load common

setup() {
    enter_empty
    echo '{"name": "tiny", "blocks": [{"paths": ["bypass", "deferred-bitmap"], "size": "4096",
           "footprint": "64K", "dirty": "size"}]}' >tiny.json
}

# measured OPTION...: a run of the proof program in a folder of its own
measured() {
    rm -rf out
    run --separate-stderr timeout -k 5 60 "$PMEMBENCH_PROOF" run --plan ./tiny.json --precision 50% --max-time 2 \
        --quiet --out out "$@" </dev/null
    [ "$status" = 0 ] || fail "exit $status" "$stderr"
}

# The last run claims nothing, in its report and in its result.
nothing_claimed() {
    [[ ${lines[0]} == "controls  NOT HELD "* ]] || fail "${lines[0]}" || return 1
    grep -q 'NOT HELD' out/report.md || fail "report.md does not say it" || return 1
    valid out/result.json
    has out/result.json 'd["status"] == "complete" and not d["controls"]["held"]'
    has out/result.json 'not any(g["held"] for g in d["controls"]["groups"])'
    has out/result.json 'len(d["comparisons"]) == 1'
    has out/result.json 'all(c["verdict"] in ("unresolved", "bistable") for c in d["comparisons"])'
}

@test "a clock that runs away" {
    measured --sabotage drift=0.1
    nothing_claimed
}

@test "all rounds of one path, then all of the next" {
    measured --sabotage aabb
    nothing_claimed
}

@test "the planted 5 % left out" {
    measured --sabotage no-spin
    nothing_claimed
}

@test "all of it together" {
    measured --sabotage drift,aabb,no-spin
    nothing_claimed
}

@test "none of it: the controls hold, as soon as the machine is quiet enough for that" {
    for ((i = 0; i < 5; i++)); do
        measured --max-time $((2 + 2 * i)) --precision 1%
        [[ ${lines[0]} == "controls  HELD "* ]] || continue
        has out/result.json 'd["controls"]["held"] and all(g["held"] for g in d["controls"]["groups"])'
        return 0
    done
    # too much noise here for any control to hold: then the file says the same as the report, and claims nothing
    has out/result.json 'not d["controls"]["held"] and not all(g["held"] for g in d["controls"]["groups"])'
}

@test "what cannot be made of it" {
    for how in drift=0 drift=fast abba "aabb,"; do
        (PMEMBENCH=$PMEMBENCH_PROOF refused 2 --sabotage no-spin -- run --sabotage "$how")
    done
    for slow in bypass bypass=0 bypass=-2 =5; do
        (PMEMBENCH=$PMEMBENCH_PROOF refused 2 --slow "PATH=PERCENT" -- run --slow "$slow")
    done
    (PMEMBENCH=$PMEMBENCH_PROOF refused 2 --slow "'eager'" -- run --plan ./tiny.json --slow eager=2)
}

@test "the program that people use has none of it" {
    refused 2 --sabotage "unknown option" -- run --sabotage drift
    refused 2 --slow "unknown option" -- run --slow all=5
    run ! grep -q -e sabotage -e '--slow' <(pmb run --help)
}
