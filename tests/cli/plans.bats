#!/usr/bin/env bats
# plans.bats - a plan file that is wrong is refused with the place in it, and nothing runs
# SPDX-License-Identifier: BSD-3-Clause
load common

plan() {
    printf '%s\n' "$1" >plan.json
}

@test "a plan that is not there" {
    refused 1 "'./none.json'" "pmembench list" -- run --plan ./none.json
    mkdir folder.d
    refused 1 "'folder.d'" -- run --plan folder.d
}

@test "a plan that is not JSON: line and column" {
    plan $'{"blocks": [\n  {"paths": "bypass",]\n}'
    refused 1 plan.json "line 2, column" "not JSON" -- run --plan plan.json
    : >plan.json
    refused 1 plan.json "line 1" "not JSON" -- run --plan plan.json
    printf 'GIF89a\001\002\033[31m\377' >plan.json
    refused 1 plan.json "not JSON" -- run --plan plan.json
}

@test "a plan that is JSON, but no plan" {
    plan '[]'
    refused 1 plan.json "must be an object" -- run --plan plan.json
    plan '{}'
    refused 1 plan.json "'blocks'" "at least one" -- run --plan plan.json
    plan '{"blocks": []}'
    refused 1 plan.json "'blocks'" "at least one" -- run --plan plan.json
    plan '{"blocks": [{}]}'
    refused 1 plan.json "blocks[0]" "no 'paths'" -- run --plan plan.json
    plan '{"blocks": [{"paths": []}]}'
    refused 1 plan.json "blocks[0].paths" -- run --plan plan.json
    plan '{"blocks": [{"paths": {"a": 1}}]}'
    refused 1 plan.json "blocks[0].paths" -- run --plan plan.json
    plan '{"blocks": [{"paths": "bypass", "ledger": "yes"}]}'
    refused 1 plan.json "blocks[0].ledger" "true or false" -- run --plan plan.json
    plan '{"max_time": 0, "blocks": [{"paths": "bypass"}]}'
    refused 1 plan.json "max_time" "above 0" -- run --plan plan.json
}

@test "an unknown member: its place and the nearest" {
    plan '{"block": [], "blocks": [{"paths": "bypass"}]}'
    refused 1 plan.json "top level" "'block'" "'blocks'?" -- run --plan plan.json
    plan '{"blocks": [{"paths": "bypass"}, {"paths": "bypass", "sise": 64}]}'
    refused 1 plan.json "blocks[1]" "'sise'" "'size'?" -- run --plan plan.json
}

@test "a value in a plan that is wrong: exit 1, its block" {
    plan '{"name": "mine", "blocks": [{"paths": "bypass"}, {"paths": "bypas"}]}'
    refused 1 "plan mine" "blocks[1]" "'bypas'" "'bypass'?" -- run --plan plan.json
    plan '{"name": "mine", "blocks": [{"paths": "bypass", "size": "4kB"}]}'
    refused 1 "plan mine" "blocks[0]" "'4kB'" ambiguous -- run --plan plan.json
    plan '{"name": "mine", "blocks": [{"paths": "memcpy:none:none"}]}'
    refused 1 "plan mine" "blocks[0]" durable -- run --plan plan.json
}

@test "more cells than can be meant" {
    plan '{"blocks": [{"paths": "bypass", "size": ['"$(seq -s, 1 300)"'], "offset": ['"$(seq -s, 0 300)"']}]}'
    refused 1 "cells" "fewer" -- run --plan plan.json
}
