# common.bash - what the tests of the lab share: boots, and a clean folder
# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash disable=SC2154 # status, output and stderr are bats'
bats_require_minimum_version 1.5.0

tree=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
: "${PMEMBENCH:=$tree/build/pmembench}"
export PMEMBENCH

fail() {
    printf '%s\n' "$@" >&2
    return 1
}

# Each test works in an empty folder, which is also where temporary files would go.
setup() {
    mkdir -p "$BATS_TEST_TMPDIR/here"
    cd "$BATS_TEST_TMPDIR/here" || return 1
    export TMPDIR=$PWD
    lab_options=(--timeout 150)
}

# lab PLATFORM FS ARGUMENT...: pmembench in the lab; lab_options may hold more of lab/run's options
lab() {
    local platform=$1 fs=$2
    shift 2
    "$tree/lab/run" "${lab_options[@]}" "$platform" "$fs" -- "$@" </dev/null
}

# lab_script PLATFORM FS ARGUMENT... <SCRIPT: the script in the lab
lab_script() {
    cat >"$BATS_TEST_TMPDIR/script"
    lab_options+=(--script "$BATS_TEST_TMPDIR/script")
    lab "$@"
}

# nothing_left: no temporary file and no process of this test
nothing_left() {
    local left
    left=$(compgen -G "$TMPDIR/pmembench-lab.*") && fail "left behind: $left" && return 1
    for ((i = 0; i < 20; i++)); do
        left=$(grep -las -- "$TMPDIR/pmembench-lab" /proc/[0-9]*/cmdline) || return 0
        sleep 0.1
    done
    fail "still running: $left"
}

# lab_failed WORD...: the last `run --separate-stderr` was the lab's own failure, told with every WORD
lab_failed() {
    local word
    [ "$status" = 125 ] || fail "exit $status, not 125" "$output" "$stderr" || return 1
    for word in "$@"; do
        [[ $stderr == "lab: "*"$word"* ]] || fail "says nothing of '$word': $stderr" || return 1
    done
}
