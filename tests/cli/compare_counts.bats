#!/usr/bin/env bats
# compare_counts.bats - results of a lab's emulated machines side by side: counts only, and a gate that cannot judge
# SPDX-License-Identifier: BSD-3-Clause
# shellcheck disable=SC2154 # tree, status, output and stderr are common.bash's and bats'
load common

# emulated DOMAIN CODE: DOMAIN's run as Python's d, made emulated and changed by CODE, into DOMAIN.json
emulated() {
    /usr/bin/python3 - "$BATS_FILE_TMPDIR/$1/result.json" "$2" "$1.json" <<'END'
import json, sys
d = json.load(open(sys.argv[1]))
cells = [c for c in d["cells"] if c["status"] == "measured"]
d["region"]["provenance"] = "emulated"
for g in d["controls"]["groups"]:
    g["held"] = True
d["controls"]["held"] = True
exec(sys.argv[2])
json.dump(d, open(sys.argv[3], "w"))
END
}

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    local domain
    for domain in adr eadr flush-device; do
        timeout 60 "$PMEMBENCH" run --paths bypass,deferred-bitmap --size 4096 --footprint 64K --dirty size --domain "$domain" \
            --max-time 0.1 --quiet --out "$domain" </dev/null >/dev/null || return 1
    done
}

setup() {
    enter_empty
    emulated adr pass
    emulated eadr pass
    emulated flush-device pass
}

@test "three platforms: what fsync has to do, and no times" {
    pmb compare adr.json flush-device.json eadr.json >text
    [ "$(wc -l <text)" -le 60 ]
    [ "$(wc -L <text)" -le 100 ]
    grep -q "^times are withheld: results of an emulated machine (A, B, C): counts only; --force shows them" text
    tr -s ' \n' '  ' <text >flat
    grep -qF "fsync of deferred-bitmap 4 KiB: A (adr) 64 lines flushed, two fences; B (flush-device) the same, then a flush request to the host; C (eadr) no lines, one fence." flat
    grep -qE "^ *lines flushed by fsync +64 +64 +0$" text
    run ! grep -q "ns/op" text
    pmb compare adr.json eadr.json --force >text
    grep -q "ns/op" text
    run ! grep -q "times are withheld" text
}

@test "a gate cannot judge what is withheld" {
    run --separate-stderr pmb compare adr.json eadr.json --fail-on slower
    [ "$status" = 1 ]
    [[ $stderr == "pmembench: --fail-on: could not judge 2 of 2 cells: 2 withheld (A and B are emulated"* ]]
    emulated eadr 'd["region"]["provenance"] = "stand-in"'
    run --separate-stderr pmb compare eadr.json adr.json --fail-on slower:50
    [ "$status" = 1 ]
    [[ $stderr == *"2 withheld (B is emulated"*"--force judges them"* && $stderr != *$'\n'* ]]
    [[ $output == *"emulated machine (B): counts only"* ]]
    run --separate-stderr pmb compare eadr.json adr.json --fail-on slower:50 --force
    [[ $stderr != *withheld* ]]
}

@test "two real domains have the section below the times" {
    emulated adr 'd["region"]["provenance"] = "stand-in"'
    emulated eadr 'd["region"]["provenance"] = "stand-in"'
    pmb compare adr.json eadr.json >text
    [[ $(cat text) == *"ns/op"*"== What fsync has to do"*"(eadr) no lines, one fence"* ]]
    [ "$(wc -l <text)" -le 60 ]
}

@test "json, csv and what was not counted" {
    emulated eadr 'cells[1]["counts"]["lines_flushed"] = None'
    pmb compare adr.json eadr.json --format json >out.json
    has out.json 'list(d)[:2] == ["comparisons", "unmatched"] and len(d["counts"]) == 2'
    has out.json 'all(isinstance(c["same"], bool) and [f["file"] for f in c["files"]] == ["adr.json", "eadr.json"] for c in d["counts"])'
    has out.json '[f["fsync_fences"] for f in d["counts"][0]["files"]] == [2, 1]'
    has out.json 'None in [c["files"][1]["fsync_lines_flushed"] for c in d["counts"]]'
    has out.json '[p["provenance"] for p in d["platforms"]] == ["emulated", "emulated"]'
    pmb compare adr.json eadr.json --format csv >out.csv
    /usr/bin/python3 - out.csv <<'END'
import csv, sys
rows = [r for r in csv.DictReader(open(sys.argv[1], newline="")) if r["status"] == "counts"]
assert len(rows) == 4 and not any(None in r or None in r.values() for r in rows), rows
assert [r["fsync_fences"] for r in rows] == ["2", "1"] * 2 and "" in [r["fsync_lines_flushed"] for r in rows], rows
assert {r["verdict"] for r in rows} == {"differs"} and rows[1]["file_b"] == "eadr.json", rows
END
    pmb compare adr.json eadr.json | grep -q "not counted"
}
