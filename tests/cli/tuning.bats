#!/usr/bin/env bats
# tuning.bats - a tuning changes the plan of a run where it belongs, is refused elsewhere, and can be read
# SPDX-License-Identifier: BSD-3-Clause
load common

# shellcheck disable=SC2154 # tree is common.bash's
fixture=$tree/tests/reports/fixture/tuning.json
# shellcheck disable=SC2054
few=(--paths bypass,hybrid --size 4096 --footprint 64K --max-time 0.1 --llc 8M --quiet)

setup_file() {
    "$PMEMBENCH" probe --json >"$BATS_FILE_TMPDIR/probe.json"
}

# tuned DIR [STATEMENT]: the fixture, with the CPU of this machine, in DIR; STATEMENT changes it, as d
tuned() {
    mkdir -p "$1"
    /usr/bin/python3 -c 'import json, sys
d, here = (json.load(open(sys.argv[n])) for n in (1, 4))
cpu = d["machine"]["cpu"]
for name in ("vendor", "family", "model", "model_number", "stepping", "microcode"):
    cpu[name] = here["machine"]["cpu"][name]
cpu["stepping"] = 77 if cpu["stepping"] is None else cpu["stepping"]
exec(sys.argv[3])
json.dump(d, open(sys.argv[2] + "/tuning.json", "w"))' "$fixture" "$1" "${2-}" "$BATS_FILE_TMPDIR/probe.json"
}

# paths_of FILE: of the cells, by commas
paths_of() {
    /usr/bin/python3 -c 'import json, sys
print(",".join(c["path"] for c in json.load(open(sys.argv[1]))["cells"]))' "$1"
}

@test "a tuning of this machine changes the plan, and the result says which" {
    tuned tuned
    run --separate-stderr pmb run "${few[@]}" --tuning tuned --out out
    [ "$status" = 0 ] && [ -z "$stderr" ] || fail "exit $status: $stderr"
    [ "$(ls -A out)" = $'report.md\nresult.json' ]
    [ "$(paths_of out/result.json)" = bypass,hybrid@1664,deferred-bitmap2,bypass-wide ] || fail "$(paths_of out/result.json)"
    valid out/result.json
    has out/result.json 'd["run"]["tuning"] == "hybrid@1664 (found where an fsync follows each write) from 20260101T000000Z-7, read from tuned"'
    pmb report out >text
    pmb report out --format markdown >page.md
    tr -s ' \n' ' ' <text | grep -q ' tuning hybrid@1664 (found where an fsync follows each write) from 20260101T000000Z-7, read from tuned ' || fail "$(head -20 text)"
    grep -q 'tuning.*hybrid.*1664 .*found where an fsync follows each write.* from 20260101T000000Z-7' page.md || fail "$(head -20 page.md)"
    pmb run "${few[@]}" --out without >/dev/null
    has without/result.json '"tuning" not in d["run"]'
    pmb compare without out >text
    grep -q 'tuning: none in A, hybrid@1664' text || fail "$(cat text)"
}

@test "--dry-run shows the changed cells, a file does as well as a folder, and trackers are as they were" {
    tuned tuned
    pmb run "${few[@]}" --tuning tuned/tuning.json --dry-run >stdout 2>stderr
    grep -q /hybrid@1664/ stdout || fail "$(cat stdout)"
    grep -q /deferred-bitmap2/ stdout || fail "$(cat stdout)"
    run ! grep -q /hybrid/ stdout
    [ ! -s stderr ] || fail "$(cat stderr)"
    pmb run --kernel track --tuning tuned --dry-run >stdout 2>stderr
    pmb run --kernel track --dry-run >without
    cmp stdout without
    [ "$(cat stderr)" = "pmembench: --tuning tuned: changes nothing in this plan" ] || fail "$(cat stderr)"
}

@test "of another machine, memory or domain it is refused before anything is there, unless it is forced" {
    local change
    tuned other 'cpu["microcode"] = "0xdead"; cpu["stepping"] += 1'
    refused 1 other 'CPU stepping' --force tune -- run "${few[@]}" --tuning other --out out
    refused 1 'CPU stepping' -- run "${few[@]}" --tuning other --dry-run
    refused 1 'CPU stepping' -- run "${few[@]}" --tuning other --repeats 2 --out out
    for change in 'provenance,d["region"]["provenance"] = "real"' 'medium,d["region"]["medium"] = "pmem"' \
        'persistence domain,d["domain"]["name"] = "eadr"'; do
        tuned memory "${change#*,}"
        refused 1 "${change%%,*}" --force -- run "${few[@]}" --tuning memory --out out
    done
    refused 1 'persistence domain' eadr adr -- run "${few[@]}" --tuning memory --repeats 2 --out out
    pmb run "${few[@]}" --tuning memory --domain eadr --dry-run >/dev/null
    pmb run "${few[@]}" --tuning other --force --out out >stdout
    tr -s ' \n' ' ' <stdout | grep -Eq ' tuning hybrid@1664 .* from .* \(forced: another CPU stepping\), read from other ' || fail "$(cat stdout)"
}

@test "what is said wrongly is refused" {
    tuned tuned
    refused 2 --force --tuning -- run "${few[@]}" --force --out out
    refused 2 --cell --tuning -- run --cell write_fsync/bypass/size=4096 --tuning tuned
    mkdir run
    refused 2 --resume --tuning -- run --resume run --tuning tuned
    refused 2 --resume --force -- run --resume run --force
    refused 2 --tuning -- run "${few[@]}" --tuning
    refused 1 nowhere -- run "${few[@]}" --tuning nowhere --out out
    refused 1 run -- run "${few[@]}" --tuning run --out out
    sed -i 's/"proposals"/"propusals"/' tuned/tuning.json
    refused 1 tuned/tuning.json proposals -- run "${few[@]}" --tuning tuned --out out
}

@test "a hybrid of another stream than the primary one is used, and that is said" {
    tuned elsewhere 'd["proposals"][3]["situation"] = "fsync/footprint=l2/overwrite=8/dirty=size"'
    run --separate-stderr pmb run "${few[@]}" --tuning elsewhere --out out
    [ "$status" = 0 ] || fail "exit $status: $stderr"
    [ "$stderr" = "pmembench: --tuning elsewhere: hybrid@1664 was found where an fsync follows each write, each place is written 8 times; it is used for all writes" ] ||
        fail "$stderr"
    has out/result.json '"hybrid@1664 (found where an fsync follows each write, each place is written 8 times) from 2026" in d["run"]["tuning"]'
    pmb run --kernel track --tuning elsewhere --dry-run >stdout 2>stderr
    [ "$(cat stderr)" = "pmembench: --tuning elsewhere: changes nothing in this plan" ] || fail "$(cat stderr)"
    tuned odd 'd["proposals"][3]["situation"] = "fsync/colour=red"'
    refused 1 'proposals[3].situation' -- run "${few[@]}" --tuning odd --out odd-out
}

@test "what was withdrawn is not used, and a tuning that is interrupted or empty says so" {
    tuned withdrawn 'd["proposals"][3]["kept"] = False'
    pmb run "${few[@]}" --tuning withdrawn --dry-run >stdout 2>stderr
    grep -q /hybrid/ stdout && grep -q /bypass-wide/ stdout || fail "$(cat stdout)"
    run ! grep -q hybrid@ stdout
    [ ! -s stderr ]
    tuned empty '[p.update(kept=False) for p in d["proposals"]]'
    pmb run "${few[@]}" --tuning empty --dry-run >stdout 2>stderr
    pmb run "${few[@]}" --dry-run >without
    cmp stdout without
    [[ $(cat stderr) == "pmembench: --tuning empty: nothing was kept"* ]] || fail "$(cat stderr)"
    tuned part 'd["status"] = "interrupted"'
    pmb run "${few[@]}" --tuning part --dry-run >stdout 2>stderr
    grep -q /hybrid@1664/ stdout
    [[ $(cat stderr) == *interrupted* && $(wc -l <stderr) = 1 ]] || fail "$(cat stderr)"
}

@test "with --repeats each process has the tuning as it was read, and only the whole is warned" {
    tuned tuned 'd["status"] = "interrupted"'
    pmb run "${few[@]}" --tuning tuned --repeats 2 --out out >stdout 2>stderr
    [ "$(wc -l <stderr)" = 1 ] || fail "$(cat stderr)"
    [ "$(ls -A out)" = $'repeat-1\nrepeat-2\nrepeats.json\nreport.md\nresult.json\ntuning-used.json' ] || fail "$(ls -A out)"
    valid out/result.json out/repeat-*/result.json
    for file in out/result.json out/repeat-1/result.json out/repeat-2/result.json; do
        [ "$(paths_of "$file")" = bypass,hybrid@1664,deferred-bitmap2,bypass-wide ] || fail "$(paths_of "$file")"
        has "$file" 'd["run"]["tuning"] == "hybrid@1664 (found where an fsync follows each write) from 20260101T000000Z-7, read from tuned"'
    done
    has out/repeat-1/result.json 'd["run"]["argv"].count("--tuning") == 1'
    has out/result.json 'd["run"]["argv"].count("tuned") == 1 and d["run"]["repeats"] == 2'
    rm -r tuned out/repeat-2 out/tuning-used.json
    sed -i 's/"status": "complete"/"status": "interrupted"/' out/result.json
    pmb run --resume out --quiet >stdout 2>stderr
    has out/result.json 'd["status"] == "complete" and d["run"]["tuning"].endswith("read from tuned")'
    [ "$(paths_of out/repeat-2/result.json)" = bypass,hybrid@1664,deferred-bitmap2,bypass-wide ]
    pmb report out >stdout
    grep -q 'in 2 processes' stdout
}

@test "an interrupted run goes on without its tuning" {
    tuned tuned
    running_until_journal 60 --paths bypass,hybrid --size 512,4096 --footprint 64K --llc 8M --max-time 20 --tuning tuned
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null || true
    pid=
    rm -r tuned
    pmb run --resume out --quiet --max-time 0.1 >stdout 2>stderr
    [ ! -s stderr ] || fail "$(cat stderr)"
    has out/result.json 'd["status"] == "complete" and d["run"]["tuning"] == "hybrid@1664 (found where an fsync follows each write) from 20260101T000000Z-7, read from tuned"'
    [ "$(paths_of out/result.json | tr , '\n' | sort -u | paste -sd,)" = bypass,bypass-wide,deferred-bitmap2,hybrid@1664 ]
}

@test "report shows a tuning as text, Markdown and JSON" {
    mkdir dir
    cp "$fixture" dir/tuning.json
    for given in dir/tuning.json dir; do
        pmb report "$given" >text
        pmb report "$given" --format markdown >page.md
        pmb report "$given" --format json >page.json
        grep -q 1664 text || fail "$(cat text)"
        grep -q 1664 page.md || fail "$(cat page.md)"
        has page.json 'd["schema"] == "pmembench-tuning"'
    done
    [ "$(wc -l <text)" -le 60 ] || fail "$(wc -l <text) lines"
    pmb report dir --all >all
    [ "$(wc -l <all)" -gt "$(wc -l <text)" ]
    pmb report dir --output file >stdout
    [ ! -s stdout ]
    cmp file text
    refused 2 --cell tuning -- report dir --cell bypass
    refused 2 --format -- report dir --format csv
    refused 1 file -- report dir --output file
    cp "${fixture%tuning.json}result.json" dir/result.json
    pmb report dir | cmp - text
    pmb report dir/result.json >result
    run ! cmp -s result text
    timeout 20 "$PMEMBENCH" report /dev/stdin < <(cat dir/result.json) >piped
    cmp -s result piped || diff <(sed "s|dir/result.json|/dev/stdin|" result) piped
    echo '{' >dir/tuning.json
    refused 1 dir/tuning.json JSON -- report dir
}

@test "compare refuses a tuning by its name" {
    mkdir dir
    cp "$fixture" dir/tuning.json
    cp "${fixture%tuning.json}result.json" result.json
    refused 1 dir tuning 'pmembench report' -- compare result.json dir
    refused 1 dir/tuning.json 'run --tuning' -- compare dir/tuning.json result.json
    cp dir/tuning.json other.json
    refused 1 other.json tuning -- compare other.json result.json --format json
}
