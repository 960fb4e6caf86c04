#!/usr/bin/env bats
# resume.bats - an interrupted run goes on: same cells, same order, same streams; and what must not be mixed is refused
# SPDX-License-Identifier: BSD-3-Clause
load common

# shellcheck disable=SC2054
cells=(--paths bypass,deferred-bitmap --size 512,4096,1K --dirty size,8K --access random --footprint 64K --llc 8M --seed 7)

# kill_early: a run of six groups in out/, killed when its journal has two whole visits; 3 s would do for all
kill_early() {
    running_until_journal 60 "${cells[@]}" --max-time 3
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null || true
    pid=
}

# same_as_uninterrupted DIR: the same cells in the same order with the same streams
same_as_uninterrupted() {
    [ -e whole/result.json ] || pmb run "${cells[@]}" --max-time 0.2 --quiet --out whole >/dev/null
    /usr/bin/python3 - "$1/result.json" whole/result.json <<'END'
import json, sys
one, other = ([(c["id"], c["stream_hash"], c["status"]) for c in json.load(open(f))["cells"]] for f in sys.argv[1:])
sys.exit(0 if one == other and len(one) == 12 else f"not the same:\n{one}\n{other}")
END
}

# in_head EXPRESSION: changes the head of the journal, as h
in_head() {
    /usr/bin/python3 - "$1" <<'END'
import json, sys
lines = open("out/journal.jsonl").read().splitlines(keepends=True)
h = json.loads(lines[0])
exec(sys.argv[1])
open("out/journal.jsonl", "w").writelines([json.dumps(h) + "\n"] + lines[1:])
END
}

rounds_of() {
    /usr/bin/python3 -c 'import json, sys; print(sum(c["rounds"] for c in json.load(open(sys.argv[1]))["cells"]))' "$1"
}

@test "after SIGKILL: same cells, same order, same streams, and nothing is measured twice" {
    kill_early
    pmb report out --format json >killed.json
    pmb run --resume out --quiet >stdout
    [ "$(ls -A out)" = $'report.md\nresult.json' ] || fail "left: $(ls -A out)"
    valid out/result.json
    same_as_uninterrupted out
    has out/result.json 'd["status"] == "complete" and any(w["code"] == "RESUMED" for w in d["warnings"])'
    has out/result.json 'd["run"]["argv"][1:3] == ["--paths", "bypass,deferred-bitmap"]'
    /usr/bin/python3 - <<'END'
import json, sys
killed = {c["id"]: c for c in json.load(open("killed.json"))["cells"]}
whole = {c["id"]: c for c in json.load(open("out/result.json"))["cells"]}
for name, cell in killed.items():
    n = len(cell["samples"])
    if not n or whole[name]["samples"][:n] != cell["samples"] or whole[name]["layouts"][:n] != cell["layouts"]:
        sys.exit(f"{name}: samples of before are not its first")
    counts = dict(cell["counts"], faults=0), dict(whole[name]["counts"], faults=0)
    if counts[0] != counts[1]:
        sys.exit(f"{name}: counts {counts}")
END
}

@test "a torn last line is dropped with a warning, and the run goes on" {
    kill_early
    printf '{"visit": {"group": "write_fsync/size=512/off' >>out/journal.jsonl
    pmb report out --format json >torn.json
    has torn.json 'any(w["code"] == "JOURNAL_TORN" for w in d["warnings"])'
    pmb run --resume out --quiet >stdout
    has out/result.json 'any(w["code"] == "JOURNAL_TORN" for w in d["warnings"])'
    same_as_uninterrupted out
}

@test "killed again and again, it comes to its end" {
    kill_early
    for _ in 1 2 3; do
        "$PMEMBENCH" run --resume out --quiet </dev/null >/dev/null 2>&1 3>&- &
        sleep 2.2 # probing takes about 1.6 s
        kill -KILL $! 2>/dev/null || true # it may have come to its end
        wait $! 2>/dev/null || true
    done
    pmb run --resume out --quiet --max-time 0.1 >stdout
    same_as_uninterrupted out
}

@test "after Ctrl-C the journal stays, the report says how to go on, and more time gives more rounds" {
    running_until_journal 60 "${cells[@]}" --max-time 30
    kill -INT "$pid"
    ends_with 130
    before=$(rounds_of out/result.json)
    [ -e out/journal.jsonl ]
    pmb run --resume out --quiet --max-time 40 --precision 20% >stdout
    same_as_uninterrupted out
    [ "$(rounds_of out/result.json)" -gt "$before" ]
    [ ! -e out/journal.jsonl ]
}

@test "a complete run has nothing to go on with: exit 0, and what its end left undone is done" {
    pmb run "${tiny[@]}" --quiet --out out >/dev/null
    rm out/report.md
    cp out/result.json before.json
    run --separate-stderr pmb run --resume out
    [ "$status" = 0 ]
    [[ $stderr == *"is complete"* ]]
    cmp out/result.json before.json
    [ -e out/report.md ]
}

@test "what is not that run's is refused: other options, no journal, another build, another machine, other cells" {
    kill_early
    cp -r out kept
    refused 2 --resume --size -- run --resume out --size 4K
    refused 2 --resume --plan -- run --resume out --plan quick
    refused 1 nix folder -- run --resume nix
    mkdir empty
    refused 1 empty/journal.jsonl -- run --resume empty
    for change in 'h["request"]["build"] = "other"' 'del h["request"]["plan"]' 'h["run"]["argv"] = []' \
        'h["machine"]["kernel"] = "2.6.32"' 'h["machine"]["cpu"]["model"] = "i486"' \
        'h["request"]["plan"]["blocks"][0]["size"] = ["64"]' 'h["schema_version"] = 2' 'del h["request"]' \
        'h["machine"]["llc_bytes_measured"] = 1048576; h["request"]["plan"]["blocks"][0]["footprint"] = ["llc"]' \
        'h["run"]["argv"] += ["--seed", "8"]' 'h["region"]["medium"] = "pmem"' \
        'h["machine"]["host"] = "another"' 'h["region"]["provenance"] = "real"'; do
        rm -r out
        cp -r kept out
        in_head "$change"
        cp out/journal.jsonl before
        run --separate-stderr pmb run --resume out --quiet
        tell_refusal 1 out || fail "after $change" || return 1
        cmp out/journal.jsonl before || fail "the journal was changed after $change" || return 1
        [ "$(ls -A out)" = journal.jsonl ] || fail "left after $change: $(ls -A out)"
    done
}

@test "a cell's domain and its --path are those of the run that goes on" {
    mkdir files
    key=write_fsync/deferred-bitmap/size=4096/footprint=65536/domain=eadr
    running_until_journal 60 --cell "$key" --path files/new --max-time 30 --llc 8M
    kill -INT "$pid"
    ends_with 130
    (cd files && pmb run --resume ../out --quiet --max-time 0.1 >/dev/null)
    has out/result.json 'd["status"] == "complete" and d["domain"]["name"] == "eadr"'
    has out/result.json 'all(c["domain"] == "eadr" and c["status"] == "measured" for c in d["cells"])'
    [ -z "$(ls files)" ]
}

@test "what was written counts on: --max-written is the whole run's" {
    pmb run "${cells[@]}" --max-time 30 --quiet --max-written 300M --out out >/dev/null
    has out/result.json 'd["status"] == "interrupted" or any(w["code"] == "MAX_WRITTEN" for w in d["warnings"])'
    [ -e out/journal.jsonl ] || return 0 # all cells had their least rounds by then
    before=$(rounds_of out/result.json)
    run --separate-stderr pmb run --resume out --quiet
    [ "$(rounds_of out/result.json)" -le $((before + 100)) ] || fail "$before, then $(rounds_of out/result.json)"
    pmb run --resume out --quiet --max-written 100G --max-time 0.1 >/dev/null
    has out/result.json 'd["status"] == "complete"'
}

@test "a failed run, a file, a name that is not UTF-8" {
    pmb run "${tiny[@]}" --quiet --out out >/dev/null
    refused 1 "no folder" -- run --resume out/result.json
    sed -i 's/"status": "complete"/"status": "failed"/' out/result.json
    refused 1 "that run failed" -- run --resume out
    mkdir $'caf\xe9'
    pmb run "${tiny[@]}" --quiet --path $'caf\xe9/f' --out other >/dev/null
    valid other/result.json
}

@test "a run that is still going on is not gone on with twice" {
    running_until_journal 60 "${cells[@]}" --max-time 30
    run --separate-stderr pmb run --resume out --quiet
    kill -KILL "$pid"
    pid=
    tell_refusal 1 "another process is writing it"
}

@test "the stream of a cell can be printed, and is what its hash says" {
    pmb run "${cells[@]}" --max-time 0.2 --quiet --out whole >/dev/null
    pmb run "${cells[@]}" --overwrite 2 --stream 2 >twice
    pmb run "${cells[@]}" --stream 2 >streams
    pmb run "${cells[@]}" --stream 2 >again
    cmp streams again
    pmb run "${cells[@]}" --seed 8 --stream 2 >other
    ! cmp -s streams other || fail "another seed, the same streams"
    /usr/bin/python3 - streams whole/result.json <<'END'
import json, re, sys
M = (1 << 64) - 1
def word(h, w):
    z = ((h ^ w) + 0x9E3779B97F4A7C15) & M
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M
    return z ^ (z >> 31)
known = {c["stream_hash"] for c in json.load(open(sys.argv[2]))["cells"]}
seen = set()
for block in open(sys.argv[1]).read().split("# group ")[1:]:
    name, windows, writes = re.search(r"stream (\w+), .* (\d+) windows of (\d+) writes", block).groups()
    ops = [line.split("\t") for line in block.splitlines() if line[:1].isdigit()]
    stores = [o for o in ops if o[2] == "write"]
    h = word(word(int(stores[0][4]), int(writes)), int(windows))
    for o in stores:
        h = word(h, int(o[3]))
    if f"{h:016x}" != name or len(stores) != 2 * int(writes) or sum(o[2] == "fsync" for o in ops) != 2:
        sys.exit(f"{name} is not the hash of what is printed: {h:016x}")
    seen.add(name)
sys.exit(0 if seen == known and len(seen) == 6 else f"{seen} {known}")
END
    grep -q "write.*1$" twice
    refused 2 --stream -- run "${cells[@]}" --stream 0
}
