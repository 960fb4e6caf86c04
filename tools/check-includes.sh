#!/bin/bash
# check-includes.sh - refuses an #include "..." that goes against the order of the rooms
# SPDX-License-Identifier: BSD-3-Clause
# usage: tools/check-includes.sh [TREE]   exit 1 and FILE:LINE for each include that is not allowed
set -euo pipefail
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "${1:-$tools/..}" && pwd)

# Which rooms a room may include; the tests may include all.
rooms_of() {
    case "$1" in
    bench/main.c) echo base bench ;;
    base/*) echo base ;;
    strategies/*) echo strategies base ;;
    kernels/*) echo kernels strategies base ;;
    results/*) echo results base ;;
    reports/*) echo reports results base ;;
    bench/*) echo bench kernels strategies results reports base ;;
    lab/*) echo lab kernels base ;;
    esac
}

# The includes of a file as LINE:WHAT.
includes_of() {
    sed -n -E '/^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]/{=;s/^[^"<]*["<]([^">]*)[">].*/\1/;p}' "$1" |
        paste -d: - -
}

# One include: a file of a room that may not be, or JSON in a kernel or below.
allowed() {
    local file=$1 what=$2 room
    case "$file:$what" in
    kernels/*:jansson.h | strategies/*:jansson.h | base/*:jansson.h) return 1 ;;
    esac
    case "$what" in
    base/* | strategies/* | kernels/* | results/* | reports/* | bench/* | lab/* | tests/*) ;;
    *../*) return 1 ;;
    *) return 0 ;;
    esac
    for room in $(rooms_of "$file"); do
        [ "${what%%/*}" = "$room" ] && return 0
    done
    return 1
}

bad=0
files=0
while IFS= read -r file; do
    files=$((files + 1))
    while IFS=: read -r line what; do
        allowed "$file" "$what" && continue
        echo "$file:$line: includes $what; it may include only: $(rooms_of "$file")"
        bad=1
    done < <(includes_of "$tree/$file")
done < <("$tools/files.sh" "$tree" 'base/*.[ch]' 'strategies/*.[ch]' 'kernels/*.[ch]' 'results/*.[ch]' \
    'reports/*.[ch]' 'bench/*.[ch]' 'bench/*.h.in' 'lab/*.[ch]' '*.def' | grep -v '^tests/')
[ "$files" -gt 0 ] || {
    echo "check-includes: no sources in $tree"
    exit 1
}
exit $bad
