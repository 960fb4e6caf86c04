#!/usr/bin/env bats
# prepare.bats - lab/prepare where no kernel can be had, and killed on its way; nothing boots
# SPDX-License-Identifier: BSD-3-Clause
load common

# A cache of its own, and an apt that knows no kernel and whose apt-get is the shell commands $1.
without_kernel() {
    export PMB_LAB_CACHE=$PWD/cache
    mkdir "$BATS_TEST_TMPDIR/bin"
    printf '#!/bin/bash\n' >"$BATS_TEST_TMPDIR/bin/apt-cache"
    printf '#!/bin/bash\n%s\n' "$1" >"$BATS_TEST_TMPDIR/bin/apt-get"
    printf '#!/bin/bash\nshift\nexec "$@"\n' >"$BATS_TEST_TMPDIR/bin/sudo"
    chmod +x "$BATS_TEST_TMPDIR"/bin/*
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

@test "without a kernel lab/run fails as the lab, in one line that says what to do" {
    without_kernel 'echo "E: no network"; exit 100'
    run --separate-stderr lab adr ext4 list
    lab_failed "no network" "apt-get update"
    [[ -z $output && $stderr != *$'\n'* ]] || fail "not one line on stderr: $stderr"
    [ "$(ls -A cache)" = lock ]
    nothing_left
}

@test "without a kernel the tests of the lab are skipped, unless they are required" {
    without_kernel 'echo "E: no network"; exit 100'
    unset PMB_LAB_REQUIRED
    run "$tree/tests/lab/with-lab.sh" touch ran
    [ "$status" = 77 ]
    [[ $output == *"SKIPPED: no lab here: "*"no network"* ]]
    PMB_LAB_REQUIRED=1 run "$tree/tests/lab/with-lab.sh" touch ran
    [ "$status" = 1 ]
    [ ! -e ran ]
    unset PMB_LAB_CACHE
}

@test "a preparation that is ended goes at once and leaves nothing; what a killed one leaves is cleared by the next" {
    without_kernel 'touch asked; exec sleep 100'
    "$tree/lab/run" adr ext4 -- list </dev/null >stdout 2>stderr 3>&- &
    pid=$!
    for ((i = 0; i < 100; i++)); do
        [ -e asked ] && break
        sleep 0.1
    done
    compgen -G 'cache/.new.*' >/dev/null
    kill -TERM $pid
    code=0
    wait $pid || code=$?
    [ "$code" = 143 ] || fail "exit $code" "$(cat stderr)"
    [ "$(ls -A cache)" = lock ]
    mkdir -p cache/.new.killed/root
    printf '#!/bin/bash\nexit 100\n' >"$BATS_TEST_TMPDIR/bin/apt-get"
    run "$tree/lab/prepare"
    [ "$status" = 125 ]
    [ "$(ls -A cache)" = lock ]
}
