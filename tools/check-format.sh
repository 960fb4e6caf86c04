#!/bin/bash
# check-format.sh - refuses C files that clang-format would change (repair: tools/check-format.sh --repair)
# SPDX-License-Identifier: BSD-3-Clause
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mapfile -t files < <(tools/files.sh . '*.c' '*.h')
if [ "${1:-}" = --repair ]; then
    exec clang-format -i "${files[@]}"
fi
exec clang-format --dry-run -Werror "${files[@]}"
