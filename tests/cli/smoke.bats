#!/usr/bin/env bats
# smoke.bats - what every user does first works: list, probe, a dry run, a short run and its report
# SPDX-License-Identifier: BSD-3-Clause
load common

@test "list shows the parts, and what this CPU lacks with the reason" {
    pmb list >text
    for word in memcpy movnti movdir64b xarray bitmap2 clwb eadr adr; do
        grep -qw -- "$word" text || fail "no $word"
    done
    [ "$(grep -c 'unavailable:' text)" = "$(grep -c 'unavailable: \(this CPU has no [A-Z]\|needs --path FILE\|.*Linux 6.7\)' text)" ]
    run ! grep -q $'\033' text
    pmb list --json >list.json
    /usr/bin/python3 -m json.tool list.json >/dev/null
}

@test "probe describes machine, region, domain, warnings" {
    pmb probe --json >probe.json
    has probe.json '{"machine", "region", "domain", "warnings"} <= set(d)'
    has probe.json 'd["machine"]["cpu"]["vendor"] and all(w["hint"] for w in d["warnings"])'
    pmb probe >text
    grep -q '^domain\|^memory' text
    run ! grep -q $'\033' text
}

@test "a dry run says cells, rounds, time and memory, and makes nothing" {
    run --separate-stderr pmb run --plan quick --dry-run --out out
    [ "$status" = 0 ]
    [ -z "$stderr" ]
    for word in cells rounds time memory write_fsync/bypass/; do
        [[ $output == *"$word"* ]] || fail "no $word"
    done
    [ -z "$(ls -A)" ]
}

@test "a short run: valid result, report in 60 lines, the paths last" {
    run --separate-stderr pmb run --plan quick --max-time 3 --out out
    [ "$status" = 0 ] || fail "$stderr"
    [[ ${lines[-2]} == "result: out/result.json" && ${lines[-1]} == "report: out/report.md" ]]
    [[ $output != *$'\033'* && $stderr != *$'\033'* ]]
    valid out/result.json
    has out/result.json 'd["status"] == "complete" and d["comparisons"]'
    has out/result.json 'all(c["status"] == "measured" or c["reason"] for c in d["cells"])'
    [ "$(ls -A out)" = $'report.md\nresult.json' ]
    [ "$(pmb report out | wc -l)" -le 60 ]
    pmb report out --format markdown >page.md
    grep -q '^#' page.md
    grep -q '^|' page.md
}

@test "one cell by its key, and the seed repeats the stream" {
    pmb run --paths bypass,eager --size 512 --footprint 64K --max-time 0.1 --quiet --out a >/dev/null
    key=$(/usr/bin/python3 -c 'import json; print(json.load(open("a/result.json"))["cells"][-1]["key"])')
    pmb run --cell "$key" --max-time 0.1 --quiet --anonymous --out b >/dev/null
    valid a/result.json b/result.json
    /usr/bin/python3 - "$key" <<'END'
import json, sys
def cell(f):
    return next(c for c in json.load(open(f))["cells"] if c["key"] == sys.argv[1])
assert cell("a/result.json")["stream_hash"] == cell("b/result.json")["stream_hash"]
assert cell("b/result.json")["ledger"]
assert json.load(open("b/result.json"))["machine"]["host"] == "anonymous"
END
}
