#!/usr/bin/env bats
# compare.bats - result files side by side: what is printed, what is refused, and the gate's exit codes
# SPDX-License-Identifier: BSD-3-Clause
# shellcheck disable=SC2154 # tree, status, output and stderr are common.bash's and bats'
load common

# derive CODE TARGET: the result of the run as Python's d, changed by CODE, into TARGET. rep(n, f) gives cell i n
# processes around f(i) times what cell i has cost
derive() {
    /usr/bin/python3 - "$good/result.json" "$@" <<'END'
import json, sys
d = json.load(open(sys.argv[1]))
cells = [c for c in d["cells"] if c["status"] == "measured"]
def rep(n, f=lambda i: 1):
    for i, c in enumerate(cells):
        m = c["summary"]["median"] * f(i)
        c["repeat"] = [m * (1 + 0.004 * (k / max(n - 1, 1) - 0.5)) for k in range(n)]
def hold(held=True):
    for g in d["controls"]["groups"]:
        g["held"] = held
        g["same"] = {"ratio": 1.0, "ci_low": 0.995, "ci_high": 1.005}
    d["controls"]["held"] = held
    d["controls"]["floor_ratio"] = 1.005
for c in cells:
    c["bistable"] = False
d["region"]["provenance"] = "stand-in"
d["warnings"] = []
hold()
rep(8)
exec(sys.argv[2])
json.dump(d, open(sys.argv[3], "w"))
END
}

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    timeout 60 "$PMEMBENCH" run --paths bypass,deferred-bitmap --size 4096 --footprint 64K --max-time 0.1 --quiet \
        --out good </dev/null >/dev/null
}

setup() {
    enter_empty
    good=$BATS_FILE_TMPDIR/good
    derive pass a
}

# gate CODE WORD PERCENT FILE: compare a FILE --fail-on slower PERCENT ends with CODE, prints the whole comparison and
# says WORD in one line on stderr ("" when nothing is to be said)
gate() {
    run --separate-stderr pmb compare a "$4" --fail-on "slower$3"
    [ "$status" = "$1" ] || fail "exit $status, not $1: $stderr" || return 1
    [[ $output == "controls "*"differs "*"in both"* ]] || fail "no comparison: $output" || return 1
    if [ -z "$2" ]; then
        [ -z "$stderr" ] || fail "stderr is not empty: $stderr"
    else
        [[ $stderr == "pmembench: --fail-on: "*"$2"* && $stderr != *$'\n'* ]] || fail "stderr: $stderr"
    fi
}

@test "wrong from the command line alone" {
    refused 2 "two or more" -- compare
    refused 2 "two or more" -- compare a
    refused 2 "--format" "'xml'" "markdown" -- compare a a --format xml
    refused 2 "--fail-on" "'faster'" "slower:PERCENT" -- compare a a --fail-on faster
    for percent in "" x 5x -1 nan inf 1e 0x10 5% 1.2.3; do
        refused 2 "--fail-on" "5 or 2.5" -- compare a a --fail-on "slower:$percent"
    done
    refused 2 "--fail-on" "slowerr" -- compare a a --fail-on slowerr
    refused 2 "--fail-on" "value" -- compare a a --fail-on
    refused 2 "--forse" "--force" -- compare a a --forse
    refused 2 "26" -- compare a a a a a a a a a a a a a a a a a a a a a a a a a a a
}

@test "files that cannot be read or written" {
    refused 1 "none" "No such file" -- compare a none
    echo '{}' >other
    refused 1 "other" -- compare other a
    echo precious >there
    refused 1 "--output there" "new file" -- compare a a --output there
    [ "$(cat there)" = precious ]
    refused 1 "nothing-like-it" -- compare a a --cell nothing-like-it
    run --separate-stderr sh -c "'$PMEMBENCH' compare a a >/dev/full"
    [ "$status" = 1 ]
}

@test "help has an example, and files may stand between options" {
    run pmb compare --help
    [ "$status" = 0 ]
    [[ $output == *"example: pmembench compare"* ]]
    derive 'rep(8, lambda i: 1.5)' b
    pmb compare a b --all >one
    pmb compare --all a b >two
    pmb compare a --all b >three
    cmp one two
    cmp one three
    pmb compare a b --all --output four
    cmp one four
}

@test "the text begins with the controls and fits 60 lines of 100 columns" {
    derive 'rep(8, lambda i: 1.5); d["machine"]["kernel"] = "6.99"; d["domain"]["name"] = "eadr"' b
    pmb compare a b >text
    [[ $(head -1 text) == "controls  A (a): HELD"* ]]
    [ "$(wc -l <text)" -le 60 ]
    [ "$(wc -L <text)" -le 100 ]
    grep -q "kernel: .* in A, 6.99 in B" text
    grep -q "^slower .*1.50" text
    run ! grep -q $'\033' text
    [[ $(pmb compare a b --format markdown | sed -n 3p) == "- **controls**: A (a): **HELD**"* ]]
}

@test "the gate" {
    derive 'rep(8, lambda i: 1 + 0.04 * i)' slower
    gate 3 "slower by more than 0 %" "" slower
    gate 3 "slower by more than 2.5 %" :2.5 slower
    gate 0 "" :5 slower
    derive 'rep(8, lambda i: 0.5)' faster
    gate 0 "" "" faster
    derive 'rep(3, lambda i: 1.5)' few
    gate 1 "run with --repeats 5; first: write_fsync/" "" few
    derive 'rep(0)' single
    gate 1 "run with --repeats 5" :5 single
    derive 'rep(8, lambda i: 1.5); hold(False)' loud
    gate 1 "controls not held in 2" "" loud
    derive 'rep(8, lambda i: 1.5); d["region"]["provenance"] = "emulated"' emulated
    gate 1 "2 withheld (B is emulated" "" emulated
    derive 'd["warnings"].append({"code": "FEW_LAYOUTS", "message": "m", "hint": "h"})' layouts
    gate 1 "few code layouts" "" layouts
    derive 'cells[0]["bistable"] = True' two-speeds
    gate 1 "could not judge 1 of 2 cells: 1 bistable" "" two-speeds
    derive 'for c in cells: c["status"] = "skipped"' skipped
    run --separate-stderr pmb compare a skipped --fail-on slower
    [ "$status" = 1 ]
    [[ $stderr == *"no cell is measured in both"* ]]
    derive 'm = cells[1]["summary"]["median"]; cells[1]["repeat"] = [m * (0.8 + 0.05 * k) for k in range(8)]' wide
    gate 1 "could not judge 1 of 2 cells: run with --repeats 16" ":2.5" wide
    gate 0 "" ":90" wide
    derive 'm = cells[1]["summary"]["median"]; cells[1]["repeat"] = [m * (1.021 + 0.005 * k) for k in range(8)]' more
    gate 3 "slower by more than 2 %" ":2" more
    gate 1 "could not judge 1 of 2 cells: run with --repeats 16, 1 slower by less, yet perhaps by more" ":4.2" more
    gate 0 "" ":10" more
    derive 'rep(193)' many
    gate 1 "2 with more than 200 repeats in all (use at most 100 a file)" "" many
}

@test "--force judges what is withheld and says so" {
    derive 'rep(8, lambda i: 1.5); d["region"]["provenance"] = "emulated"' b
    run --separate-stderr pmb compare a b --fail-on slower --force
    [ "$status" = 3 ]
    [[ $output == *"forced"* ]]
    [[ $(pmb compare a b) == *"(1.50)"* ]]
}

@test "a file against itself is allowed with a warning" {
    run --separate-stderr pmb compare "$good" "$good/result.json"
    [ "$status" = 0 ]
    [[ $output == *"are the same result"* ]]
    run --separate-stderr pmb compare a a --format json
    [ "$status" = 0 ]
    [[ $stderr == "pmembench: warning: "*"are the same result"* ]]
}

@test "json and csv" {
    derive 'rep(8, lambda i: 1.5); cells[1]["status"] = "skipped"; cells[1]["reason"] = "not here"' b
    pmb compare a b --format json >out.json
    has out.json 'list(d)[:2] == ["comparisons", "unmatched"]'
    has out.json 'len(d["comparisons"]) == 1 and d["comparisons"][0]["verdict"] == "slower"'
    has out.json 'abs(d["comparisons"][0]["ratio"] - 1.5) < 1e-6'
    has out.json 'd["comparisons"][0]["a"]["file"] == "a" and d["comparisons"][0]["b"]["file"] == "b"'
    has out.json '[(u["file"], u["reason"]) for u in d["unmatched"]] == [("b", "skipped in B: not here")]'
    /usr/bin/python3 - out.json "$tree/results/result.schema.json" <<'END'
import json, sys
document, schema = (json.load(open(name)) for name in sys.argv[1:])
members = set(schema["definitions"]["comparison"]["required"]) | {"reason"}
sys.exit(0 if all(set(c) == members for c in document["comparisons"]) else "other members than the schema's")
END
    derive 'cells[0]["key"] = "=cmd()"' hostile
    pmb compare hostile hostile --format csv 2>stderr >out.csv
    grep -q "same result" stderr
    /usr/bin/python3 - out.csv <<'END'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
assert len(rows) == 2 and None not in rows[0] and rows[0]["key"] == "'=cmd()", rows
assert rows[1]["verdict"] == "equivalent" and float(rows[1]["ratio"]) == 1 and rows[1]["status"] == "compared", rows
END
}

@test "several files, each with the first" {
    derive 'rep(8, lambda i: 1.5)' b
    derive 'rep(8, lambda i: 0.5)' c
    pmb compare a b c >text
    [[ $(cat text) == *"B (b) against A (a)"*"slower in 2"*"C (c) against A (a)"*"faster in 2"* ]]
    [ "$(wc -l <text)" -le 60 ]
    run --separate-stderr pmb compare a c b --fail-on slower
    [ "$status" = 3 ]
    pmb compare a b c --format json >out.json
    has out.json '[(x["b"]["file"], x["verdict"]) for x in d["comparisons"]] == [("b", "slower")] * 2 + [("c", "faster")] * 2'
}

@test "one cell" {
    derive 'rep(8, lambda i: 1.5 if i else 1)' b
    [[ $(pmb compare a b --cell /bypass/) == *"equal, ratio ~1.00"*"over 1 comparison"*"Mann-Whitney"* ]]
    derive 'rep(4, lambda i: 1.5)' four
    gate 1 "run with --repeats 5" "" four
    run --separate-stderr pmb compare a four --cell /bypass/ --fail-on slower
    [ "$status" = 3 ]
    run --separate-stderr pmb compare a b --cell /bypass/ --fail-on slower
    [ "$status" = 0 ]
    pmb compare a b --cell deferred-bitmap --format json >out.json
    has out.json 'len(d["comparisons"]) == 1 and "deferred-bitmap" in d["comparisons"][0]["key"]'
}
