#!/bin/bash
# test.sh - from a fresh Debian 12 machine to all tests: installs, builds with gcc, runs ctest
# SPDX-License-Identifier: BSD-3-Clause
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    cat <<'END'
usage: ./test.sh [options of ctest]

Installs what building and testing needs and is missing, builds build/ with gcc and -Werror, and runs every
test: checks of the sources, unit tests, the command line, and the clang, ASan+UBSan, TSan and Valgrind
variants, which are tests of their own. About 20 minutes on two cores. The last lines are ctest's summary.

example: ./test.sh -L check      (labels: check, unit, proof, threads, stepped, truth, cli, lab, variant)
END
}

case "${1:-}" in
-h | --help)
    usage
    exit
    ;;
esac

jobs=$(nproc)
log=$PWD/build/test.log
tools/setup.sh test
tools/setup.sh lab || echo "test: no lab without these packages (above): its tests are skipped" >&2
mkdir -p build
rm -f "$log"
echo "building (log: $log)" >&2
tools/logged.sh "$log" cmake --preset ci -DPMB_TESTS=ON
tools/logged.sh "$log" cmake --build --preset ci -j "$jobs"
exec ctest --test-dir build -j "$jobs" --output-on-failure --no-label-summary "$@" </dev/null
