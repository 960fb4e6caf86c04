#!/bin/bash
# variant.sh - builds what one variant is about with another compiler or instrument, and runs its tests
# SPDX-License-Identifier: BSD-3-Clause
# usage: tools/variant.sh clang|asan|tsan|valgrind [BUILD]
#
# clang: everything, -Werror; unit tests and proofs but those of many threads.  asan: unit tests, and the program on the command line, with ASan
# and UBSan.
# tsan: the tests of many threads.  valgrind: the tests of BUILD that read and write results, nothing is built.
set -euo pipefail
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$tools/.."
variant=${1:?name a variant: clang, asan, tsan or valgrind}
jobs=$(nproc)

# build TARGET...: in the folder of the preset of this name, quietly
build() {
    local log=build-$variant/build.log
    rm -f "$log"
    "$tools/logged.sh" "$log" cmake --preset "$variant" -DPMB_TESTS=ON
    "$tools/logged.sh" "$log" cmake --build --preset "$variant" -j "$jobs" --target "$@"
}

# run CTEST-OPTION...: its tests
run() {
    ctest --test-dir "build-$variant" -j "$jobs" --output-on-failure --no-label-summary --no-tests=error "$@"
}

case "$variant" in
clang)
    build all
    run -L 'unit|proof' -LE threads
    ;;
asan)
    build unit_tests pmembench
    run -L unit
    PMEMBENCH=$PWD/build-asan/pmembench bats --formatter tap tests/cli/smoke.bats
    ;;
tsan)
    build threads_tests
    run -L threads
    ;;
valgrind)
    for program in "${2:-build}"/tests/test_results_{file,journal,json} "${2:-build}"/tests/test_reports_*; do
        echo "$program"
        valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite "$program" </dev/null
    done
    ;;
*)
    echo "variant: there is no '$variant'; use clang, asan, tsan or valgrind" >&2
    exit 2
    ;;
esac
