#!/bin/bash
# check-heads.sh - refuses files without their one purpose and the licence in the first lines
# SPDX-License-Identifier: BSD-3-Clause
# usage: tools/check-heads.sh [TREE]   exit 1 and FILE: what for each file
set -euo pipefail
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "${1:-$tools/..}" && pwd)
licence='SPDX-License-Identifier: BSD-3-Clause'
bad=0

complain() {
    echo "$1: $2"
    bad=1
}

# check_c FILE LINES...: the purpose may take more lines than one
check_c() {
    local file=$1 name=${1##*/}
    name=${name%.in}
    shift
    [[ $1 == "/* $name - "* ]] || complain "$file" "line 1 must be: /* $name - its one purpose */"
    while [ $# -gt 1 ] && [[ $1 != *'*/' ]]; do
        shift
    done
    [[ ${2:-} == "/* $licence */" ]] || complain "$file" "after the purpose must come: /* $licence */"
}

# check_script FILE LINE1 LINE2 LINE3: after the line that names the interpreter, where there is one
check_script() {
    local name=${1##*/} purpose=$2 spdx=$3
    if [[ $2 == '#!'* ]]; then
        purpose=$3 spdx=$4
    fi
    [[ $purpose == "# $name - "* ]] || complain "$1" "its first comment must be: # $name - its one purpose"
    [[ $spdx == "# $licence" ]] || complain "$1" "the comment after it must be: # $licence"
}

while IFS= read -r file; do
    lines=()
    mapfile -t -n 5 lines <"$tree/$file"
    case "$file" in
    *.c | *.h | *.def | *.h.in) check_c "$file" "${lines[@]:0:5}" ;;
    *) check_script "$file" "${lines[0]:-}" "${lines[1]:-}" "${lines[2]:-}" ;;
    esac
done < <("$tools/files.sh" "$tree" '*.c' '*.h' '*.def' '*.h.in' '*.sh' '*.bash' '*.bats' '*.py' '*CMakeLists.txt' \
    .ci/run lab/run lab/prepare)
exit $bad
