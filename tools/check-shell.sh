#!/bin/bash
# check-shell.sh - shellcheck over all shell scripts and command-line tests
# SPDX-License-Identifier: BSD-3-Clause
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mapfile -t files < <(tools/files.sh . '*.sh' '*.bash' '*.bats' .ci/run)
exec shellcheck --source-path=SCRIPTDIR "${files[@]}"
