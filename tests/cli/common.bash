# common.bash - what the command-line tests share: the programs, a clean folder, and how a refusal must look
# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash disable=SC2154 # status, output and stderr are bats'
bats_require_minimum_version 1.5.0

tree=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
: "${PMEMBENCH:=$tree/build/pmembench}" "${PMEMBENCH_PROOF:=$tree/build/pmembench_proof}"
: "${PMB_FAULTS:=${PMEMBENCH%/*}/tests/libpmb_faults.so}"

# Two cells that are measured in well under a second.
# shellcheck disable=SC2034,SC2054
tiny=(--paths bypass,deferred-bitmap --size 4096 --footprint 64K --max-time 0.1)

fail() {
    printf '%s\n' "$@" >&2
    return 1
}

# Each test works in an empty folder, which is also where temporary files would go.
enter_empty() {
    mkdir -p "$BATS_TEST_TMPDIR/here"
    cd "$BATS_TEST_TMPDIR/here" || return 1
    export TMPDIR=$PWD
}

setup() {
    enter_empty
}

# pmb ARGUMENT...: the program, never for longer than a minute
pmb() {
    timeout -k 5 60 "$PMEMBENCH" "$@" </dev/null
}

# faulty FAULT ARGUMENT...: the program, whose files in out/ meet FAULT (tests/faults/faults.h; "": none); what it did
# there is added to the file log
faulty() {
    local fault=$1
    shift
    timeout -k 5 60 env LD_PRELOAD="$PMB_FAULTS" PMB_FAULT_DIR="$(pwd -P)/out" ${fault:+"PMB_FAULT=$fault"} \
        PMB_FAULT_LOG=log "$PMEMBENCH" "$@" </dev/null
}

# tell_refusal CODE [WORD...]: the last `run --separate-stderr` ended with CODE, said nothing on stdout and one line
# on stderr that has every WORD
tell_refusal() {
    local code=$1 word
    shift
    [ "$status" = "$code" ] || fail "exit $status, not $code" "$output" "$stderr" || return 1
    [ -z "$output" ] || fail "stdout is not empty: $output" || return 1
    [[ $stderr == "pmembench: "* && $stderr != *$'\n'* ]] || fail "not one line on stderr: $stderr" || return 1
    for word in "$@"; do
        [[ $stderr == *"$word"* ]] || fail "says nothing of '$word': $stderr" || return 1
    done
}

# refused CODE [WORD...] -- ARGUMENT...: is refused like that, and leaves nothing behind
refused() {
    local code=$1 before words=()
    shift
    while [ "$1" != -- ]; do
        words+=("$1")
        shift
    done
    shift
    before=$(find . | sort)
    run --separate-stderr pmb "$@"
    tell_refusal "$code" "${words[@]}" || fail "command: pmembench $*" || return 1
    [ "$(find . | sort)" = "$before" ] || fail "left behind: $(find .)" "command: pmembench $*"
}

valid() {
    /usr/bin/python3 "$tree/tests/results/validate.py" "$@"
}

# has FILE EXPRESSION: Python's view of the JSON document d
has() {
    /usr/bin/python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
sys.exit(0 if eval(sys.argv[2]) else f"{sys.argv[1]}: not so: {sys.argv[2]}")' "$@"
}

# running_until_journal SECONDS ARGUMENT...: the program in the background ($pid), waited for until its journal out/ has
# a whole group
running_until_journal() {
    local seconds=$1 lines
    shift
    "$PMEMBENCH" run "$@" --quiet --out out </dev/null >stdout 2>stderr 3>&- &
    pid=$!
    for ((i = 0; i < 10 * seconds; i++)); do
        lines=$(grep -c "" out/journal.jsonl 2>/dev/null) || lines=0
        [ "$lines" -lt 3 ] || return 0
        kill -0 "$pid" || break
        sleep 0.1
    done
    fail "no journal after $seconds s: $(cat stderr)"
}

# ends_with CODE: that run ends by itself with this exit code
ends_with() {
    local code=0
    for ((i = 0; i < 300; i++)); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null && fail "still there after 30 s"
    wait "$pid" || code=$?
    pid=
    [ "$code" = "$1" ] || fail "exit $code, not $1: $(cat stderr)"
}
