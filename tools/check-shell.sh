#!/bin/bash
# check-shell.sh - shellcheck over all shell scripts and command-line tests
# SPDX-License-Identifier: BSD-3-Clause
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mapfile -t scripts < <(tools/files.sh . '*.sh' '*.bash' .ci/run lab/run lab/prepare)
mapfile -t tests < <(tools/files.sh . '*.bats')
shellcheck "${scripts[@]}"
# in .bats: variables come from bats and from what `load` reads, and each test is a subshell
shellcheck --exclude=SC2030,SC2031,SC2034,SC2154 "${tests[@]}"
