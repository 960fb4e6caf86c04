#!/bin/bash
# logged.sh - runs a command quietly: its output goes to a log, which is shown when the command fails
# SPDX-License-Identifier: BSD-3-Clause
# usage: tools/logged.sh LOG COMMAND...
set -uo pipefail

log=$1
shift
mkdir -p "$(dirname "$log")" || exit 1
"$@" </dev/null >>"$log" 2>&1 && exit
code=$?
cat "$log" >&2
echo "failed: $* (log: $log)" >&2
exit $code
