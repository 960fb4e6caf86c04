#!/bin/bash
# with-lab.sh - runs a test of the lab, or skips it (exit 77) where there can be no lab
# SPDX-License-Identifier: BSD-3-Clause
# usage: tests/lab/with-lab.sh COMMAND...   PMB_LAB_REQUIRED=1: no lab is a failure
set -euo pipefail
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if ! why=$("$tree/lab/prepare" 2>&1); then
    printf '%s\n' "$why"
    [ "${PMB_LAB_REQUIRED:-}" != 1 ] || exit 1
    echo "SKIPPED: no lab here: ${why##*$'\n'}"
    exit 77
fi
exec "$@"
