#!/bin/bash
# variant.sh - builds what one variant is about with another compiler or instrument, and runs its tests
# SPDX-License-Identifier: BSD-3-Clause
# usage: tools/variant.sh clang|asan|tsan|valgrind|fuzz [BUILD]
#
# clang: everything, -Werror; unit tests and proofs but those of many threads.  asan: the same unit tests, and the program on the command line,
# with ASan and UBSan.
# tsan: the tests of many threads.  valgrind: tests of BUILD that read and write results, nothing is built.
# fuzz: libFuzzer over the reader of results for PMB_FUZZ_SECONDS (60), on one core; what it finds stays in build-fuzz.
set -euo pipefail
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$tools/.."
variant=${1:?name a variant: clang, asan, tsan, valgrind or fuzz}
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

# fuzz: from the corpus in the tree, and what earlier runs found, for so many seconds; new inputs go to build-fuzz
fuzz() {
    local found=build-fuzz/found crashes=build-fuzz/crashes/ log=build-fuzz/fuzz.log input
    rm -rf "$crashes"
    mkdir -p "$found" "$crashes"
    local limits=(-timeout=10 -rss_limit_mb=2048 -max_len=24576 -dict=tests/fuzz/reader.dict)
    if build-fuzz/tests/fuzz_reader "${limits[@]}" -max_total_time="${PMB_FUZZ_SECONDS:-60}" -print_final_stats=1 \
        -artifact_prefix="$crashes" "$found" tests/fuzz/corpus </dev/null >"$log" 2>&1; then
        grep -E '^(INFO: +[0-9]+ files|INFO: seed corpus|Done|stat::)' "$log"
        grep -E ' cov: ' "$log" | tail -n 1
        return
    fi
    tail -n 40 "$log" >&2
    for input in "$crashes"*; do
        echo "fuzz: repeat with: build-fuzz/tests/fuzz_reader ${limits[*]} $input" >&2
    done
    return 1
}

case "$variant" in
clang)
    build all
    run -L 'unit|proof' -LE threads
    ;;
asan)
    build unit_tests pmembench
    run -L unit -LE threads
    PMEMBENCH=$PWD/build-asan/pmembench bats --formatter tap tests/cli/smoke.bats
    ;;
tsan)
    build threads_tests
    run -L threads
    ;;
valgrind)
    # one of each kind; the asan and fuzz variants run all, and thousands of documents
    for program in "${2:-build}"/tests/test_{results_{file,journal,json,merge},reports_{text,compare_text,compare_counts,real}}; do
        echo "$program"
        valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite "$program" </dev/null
    done
    ;;
fuzz)
    jobs=1
    build fuzz_reader
    fuzz
    ;;
*)
    echo "variant: there is no '$variant'; use clang, asan, tsan, valgrind or fuzz" >&2
    exit 2
    ;;
esac
