#!/bin/bash
# check-places.sh - refuses absolute paths of somebody's home or workplace in any text file
# SPDX-License-Identifier: BSD-3-Clause
# usage: tools/check-places.sh [TREE]   exit 1 and FILE:LINE for each
set -euo pipefail
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "${1:-$tools/..}" && pwd)
homes='(^|[^A-Za-z0-9_.-])/(home|Users|root|work)/[A-Za-z0-9_.-]'
"$tools/files.sh" "$tree" '*' | (
    cd "$tree"
    bad=0
    while IFS= read -r file; do
        grep -InHE "$homes" -- "$file" && bad=1
    done
    exit $bad
)
