#!/usr/bin/env bats
# surround.bats - a report says which kernel the rest of a write() is modelled on, where a cell has that
# SPDX-License-Identifier: BSD-3-Clause
load common

@test "surround=kernel names its kernel and its counts" {
    pmb run "${tiny[@]}" --quiet --out kernel
    /usr/bin/python3 "$tree/tests/results/validate.py" kernel/result.json
    told='Linux 6.1.[0-9]+ \(Debian\), ext4: 2040 instructions, 8 LOCKed beside the copy of a 64 B pwrite'
    grep -Eq "\"surround_source\": \"$told\"" kernel/result.json
    [[ $(pmb report kernel) =~ surround\ +$told ]]
}

@test "another surround names none" {
    pmb run "${tiny[@]}" --surround none --quiet --out none
    /usr/bin/python3 "$tree/tests/results/validate.py" none/result.json
    run ! grep -q surround_source none/result.json
    [[ $(pmb report none) != *"LOCKed beside the copy"* ]]
}
