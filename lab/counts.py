#!/usr/bin/env python3
# counts.py - reads the records of the counting plugin: instructions by kind, user and kernel, of each tagged operation
# SPDX-License-Identifier: BSD-3-Clause
"""The file is what lab/plugin/count.c writes: a line "lab_count 1", a line of column names, one line a record,
all separated by tabs. The order of records is the order in which operations ended."""
import argparse
import json
import sys

HEAD = "lab_count 1"
KINDS = ("write", "fsync")
SIDES = ("user", "kernel")


class CountsError(Exception):
    """The file is none, or not whole; says what, where and what to do."""


def _side(row, side):
    counts = {name.split(".", 1)[1]: int(value) for name, value in row.items() if name.startswith(side + ".")}
    counts["movnti"] = counts["movnti_4"] + counts["movnti_8"]
    counts["movnti_bytes"] = 4 * counts["movnti_4"] + 8 * counts["movnti_8"]
    return counts


def _record(path, number, names, line):
    values = line.rstrip("\n").split("\t")
    if len(values) != len(names) or not line.endswith("\n"):
        raise CountsError(f"{path}:{number}: a cut record; was the emulator killed? Let the guest power off")
    row = dict(zip(names, values))
    try:
        record = {"index": int(row["index"]), "vcpu": int(row["vcpu"]), "kind": row["kind"],
                  "whole": {"0": False, "1": True}[row["whole"]]}
        record.update((side, _side(row, side)) for side in SIDES)
    except (KeyError, ValueError) as error:
        raise CountsError(f"{path}:{number}: not a record of {HEAD!r}: {error}") from error
    if record["kind"] not in KINDS or record["index"] != number - 3:
        raise CountsError(f"{path}:{number}: not the record that must come here; was the file edited?")
    return record


def read_counts(path):
    """All records of a file, in order, as dicts:

    index   0, 1, 2, ...
    vcpu    the CPU that executed the end tag
    kind    "write" or "fsync"
    whole   the begin tag was executed on the same CPU and counting was on: judge no record that is not
    user, kernel   dicts of counts: all, locked, sfence, mfence, clwb, clflushopt, clflush, movnti_4, movnti_8, and
            from these movnti and movnti_bytes
    """
    try:
        with open(path, encoding="ascii") as file:
            lines = file.readlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CountsError(f"{path}: cannot be read: {error}") from error
    if len(lines) < 2 or lines[0].rstrip("\n") != HEAD:
        raise CountsError(f"{path}: does not begin with {HEAD!r}; give the plugin's out= file, after the guest's power-off")
    names = lines[1].rstrip("\n").split("\t")
    return [_record(path, number, names, line) for number, line in enumerate(lines[2:], start=3)]


def _print_table(records):
    shown = ("movnti", "sfence", "mfence", "clwb", "clflushopt", "clflush", "locked", "all")
    print("\t".join(["index", "vcpu", "kind", "whole"] + [f"{side}.{name}" for side in SIDES for name in shown]))
    for record in records:
        head = [record["index"], record["vcpu"], record["kind"], "yes" if record["whole"] else "no"]
        print(*head, *(record[side][name] for side in SIDES for name in shown), sep="\t")


def main():
    parser = argparse.ArgumentParser(description="prints the records of the counting plugin",
                                     epilog="example: lab/counts.py --json counts.tsv")
    parser.add_argument("file", help="what the plugin wrote to out=")
    parser.add_argument("--json", action="store_true", help="all counts, as a JSON list")
    options = parser.parse_args()
    try:
        records = read_counts(options.file)
    except CountsError as error:
        print(f"counts.py: {error}", file=sys.stderr)
        return 1
    if options.json:
        json.dump(records, sys.stdout, indent=1)
        print()
    else:
        _print_table(records)
    return 0


if __name__ == "__main__":
    sys.exit(main())
