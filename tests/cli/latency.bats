#!/usr/bin/env bats
# latency.bats - run --latency: each call is in the percentiles once, and nothing else changes
# SPDX-License-Identifier: BSD-3-Clause
load common

# check FILE: what every result with latencies must be, by counts alone
check() {
    valid "$1"
    /usr/bin/python3 - "$1" <<'END'
import json, math, sys
def width(low):
    return 1 if low < 64 else 2 ** (low.bit_length() - 6)
def histogram(h):
    assert h["n"] == sum(n for _, n in h["buckets"]) and all(n > 0 for _, n in h["buckets"])
    lows = [low for low, _ in h["buckets"]]
    assert lows == sorted(set(lows))
    assert all(low % width(low) == 0 for low in lows)
    assert lows[0] <= h["min"] < lows[0] + width(lows[0]) and lows[-1] <= h["max"] < lows[-1] + width(lows[-1])
    for name, one_in in ("p50", 2), ("p90", 10), ("p99", 100), ("p999", 1000), ("p9999", 10000):
        assert (h[name] is not None) == (h["n"] // one_in >= 5), (name, h["n"])
        if h[name] is None:
            continue
        seen = 0
        for low, n in h["buckets"]:
            seen += n
            if seen >= h["n"] - h["n"] // one_in:
                assert h[name] == min(low + width(low) - 1, h["max"]), (name, h[name], low)
                break
d = json.load(open(sys.argv[1]))
for c in d["cells"]:
    l = c["latency"]
    histogram(l["write"])
    writes = c["dirty_bytes"] // int(c["size"]) if c["dirty_bytes"] else None
    assert l["write"]["n"] % c["rounds"] == 0
    assert c["write"]["n"] == c["rounds"]
    if writes is None:
        assert l["fsync"] is None and c["fsync"] is None and c["fsync_call_ns"] is None
        continue
    histogram(l["fsync"])
    threads = int(c["threads"])
    assert l["write"]["n"] * threads == l["fsync"]["n"] * writes, (l["write"]["n"], l["fsync"]["n"], writes)
    assert l["fsync"]["n"] % (c["rounds"] * threads) == 0
    assert c["fsync"]["n"] == c["fsync_call_ns"]["n"] == c["rounds"]
END
}

@test "every call is counted once; the paths' own samples are there as ever" {
    pmb run "${tiny[@]}" --dirty 16K --latency --quiet --out out >text
    check out/result.json
    has out/result.json 'all(len(c["samples"]) == c["rounds"] and c["summary"] for c in d["cells"])'
    has out/result.json 'd["comparisons"] and "LATENCY_SURROUND" not in [w["code"] for w in d["warnings"]]'
    grep -q 'Latency of each call (stamped)' text
    [ "$(pmb report out | wc -l)" -le 60 ]
    pmb report out --cell deferred-bitmap >text
    grep -q 'fsync() from' text
    pmb report out --all | grep -q 'Latency of each call (stamped), every cell'
    pmb report out --format markdown | grep -q 'Latency of each call'
}

@test "without the option there is none of it" {
    pmb run "${tiny[@]}" --quiet --out out >text
    has out/result.json 'all(c["latency"] is None for c in d["cells"])'
    run ! grep -qi latency text
}

@test "dirty=never has no fsync" {
    pmb run "${tiny[@]}" --dirty never --latency --quiet --out out >/dev/null
    check out/result.json
    has out/result.json 'all(c["latency"]["fsync"] is None for c in d["cells"])'
}

@test "threads: each one's calls" {
    [ "$(nproc)" -ge 2 ] || skip "one CPU"
    pmb run "${tiny[@]}" --dirty 16K --threads 2 --latency --quiet --out out >/dev/null
    has out/result.json 'all(c["latency"]["fsync"]["n"] % (2 * c["rounds"]) == 0 for c in d["cells"])'
    has out/result.json 'all(c["latency"]["write"]["n"] == 4 * c["latency"]["fsync"]["n"] for c in d["cells"])'
    # there is no ledger to tell what is spent where
    has out/result.json 'all(c["write"] and c["fsync"] and c["fsync_call_ns"] for c in d["cells"])'
    rm -r out
    pmb run "${tiny[@]}" --dirty 16K --threads 2 --quiet --out out >/dev/null
    has out/result.json 'all(c["write"] is None and c["latency"] is None for c in d["cells"])'
}

@test "another surround has no latencies, and that is said" {
    refused 2 --latency surround=kernel -- run "${tiny[@]}" --surround none --latency
    refused 2 --latency write_fsync -- run --kernel track --latency
    pmb run "${tiny[@]}" --surround none,kernel --latency --quiet --out out >/dev/null
    valid out/result.json
    has out/result.json 'all((c["latency"] is not None) == (c["surround"] == "kernel") for c in d["cells"])'
    has out/result.json '[w["message"][:2] for w in d["warnings"] if w["code"] == "LATENCY_SURROUND"] == ["2 "]'
}

@test "a dry run has one variant more a cell" {
    samples() {
        pmb run "${tiny[@]}" --dry-run "$@" | sed -n 's/^rounds .*; \([0-9]*\) samples.*/\1/p'
    }
    [ "$(samples --latency)" = $(($(samples) + 2)) ]
}

@test "a planted delay is in the latencies of its call" {
    for plant in COPY:write:fsync FSYNC_FENCE:fsync:write; do
        IFS=: read -r step with without <<<"$plant"
        rm -rf out
        timeout 60 "$PMEMBENCH_PROOF" run "${tiny[@]}" --latency --quiet --plant "$step=300000" --out out >/dev/null
        has out/result.json "all(c['latency']['$with']['min'] > 290000 for c in d['cells'])"
        has out/result.json "all(c['latency']['$without']['min'] < 290000 for c in d['cells'])"
    done
}

@test "an interrupted run goes on with its latencies" {
    running_until_journal 60 --paths bypass,deferred-bitmap --size 512,4096 --footprint 64K --dirty 16K --latency \
        --max-time 60 --precision 0.001%
    kill -KILL "$pid"
    ends_with 137
    cp out/journal.jsonl before
    pmb run --resume out --max-time 0.1 --quiet >/dev/null
    check out/result.json
    # each round has as many calls as those before the interruption
    /usr/bin/python3 - before out/result.json <<'END'
import json, sys
def cells(at):
    for value in at.values() if isinstance(at, dict) else at if isinstance(at, list) else []:
        yield from cells(value)
    if isinstance(at, dict) and "latency" in at:
        yield at
before = {c["id"]: c for line in open(sys.argv[1]) for c in cells(json.loads(line)) if c["latency"]}
assert len(before) >= 2
for c in json.load(open(sys.argv[2]))["cells"]:
    if c["id"] in before:
        b = before[c["id"]]
        assert c["rounds"] >= b["rounds"] > 0
        for call in "write", "fsync":
            assert c["latency"][call]["n"] * b["rounds"] == b["latency"][call]["n"] * c["rounds"], c["id"]
END
}
