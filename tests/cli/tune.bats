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
    proof tune --only durable --copy "$one,$two" --plant-copy "$one=900@above:$size,$two=900@below:$size" --primary --max-time 30 "${short[@]}" --out out >report ||
        fail "size $size"
    valid out/tuning.json
    crossing out/tuning.json "$one" "$two" "$size" || fail "size $size"
    grep -q "^durable.*write that is durable at once" report
    tr -s ' \n' ' ' <report | grep -q "64 B to 64 KiB): $one below [^,]*, $two from there on" || fail "$(cat report)"
}

@test "two identical strategies: no difference" {
    pmb tune --only durable --copy "$one,$two" --primary --max-time 20 "${short[@]}" --out out >report
    valid out/tuning.json
    has out/tuning.json 'all(s["no_difference"] for s in d["situations"] if s["primary"] and all(p["held"] for p in s["points"]))'
    has out/tuning.json 'not any(x["size"] for x in d["crossovers"])'
    has out/tuning.json 'all(len(s["segments"]) <= 1 for s in d["situations"])'
    tr -s ' \n' ' ' <report | grep -q "no difference between all 2 at any size\|$one (no difference: $two) at all sizes\|$two (no difference: $one) at all sizes" || fail "$(cat report)"
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
    [[ $output == "status    NOT ALL DONE, the time was spent"* ]] || fail "$output"
    for file in libpmem.env pmembench_tuning.h report.md; do
        [ -s "out/$file" ] || fail "$file is missing"
    done
    printf '#include "out/pmembench_tuning.h"\nint here;\n' | gcc -std=c99 -Wall -Wextra -pedantic -Werror -fsyntax-only -I. -x c -
    pmb report out >text
    pmb report out --format markdown >page.md
    grep -q "^#" page.md
    diff <(sed '/^found: /,$d' <<<"$output" | sed -n '/^== What/,$p' | grep .) <(sed -n '/^== What/,$p' text | grep .) || fail "another report"
    grep -q "^== What" text
}

@test "next to no time, and a part that cannot be here: the rest is done, and ends" {
    for time in 0.1 0.2 0.3 0.5; do # the time is over before, in, and after the first size
        timeout -k 5 20 "$PMEMBENCH" tune --max-time "$time" "${short[@]}" --out "out-$time" </dev/null >report
    done
    pmb tune --max-time 0.01 "${short[@]}" --out out >report
    has out/tuning.json 'd["search"]["ended_by"] == "time" and not any(s["points"] for s in d["situations"])'
    run --separate-stderr pmb tune --domain hint --max-time 2 "${short[@]::3}" --out posted
    [ "$status" = 0 ] && [[ $stderr == *"durable is left out"*"hint"* ]] || fail "exit $status: $stderr"
    has posted/tuning.json 'all(s["question"] != "durable" for s in d["situations"])'
    refused 1 "only after a drain" -- tune --domain hint --only durable "${short[@]::3}"
    refused 2 "--only" "--check" -- tune --only proof
    refused 2 "--copy" "--only" -- tune --only fsync --copy movnti
    refused 2 "--threads" -- tune --threads 1,x
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

# too_slow TEXT: the machine was too slow for what was asked, which is no answer to it
too_slow() {
    [[ $1 == *"time was spent"* ]]
}

# as_kept FILE NAME VALUE: the tuning as if this variable of libpmem had been proven
as_kept() {
    /usr/bin/python3 - "$@" <<'END'
import json, sys
d = json.load(open(sys.argv[1]))
d["proposals"] = [{"id": "libpmem/" + sys.argv[2], "kind": "environment", "name": sys.argv[2], "value": sys.argv[3],
                   "situation": "", "what": "", "found_gain": None, "proven": True, "kept": True, "reason": ""}]
json.dump(d, open(sys.argv[1], "w"))
END
}

@test "a planted gain of one of libpmem's variables is proposed, proven, handed over and confirmed; a loss is told" {
    name=PMEM_MOVNT_THRESHOLD
    plain=(--llc 8M --quiet)
    PMB_PLANT_VARIABLE=$name=1024:100 proof tune --only libpmem,proof --max-time 16 "${plain[@]}" --out out >report
    valid out/tuning.json
    if has out/tuning.json 'not d["proof"]' 2>/dev/null && too_slow "$(<report)"; then
        as_kept out/tuning.json "$name" 1024
    else
        has out/tuning.json '[p["id"] + "=" + p["value"] for p in d["proposals"] if p["kept"]] == ["libpmem/'$name'=1024"]'
        has out/tuning.json 'all(p["ci_high"] < 0.8 and p["worst"]["ci_low"] < 1.03 for p in d["proof"] if p["kept"])'
        has out/tuning.json 'all(len(p["sizes"]) > 24 and p["best"]["where"] for p in d["proof"])'
        grep -qx "$name=1024" out/libpmem.env
    fi
    PMB_PLANT_VARIABLE=$name=1024:100 run --separate-stderr proof tune --check out --max-time 6 "${plain[@]}"
    [ "$status" = 0 ] || too_slow "$stderr" || fail "exit $status: $stderr"
    PMB_PLANT_VARIABLE=$name=1024:-100 run --separate-stderr proof tune --check out --max-time 6 "${plain[@]}"
    [ "$status" = 3 ] || too_slow "$stderr" || fail "exit $status: $stderr"
}

@test "a file that is cut while it is searched: failed, and what was found before is there" {
    : >mine
    "$PMEMBENCH" tune --only durable --path mine --max-time 40 "${short[@]}" --out out </dev/null >stdout 2>stderr 3>&- &
    pid=$!
    for ((i = 0; i < 100; i++)); do
        [ ! -e out/tuning.json ] || break
        sleep 0.1
    done
    sleep 1
    truncate -s 0 mine
    ends_with 1
    [[ $(cat stderr) == "pmembench: memory under test: mine was truncated"*"is in out" ]] || fail "$(cat stderr)"
    valid out/tuning.json
    has out/tuning.json 'd["status"] == "failed" and not any(p["kept"] for p in d["proposals"])'
    grep -q "^status *FAILED" stdout
    [ ! -s mine ]
}
