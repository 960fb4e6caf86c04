#!/bin/bash
# files.sh - names the files of a source tree whose names match any of the patterns, one a line
# SPDX-License-Identifier: BSD-3-Clause
# usage: tools/files.sh TREE PATTERN...   (patterns as of bash's case: '*.c' matches in any folder)
set -euo pipefail
cd "$1"
shift

all_files() {
    if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$(pwd -P)" ]; then
        git -c core.quotePath=off ls-files --cached --others --exclude-standard
    else
        find . -name .git -prune -o -path './build*' -prune -o -path ./runs -prune -o -type f -printf '%P\n'
    fi
}

all_files | sort -u | while IFS= read -r file; do
    [ -f "$file" ] || continue
    for pattern in "$@"; do
        # shellcheck disable=SC2254 # a pattern is wanted
        case "$file" in
        $pattern)
            printf '%s\n' "$file"
            break
            ;;
        esac
    done
done
