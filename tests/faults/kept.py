#!/usr/bin/python3
# kept.py - says whether a run that failed or was killed still has every group that it had made durable
# SPDX-License-Identifier: BSD-3-Clause
"""usage: tests/faults/kept.py DIR LOG REPORT [EARLIER]

DIR is the run's folder, LOG what the preloaded faults wrote of it, REPORT the output of pmembench report DIR --format
json. What an fsync of the journal that returned 0 covered was promised: it must be in the journal (or, when that is
gone, DIR/result.json must be complete), and REPORT must have each cell of it with no fewer rounds; also each of EARLIER,
a copy of the journal from before a run went on. Exit 0 or 1, one line for each loss."""
import json
import os
import sys


def covered(log):
    """How much of the journal each fsync that returned 0 has covered, in order; the first is the head alone."""
    try:
        with open(log) as file:
            lines = [line.rsplit(maxsplit=5) for line in file]
    except FileNotFoundError:
        return []
    return [int(size) for kind, name, _, result, _, size in lines
            if kind == "fsync" and name.startswith("journal.jsonl") and result == "0"]


def visits(journal):
    """The visits in the whole lines of these bytes of a journal."""
    lines = [json.loads(line) for line in journal.split(b"\n")[:-1]]
    return [line["visit"] for line in lines[1:]]


def cells_of(journal):
    """{id: rounds} as the visits in these bytes leave them."""
    return {cell["id"]: cell["rounds"] for visit in visits(journal) for cell in visit["cells"]}


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def missing(cells, document):
    """What the document lacks of {id: rounds}."""
    there = {cell["id"]: cell for cell in document["cells"]}
    for name, rounds in cells.items():
        if name not in there:
            yield f"not there: {name}"
        elif there[name]["status"] != "measured" or there[name]["rounds"] < rounds:
            yield f"{there[name]['status']}, {there[name]['rounds']} of {rounds} rounds: {name}"


def losses(folder, log, document):
    """One text for each loss; document: None when the report was refused."""
    sizes = covered(log)
    if not sizes or max(sizes) == sizes[0]:
        return []
    journal = read(os.path.join(folder, "journal.jsonl"))
    if journal is None:
        result = json.loads(read(os.path.join(folder, "result.json")) or b"null")
        if result is None or result["status"] != "complete":
            return ["the journal is gone, and there is no complete result"]
        return [f"{c['status']}: {c['id']}" for c in result["cells"] if c["status"] != "measured" or not c["rounds"]]
    if len(journal) < max(sizes):
        return [f"the journal has {len(journal)} bytes, {max(sizes)} were durable"]
    if document is None:
        return ["report refuses what is there"]
    try:
        cells = cells_of(journal[:max(sizes)])
    except ValueError as why:
        return [f"a durable line of the journal is damaged: {why}"]
    return list(missing(cells, document))


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    document = json.loads(read(sys.argv[3]) or b"null")
    lost = losses(sys.argv[1], sys.argv[2], document)
    for earlier in sys.argv[4:]:
        lost += missing(cells_of(read(earlier)), document or {"cells": []})
    for line in lost:
        print(f"lost: {line}", file=sys.stderr)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
