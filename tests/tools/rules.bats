#!/usr/bin/env bats
# rules.bats - the checks of the sources find a planted violation, each in a tree of its own
# SPDX-License-Identifier: BSD-3-Clause
bats_require_minimum_version 1.5.0

setup() {
    tools=$(cd "$BATS_TEST_DIRNAME/../../tools" && pwd)
    small=$BATS_TEST_TMPDIR/tree
    mkdir -p "$small"/{base,strategies/copy,kernels/path,results,reports,bench,tests/cli}
    cd "$small" || return
    source_file base/error.c '"base/error.h"' '<stdio.h>'
    source_file strategies/copy/memcpy.c '"strategies/copy/libc.h"' '"base/size.h"'
    source_file kernels/path/whole.c '"kernels/step.h"' '"strategies/copy.h"' '"base/clock.h"'
    source_file results/write.c '"results/file.h"' '<jansson.h>'
    source_file reports/report.c '"reports/page.h"' '"results/file.h"' '<jansson.h>'
    source_file bench/run.c '"bench/build_info.h"' '"kernels/cell.h"' '"reports/report.h"'
    source_file bench/main.c '"base/error.h"' '"bench/run.h"'
    source_file tests/test_all.c '"kernels/cell.h"' '"reports/page.h"'
}

# source_file NAME INCLUDE...
source_file() {
    local name=$1
    shift
    printf '/* %s - a sample */\n/* SPDX-License-Identifier: BSD-3-Clause */\n' "${name##*/}" >"$name"
    printf '#include %s\n' "$@" >>"$name"
}

# refused_as NAME INCLUDE: with this include, on line 3, check-includes refuses the tree and names the place
refused_as() {
    cp "$1" kept
    source_file "$1" "$2"
    run "$tools/check-includes.sh" "$small"
    mv kept "$1"
    if [[ $status != 1 || $output != "$1:3: "* || ${#lines[@]} != 1 ]]; then
        echo "$1 may include $2? exit $status: $output"
        return 1
    fi
}

@test "includes: an orderly tree passes" {
    "$tools/check-includes.sh" "$small"
}

@test "includes: each room is kept from what it must not know" {
    refused_as base/error.c '"strategies/copy.h"'
    refused_as base/error.c '"bench/run.h"'
    refused_as strategies/copy/memcpy.c '"kernels/cell.h"'
    refused_as strategies/copy/memcpy.c '"results/file.h"'
    refused_as kernels/path/whole.c '"results/file.h"'
    refused_as kernels/path/whole.c '"bench/run.h"'
    refused_as kernels/path/whole.c '<jansson.h>'
    refused_as results/write.c '"reports/page.h"'
    refused_as results/write.c '"kernels/cell.h"'
    refused_as reports/report.c '"bench/run.h"'
    refused_as reports/report.c '"strategies/copy.h"'
    refused_as bench/main.c '"kernels/cell.h"'
    refused_as bench/main.c '"results/file.h"'
    refused_as bench/run.c '"tests/sample.h"'
}

@test "includes: ways around are refused too" {
    refused_as kernels/path/whole.c '"../../bench/run.h"'
    refused_as kernels/path/whole.c '<bench/run.h>'
    printf '/* x.h - a sample */\n/* SPDX-License-Identifier: BSD-3-Clause */\n  #  include "bench/run.h"\n' >base/x.h
    run "$tools/check-includes.sh" "$small"
    [ "$status" = 1 ]
    [[ $output == "base/x.h:3: "* ]]
}

@test "includes: a tree without sources is not in order" {
    mkdir "$BATS_TEST_TMPDIR/empty"
    run "$tools/check-includes.sh" "$BATS_TEST_TMPDIR/empty"
    [ "$status" = 1 ]
}

@test "heads: a file without purpose or licence is refused" {
    "$tools/check-heads.sh" "$small"
    echo 'int x;' >base/x.c
    run "$tools/check-heads.sh" "$small"
    [ "$status" = 1 ]
    [[ $output == *"base/x.c: line 1"*"base/x.c: after the purpose"* ]]
    rm base/x.c
    printf '#!/bin/bash\n# SPDX-License-Identifier: BSD-3-Clause\n' >x.sh
    run "$tools/check-heads.sh" "$small"
    [ "$status" = 1 ]
    [[ $output == *"x.sh: "* ]]
}

@test "places: a path of somebody's home is refused" {
    "$tools/check-places.sh" "$small"
    printf 'see /%s/somebody/notes\n' home >notes.md
    run "$tools/check-places.sh" "$small"
    [ "$status" = 1 ]
    [[ $output == "notes.md:1:"* ]]
}
