#!/usr/bin/env bats
# reports.bats - report of what is no result is refused, and a result is shown as asked
# SPDX-License-Identifier: BSD-3-Clause
load common

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    timeout 60 "$PMEMBENCH" run --paths bypass,deferred-bitmap --size 4096 --footprint 64K --max-time 0.1 --quiet \
        --out good </dev/null >/dev/null
}

setup() {
    enter_empty
    good=$BATS_FILE_TMPDIR/good
}

@test "nothing named, nothing there" {
    refused 2 "name a result file" -- report
    refused 1 "none" "No such file" -- report none
    mkdir folder
    refused 1 "folder" "neither result.json" "--out" -- report folder
}

@test "a file that is no result" {
    : >empty
    refused 1 "empty" -- report empty
    printf '{"schema": "pmembench-result", ' >half
    refused 1 "half:1:" "not JSON" -- report half
    head -c 4096 /dev/urandom >garbage
    refused 1 "garbage" -- report garbage
    echo '{"a": 1}' >other
    refused 1 "other" -- report other
    echo '[]' >list
    refused 1 "list" -- report list
    head -c 4000 "$good/result.json" >torn
    refused 1 "torn:" "not JSON" -- report torn
}

@test "a later version is refused by number" {
    sed 's/"schema_version": *1/"schema_version": 2/' "$good/result.json" >later
    run ! cmp -s later "$good/result.json"
    refused 1 later version 2 -- report later
}

@test "formats and outputs" {
    refused 2 --format "'html5'" "markdown" -- report "$good" --format html5
    echo precious >there
    refused 1 "--output there" "new file" -- report "$good" --output there
    [ "$(cat there)" = precious ]
    refused 1 "--output none/x" -- report "$good" --output none/x
    refused 1 "nothing-like-it" -- report "$good" --cell nothing-like-it
    pmb report "$good" --format markdown --output page.md
    cmp page.md <(pmb report "$good" --format markdown)
    pmb report "$good" --format json >again.json
    valid again.json
}

@test "the text fits 60 lines of 100 columns and has no escape codes in a pipe" {
    pmb report "$good" >text
    [ "$(wc -l <text)" -le 60 ]
    [ "$(wc -L <text)" -le 100 ]
    run ! grep -q $'\033' text
    pmb report "$good/result.json" >file
    diff <(sed '/Repeat any line/,$d' text) <(sed '/Repeat any line/,$d' file)
}

@test "colour on a terminal only, and not with NO_COLOR" {
    TERM=xterm script -qec "'$PMEMBENCH' report '$good'" /dev/null </dev/null >colour
    grep -q $'\033\[' colour || skip "this report has no colour on a terminal"
    NO_COLOR=1 TERM=xterm script -qec "'$PMEMBENCH' report '$good'" /dev/null </dev/null >plain
    run ! grep -q $'\033\[' plain
}
