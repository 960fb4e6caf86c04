#!/usr/bin/env bats
# values.bats - values that are wrong, and combinations that would lose data, are refused before anything happens
# SPDX-License-Identifier: BSD-3-Clause
load common

@test "an unknown name gets the nearest" {
    refused 2 "'memcp'" "'memcpy'?" -- run --copy memcp
    refused 2 "'xaray'" "'xarray'?" -- run --track xaray
    refused 2 "'clbw'" "'clwb'?" -- run --writeback clbw
    refused 2 "'ard'" "'adr'?" -- run --domain ard
    refused 2 "'bypas'" "'bypass'?" -- run --paths bypas
    refused 2 "'quik'" "'quick'?" -- run --plan quik
    refused 2 "'spars'" "'sparse'?" -- run --access spars
    refused 2 "kernel" "'foo'" "pmembench list" -- run --kernel foo
}

@test "sizes: ambiguous, unknown, negative, none, too large, broken" {
    refused 2 --size "'4kB'" ambiguous "4KiB" -- run --size 4kB
    refused 2 --size "'1MB'" ambiguous "1MiB" -- run --size 1MB
    refused 2 --size "'12Q'" "KiB" -- run --size 12Q
    refused 2 --size "'-5'" "not a size" "4096" -- run --size -5
    refused 2 --size "0 is out of range" "from 1" -- run --size 0
    refused 2 --size "'99999999999999999999'" "too large; " -- run --size 99999999999999999999
    refused 2 --size "'1.5K'" "KiB" -- run --size 1.5K
    refused 2 --size "2G" "out of range" -- run --size 2G
    refused 2 --size "'4K..1K'" "must go up" -- run --size 4K..1K
    refused 2 --size "'x'" "not a size" -- run --size 64,x
}

@test "other axes out of range" {
    refused 2 --offset 5000 "4095" -- run --offset 5000
    refused 2 --overwrite "0 is out of range" "from 1" -- run --overwrite 0
    refused 2 --granule 65 "power of two" -- run --granule 65
    refused 2 --threads "0 is out of range" "from 1" -- run --threads 0
    refused 2 --threads "'x'" "1,2,4" -- run --threads x
    refused 1 --threads "1024 threads" "use at most" -- run --threads 1024
    refused 2 --files "'mine'" "list" -- run --files mine
    refused 2 --footprint "'l3'" "l2, llc or beyond" -- run --footprint l3
}

@test "a footprint larger than the memory, or smaller than a write" {
    refused 1 --footprint 1TiB "memory can be had" "smaller footprint" -- run --size 4096 --footprint 1T
    refused 2 --footprint 4096 "--size 65536" "larger footprint" -- run --size 64K --footprint 4K
}

@test "time, precision, seed" {
    refused 2 --max-time "'0'" "2m" -- run --max-time 0
    refused 2 --max-time "'abc'" "2m" -- run --max-time abc
    refused 2 --max-time "'-3'" "2m" -- run --max-time -3
    refused 2 --max-time "'8000h'" "7 days" -- run --max-time 8000h
    refused 2 --max-time "'nan'" "2m" -- run --max-time nan
    refused 2 --precision "'0'" "1%" -- run --precision 0
    refused 2 --precision "'nan'" "1%" -- run --precision nan
    refused 2 --precision "'1 %'" "1%" -- run --precision '1 %'
    refused 2 --seed "'x'" "whole number" -- run --seed x
    refused 2 --cpu "'-1'" "whole number" -- run --cpu -1
}

@test "a CPU that does not exist" {
    refused 1 "CPU 4095" "use --cpu N" -- run "${tiny[@]}" --cpu 4095
}

@test "a cell that is not a key" {
    refused 2 --cell "'garbage'" "report" -- run --cell garbage
    refused 2 --cell "'garbage'" "report" -- run --cell write_fsync/bypass/garbage
    refused 2 "'nothing'" -- run --cell write_fsync/nothing/size=64
}

@test "what would not be durable is refused with a sentence" {
    refused 2 "'memcpy'" "'none'" "durable" "--track" -- run --copy memcpy --track none
    refused 2 "'memcpy'" "write-back 'none'" "durable" "--writeback clwb" -- \
        run --copy memcpy --track xarray --writeback none
    refused 2 "'rep-movsb'" durable -- run --paths rep-movsb:none:none
}

@test "cached copies without a tracker are allowed where the caches are persistent" {
    run --separate-stderr pmb run --copy memcpy --track none --domain eadr --dry-run
    [ "$status" = 0 ] || fail "$stderr"
    [[ $output == *"/memcpy:none:auto/"* ]]
}

@test "what the CPU lacks is refused when it was asked for, and said why" {
    run --separate-stderr pmb list
    [[ $output == *"has no MOVDIR64B"* ]] || skip "this CPU has MOVDIR64B"
    refused 1 "'movdir64b'" "MOVDIR64B" "this CPU lacks" "pmembench list" -- run --copy movdir64b "${tiny[@]:2}"
    refused 1 MOVDIR64B -- run --copy movdir64b --dry-run
}

@test "a last-level cache of nothing" {
    refused 2 --llc -- run --llc 0 --dry-run
    refused 2 --llc -- run --llc large --dry-run
}
