#!/usr/bin/python3
# make_corpus.py - writes corpus/: small variants of the reports' fixtures, sound and hostile, for fuzz_reader
# SPDX-License-Identifier: BSD-3-Clause
# usage: tests/fuzz/make_corpus.py [FOLDER]      (after a change of the schema)
import copy
import json
import pathlib
import sys

if len(sys.argv) > 2 or sys.argv[1:2] and sys.argv[1].startswith("-"):
    sys.exit("usage: tests/fuzz/make_corpus.py [FOLDER]")
here = pathlib.Path(__file__).resolve().parent
folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here / "corpus"
fixture = json.loads((here.parent / "reports/fixture/result.json").read_text())
tuning = json.loads((here.parent / "reports/fixture/tuning.json").read_text())
JOURNAL = b"#"  # mutate.h


def small(cells, comparisons=True):
    """The fixture with these cells alone, few samples, and what is about them."""
    d = copy.deepcopy(fixture)
    d["cells"] = copy.deepcopy(cells)
    for c in d["cells"]:
        del c["samples"][3:], c["layouts"][3:]
        for s in ("summary", "write", "fsync", "fsync_call_ns"):
            if c[s]:
                c[s]["n"] = min(c[s]["n"], 3)
    ids = {c["id"] for c in cells}
    d["comparisons"] = [c for c in d["comparisons"] if comparisons and {c["a"]["id"], c["b"]["id"]} <= ids]
    d["controls"]["groups"] = d["controls"]["groups"][:2]
    d["warnings"] = d["warnings"][:1]
    return d


def pair(part, other):
    return [c for c in fixture["cells"] if c["path"] in ("bypass", other) and part(c)][:2]


def bare(cells):
    for c in cells:
        c["ledger"] = []
    return cells


def dump(d):
    return json.dumps(d, ensure_ascii=False, separators=(",", ":")).encode()


def journal(d, visits):
    head = {"schema": "pmembench-journal", "schema_version": 1, "request": {}}
    head |= {k: d[k] for k in ("run", "machine", "region", "domain", "warnings")}
    groups = d["controls"]["groups"]
    if visits:
        lines = [{"visit": {"group": g["group"], "measured_s": 1.5, "cells": d["cells"], "controls": g, "state": {}}}
                 for g in groups[:1]]
    else:
        lines = [{"controls": g} for g in groups] + [{"cell": c} for c in d["cells"]]
    return JOURNAL + b"".join(dump(x) + b"\n" for x in [head] + lines)


def small_tuning():
    """Of each list a few elements, so that the fuzzer gets far in little time."""
    d = copy.deepcopy(tuning)
    d["situations"] = [s for s in d["situations"] if s["primary"]]
    for s in d["situations"]:
        del s["points"][3:]
        for p in s["points"]:
            del p["cells"][3:]
    for k in ("parts", "crossovers", "proof"):
        d[k] = d[k][:2] + d[k][-1:]
    return d


with_ledger = pair(lambda c: c["ledger"], "deferred-xarray")
plain = bare(copy.deepcopy(with_ledger))
tracks = bare(copy.deepcopy([c for c in fixture["cells"] if c["kernel"] == "track"][:3]))
others = [c for c in fixture["cells"] if c["status"] != "measured"][:2]
point = with_ledger[0]["key"].split("/", 2)[2]
paths = bare(copy.deepcopy([c for c in fixture["cells"] if c["key"].split("/", 2)[2] == point][:4]))
grid = bare(copy.deepcopy([c for c in fixture["cells"] if c["path"] in ("bypass", "deferred-xarray")][:6]))

sound = {
    "nothing": small([]),
    "ledger": small(with_ledger),
    "pair": small(plain),
    "tracks": small(tracks),
    "skipped": small(plain + others),
    "paths": small(paths),
    "grid": small(grid),
    "not-compared": small(plain, False),
}


def changed(name, change):
    d = copy.deepcopy(sound[name])
    change(d)
    return d


def verdict(name):
    def change(d):
        d["comparisons"][0]["verdict"] = name
    return change


def distrusted(d):
    g = copy.deepcopy(d["controls"]["groups"][0])
    g["held"] = False
    g["group"] = "/".join([d["cells"][0]["kernel"], d["cells"][0]["key"].split("/", 2)[2]])
    d["controls"] |= {"groups": [g], "held": False}


def evil(d):
    text = "\x1b[31m\a\n\u202e\u009b<b>|`*_[x](http://e) %s%n www.e.org \U0001f4a5"
    for c in d["cells"]:
        c["path"] = c["reason"] = c["size"] = text
    d["machine"]["cpu"]["model"] = d["run"]["plan"] = d["domain"]["name"] = text
    d["warnings"] = [{"code": text, "message": text * 3, "hint": "- 1. # " + text}]


def numbers(d):
    c = d["cells"][0]
    c["samples"] = [1e308, -1e308, 5e-324, 0, -1, 9223372036854775807]
    c["summary"] |= {"median": 0, "ci_low": -1e308, "ci_high": 1e308, "max": 1e308}
    d["comparisons"][0] |= {"ratio": 1e-300, "ci_low": -1, "ci_high": 1e300, "more_rounds": 2**62}
    d["controls"]["floor_ratio"] = -5
    d["run"]["measuring_s"] = 1e300


def threads(d):
    for c in d["cells"]:
        c["thread_ns"], c["threads"], c["modelled_serial_ns"] = [500.5, None, 750], "3", 99


def failed(d):
    d["status"] = "failed"
    for c in d["cells"]:
        c |= {"status": "failed", "reason": "did not", "summary": None, "samples": [], "layouts": []}


def nulls(d):
    c = d["cells"][1]
    c |= {k: None for k in ("summary", "write", "fsync", "fsync_call_ns", "overlap_ns", "modelled_ns", "gb_per_s")}


def earlier(d):
    for c in d["cells"]:
        for k in ("extents", "files", "thread_ns", "modelled_serial_ns", "repeat", "latency"):
            c.pop(k, None)


files = {name: dump(d) for name, d in sound.items()}
for v in ("slower", "equivalent", "unresolved", "bistable"):
    files[v] = dump(changed("pair", verdict(v)))
for change in (distrusted, evil, numbers, threads, failed, nulls, earlier):
    files[change.__name__] = dump(changed("pair", change))
files["later-version"] = dump(changed("nothing", lambda d: d.update(schema_version=2)))
files["negative"] = dump(changed("pair", lambda d: d["cells"][0].update(rounds=-1)))
files["disagreeing"] = dump(changed("pair", lambda d: d["cells"][0]["layouts"].pop()))
text = files["nothing"]
files |= {
    "cut-%02d" % i: files["pair"][: len(files["pair"]) * i // 4] for i in range(1, 4)
} | {
    "empty": b"",
    "blank": b" \n\t\r\n ",
    "list": b"[]",
    "mark": b"\xef\xbb\xbf" + text[:400],
    "wide": text[:300].decode().encode("utf-16"),
    "twice": text.replace(b'"status":', b'"status":"failed","status":', 1),
    "zero": text[:200] + b"\0" + text[200:400],
    "not-utf8": text[:200].replace(b"p", b"\xff"),
    "deep-list": b"[" * 3000,
    "deep-object": b'{"a":' * 3000,
    "huge": b'{"a":' + b"9" * 400 + b"}",
    "overflow": b'{"schema":"pmembench-result","schema_version":1e999}',
}
files["tuning"] = dump(small_tuning())
files["tuning-nothing"] = dump(small_tuning() | {k: [] for k in tuning if isinstance(tuning[k], list)})
files["tuning-evil"] = files["tuning"].replace(b'"PMEM_', b'"LD_')
files["journal-visits"] = journal(sound["pair"], True)
files["journal-lines"] = journal(sound["pair"], False)
files["journal-ledger"] = journal(sound["ledger"], True)
files["journal-torn"] = files["journal-visits"][:-700]
files["journal-head"] = files["journal-lines"].split(b"\n")[0]
files["journal-empty"] = JOURNAL

folder.mkdir(parents=True, exist_ok=True)
for name, content in files.items():
    (folder / name).write_bytes(content)
print(f"{len(files)} files, the largest of {max(map(len, files.values()))} bytes")
