#!/usr/bin/env bats
# proof.bats - a path that does not write what it says fails, and never wins
# SPDX-License-Identifier: BSD-3-Clause
load common

@test "an emptied copy: exit 1, failed, in the result too" {
    run --separate-stderr timeout 60 "$PMEMBENCH_PROOF" run "${tiny[@]}" --quiet --mutant COPY --out out
    [ "$status" = 1 ]
    [[ $stderr == "pmembench: failed: "*"offset"* && $stderr != *$'\n'* ]] || fail "$stderr"
    valid out/result.json
    has out/result.json 'd["status"] == "failed" and all(c["status"] == "failed" for c in d["cells"])'
    has out/result.json 'all(c["summary"] is None for c in d["cells"]) and not d["comparisons"]'
    [[ $output == *FAILED* ]]
}

@test "the same program with nothing left out: exit 0" {
    timeout 60 "$PMEMBENCH_PROOF" run "${tiny[@]}" --quiet --out out
    has out/result.json 'd["status"] == "complete"'
}

@test "hooks that are not there" {
    PMEMBENCH=$PMEMBENCH_PROOF
    refused 2 --mutant "'99'" STEP -- run --mutant 99
    refused 2 --plant "'copy=1'" "STEP=NS" -- run --plant copy=1
}
