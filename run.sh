#!/bin/bash
# run.sh - from a fresh Debian 12 machine to a result: installs, builds, measures, reports
# SPDX-License-Identifier: BSD-3-Clause
set -euo pipefail
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
    cat <<'END'
usage: ./run.sh [options of `pmembench run`]

Installs the build dependencies that are missing (Debian packages, by apt-get, with sudo when not root),
builds build/pmembench, runs it and shows the report; its last lines name result and report. Without
options: the plan 'default', about 60 s of measuring.

example: ./run.sh --plan quick --out /tmp/first
options: build/pmembench run --help (after the first build)
END
}

for argument in "$@"; do
    case "$argument" in
    -h | --help)
        usage
        exit
        ;;
    esac
done

jobs=$(nproc)
log=$tree/build/run.log
"$tree/tools/setup.sh" build
mkdir -p "$tree/build"
rm -f "$log"
echo "building (log: $log)" >&2
(
    cd "$tree"
    tools/logged.sh "$log" cmake --preset default -DPMB_TESTS=OFF
    tools/logged.sh "$log" cmake --build --preset default -j "$jobs" --target pmembench
)
exec "$tree/build/pmembench" run "$@"
