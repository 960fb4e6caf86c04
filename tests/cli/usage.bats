#!/usr/bin/env bats
# usage.bats - verbs, options and help: what does not exist is refused with the nearest that does
# SPDX-License-Identifier: BSD-3-Clause
load common

@test "no verb: usage on stderr, exit 2" {
    run --separate-stderr pmb
    [ "$status" = 2 ]
    [ -z "$output" ]
    [[ $stderr == "usage: pmembench VERB"* ]]
}

@test "an unknown verb" {
    refused 2 "'rn'" "'run'" -- rn
    refused 2 "'frobnicate'" "--help" -- frobnicate
    refused 2 "''" -- ''
}

@test "an unknown option of each verb" {
    refused 2 run "'--copi'" "--copy?" -- run --copi memcpy
    refused 2 run "'--max-tme=3'" "--max-time?" -- run --max-tme=3
    refused 2 probe "'--jsn'" "--json?" -- probe --jsn
    refused 2 list "'--jason'" "--json?" -- list --jason
    refused 2 report "'--formt'" "--format?" -- report . --formt text
    refused 2 run "'-q'" "run --help" -- run -q
}

@test "the proofs' hooks are not in the program" {
    refused 2 "'--mutant'" -- run --mutant 6
    refused 2 "'--plant'" -- run --plant 6=20000
}

@test "an argument too many" {
    refused 2 "argument 'extra'" "run --help" -- run extra
    refused 2 "argument 'extra'" "list --help" -- list extra
    refused 2 "argument 'extra'" "probe --help" -- probe extra
    refused 2 "argument 'extra'" "report --help" -- report . extra
}

@test "a value that is missing, or one too many" {
    refused 2 "--size needs a value" -- run --size
    refused 2 "--out needs a value" "--out DIR" -- run --plan quick --out
    refused 2 "--dry-run takes no value" -- run --dry-run=3
    refused 2 "--size: the list is empty" -- run --size ''
    refused 2 "--size: the list is empty" -- run --size ,
}

@test "options that exclude each other" {
    refused 2 "--paths" "--copy" "use one or the other" -- run --paths bypass --copy memcpy
    refused 2 "--cell" "leave --plan" -- run --cell x/y --plan quick
}

@test "help of the program and of each verb: exit 0, and an example" {
    run --separate-stderr pmb --help
    [ "$status" = 0 ]
    [[ $output == *"run"*"report"*"probe"*"list"* ]]
    for verb in run report probe list; do
        run --separate-stderr pmb "$verb" --help
        [ "$status" = 0 ] || fail "$verb --help: exit $status"
        [ -z "$stderr" ] || fail "$verb --help: $stderr"
        [[ $output == "usage: pmembench $verb"* ]] || fail "$verb --help: $output"
        [[ $output == *"example: pmembench $verb"* ]] || fail "$verb --help has no example: $output"
    done
}

@test "the version" {
    run --separate-stderr pmb --version
    [ "$status" = 0 ]
    [[ $output == "pmembench "[0-9]* ]]
}
