#!/usr/bin/env bats
# setup.bats - setup.sh installs what is missing and only that, and says in one line when it cannot
# SPDX-License-Identifier: BSD-3-Clause
# shellcheck disable=SC2016 # the stand-ins' own variables
bats_require_minimum_version 1.5.0

# A machine of stand-ins: apt-get writes down what it is asked; ABSENT libraries are missing.
setup() {
    setup=$(cd "$BATS_TEST_DIRNAME/../../tools" && pwd)/setup.sh
    cd "$BATS_TEST_TMPDIR" || return
    mkdir bin
    export PATH=$PWD/bin:$PATH ABSENT='' USER_ID=0
    stand_in apt-get 'echo "$*" >>"'"$PWD"'/asked"; [ -z "${BROKEN:-}" ] || { echo "E: no network"; exit 100; }'
    stand_in pkg-config 'case " $ABSENT " in *" $2 "*) exit 1 ;; esac'
    stand_in id 'echo "$USER_ID"'
}

stand_in() {
    printf '#!/bin/bash\n%s\n' "$2" >"bin/$1"
    chmod +x "bin/$1"
}

@test "nothing is missing: nothing is asked, nothing is said" {
    run --separate-stderr "$setup" build
    [ "$status" = 0 ]
    [ -z "$output$stderr" ]
    [ ! -e asked ]
}

@test "what is missing is installed, after one update" {
    ABSENT='libpmem2 jansson' run --separate-stderr "$setup" build
    [ "$status" = 0 ]
    [[ $stderr == "setup: installing libpmem2-dev libjansson-dev" ]]
    [ "$(grep -c update asked)" = 1 ]
    [[ $(tail -1 asked) == *" install libpmem2-dev libjansson-dev" ]]
}

@test "not root: by sudo, and says so" {
    stand_in sudo 'shift; exec "$@"'
    ABSENT=hwloc USER_ID=1000 run --separate-stderr "$setup" build
    [ "$status" = 0 ]
    [[ $stderr == "setup: installing libhwloc-dev (with sudo)" ]]
    [[ $(tail -1 asked) == *" install libhwloc-dev" ]]
}

@test "not root and sudo wants a password: one line with the command to run" {
    stand_in sudo 'exit 1'
    ABSENT=hwloc USER_ID=1000 run --separate-stderr "$setup" build
    [ "$status" = 1 ]
    [[ $stderr == "setup: "*"sudo apt-get install libhwloc-dev" && $stderr != *$'\n'* ]]
    [ ! -e asked ]
}

@test "apt-get fails: its log, then one line" {
    ABSENT=hwloc BROKEN=1 run --separate-stderr "$setup" build
    [ "$status" = 1 ]
    [[ $stderr == *"E: no network"*"setup: apt-get update failed"* ]]
}

@test "what for is asked" {
    run --separate-stderr "$setup"
    [ "$status" = 1 ]
    [[ $stderr == *"build|test"* ]]
}
