#!/usr/bin/env bats
# memory.bats - the memory under test on a DAX mount and as a DAX device: what is refused, left and survived there
# SPDX-License-Identifier: BSD-3-Clause
# shellcheck disable=SC2154
load common

has() {
    python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
sys.exit(0 if eval(sys.argv[2]) else f"{sys.argv[1]}: not so: {sys.argv[2]}")' "$@"
}

# checks PLATFORM FS NAME...: each of tests/lab/guest-memory.sh says ok, none is missing, and nothing else is said
checks() {
    local name
    lab_options+=(--script "$tree/tests/lab/guest-memory.sh")
    run --separate-stderr lab "$@"
    [ "$status" = 0 ] || fail "exit $status" "$output" "$stderr"
    shift 2
    for name; do
        grep -qx "ok $name" <<<"$output" || fail "$name: $(grep -w "$name" <<<"$output" || echo 'did not run')" "$stderr"
    done
    [ "$(wc -l <<<"$output")" = $# ] || fail "more was said: $output"
}

@test "ADR, ext4: the whole list" {
    checks adr ext4 data links fifo folder block_device dax_absent in_use empty_file keep nothing_seen killed cut \
        cut_under_calls swapped removed written_to full read_only max_written
}

@test "virtio-pmem, XFS: where MAP_SYNC is refused and drains are the host's" {
    checks posted xfs data block_device empty_file killed cut full read_only
}

@test "a DAX device: refused, used with --destroy, and detected like the file on it" {
    lab_options+=(--script "$tree/tests/lab/guest-devdax.sh" --out out)
    run --separate-stderr lab adr ext4
    [ "$status" = 0 ] || fail "exit $status" "$output" "$stderr" "$(cat out/namespace)"
    [ "$output" = "refused 1"$'\n'"destroyed 0" ] || fail "$output" "$(cat out/*.stderr)"
    [[ $(cat out/refused.stderr) == "pmembench: --path /dev/dax0.0: "*"all data on it will be lost"*"--destroy"* ]] ||
        fail "$(cat out/refused.stderr)"
    [[ ! -s out/refused.stdout && ! -e out/refused ]]
    /usr/bin/python3 "$tree/tests/results/validate.py" out/destroyed/result.json
    has out/destroyed/result.json 'd["status"] == "complete" and d["region"]["path_kind"] == "devdax"'
    has out/destroyed/result.json 'd["region"]["medium"] == "pmem" and d["region"]["provenance"] == "emulated"'
    has out/destroyed/result.json 'd["domain"]["name"] == "adr" and d["domain"]["source"] == "detected"'
    has out/destroyed/result.json '[c["counts"]["lines_flushed"] for c in d["cells"]] == [0, 64]'
    has out/probe.json 'd["domain"]["name"] == "adr" and d["region"]["path_kind"] == "devdax"'
}
