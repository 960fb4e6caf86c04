#!/usr/bin/env bats
# fidelity.bats - on a real kernel: our path executes what Linux executes, and counts what Linux does
# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash disable=SC2154
load common

build() {
    dirname -- "$PMEMBENCH"
}

# look FILE EXPRESSION: prints what the Python expression says of the JSON document d
look() {
    python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"
}

@test "movnti, clwb and sfence are equal to Linux' on ext4 and XFS, for every stream" {
    run --separate-stderr "$tree/lab/fidelity" --build "$(build)" --json counts.json
    [ "$status" = 0 ] || fail "exit $status" "$output" "$stderr"
    for fs in ext4 xfs; do
        [ "$(look counts.json "sum(s['equal'] for s in d['fs']['$fs']['streams'].values())")" -ge 40 ]
    done
    # something was counted: a movnti for each 8 bytes, and a clwb for each line of a page
    one="d['fs']['ext4']['streams']"
    [ "$(look counts.json "${one}['write-4096@0']['ours']['calls'][0]['movnti']")" = 512 ]
    [ "$(look counts.json "${one}['write-4096@0']['linux']['calls'][1]['sfence']")" = 2 ]
    [ "$(look counts.json "${one}['store-64@0']['linux']['calls'][1]['clwb']")" = 64 ]
    [ "$(look counts.json "${one}['store-pmd-1@0']['linux']['calls'][1]['clwb']")" = 32768 ]
    # the kernel that surround is sized by is still like this one
    near="abs(d['fs'][fs]['surround'][n] / f[fs][n] - 1) <= 0.05 for fs in ('ext4', 'xfs') for n in ('instructions',)"
    [ "$(look counts.json "(lambda f: all($near))(json.load(open('$tree/lab/figures/linux-6.1.json')))")" = True ]
}

# A fix-up is due where a write begins or ends inside a word (__copy_user_flushcache).
@test "a path without its fix-ups is found, in just the streams that have some" {
    run --separate-stderr "$tree/lab/fidelity" --build "$(build)" --fs ext4 --mutant FINISH --json counts.json
    [ "$status" = 1 ] || fail "exit $status" "$output" "$stderr"
    due="any(c['clwb'] for c in s['linux']['calls'] if c['call'] == 'write')"
    [ "$(look counts.json "[n for n, s in d['fs']['ext4']['streams'].items() if s['equal'] == $due]")" = "[]" ]
    [[ $output == *"write-3@1: ext4: write: ours movnti 0, movnti bytes 0, clwb 0, sfence 1; Linux"*"clwb 1"* ]]
    [[ $output != *"write-64@0: ext4"* ]]
}

@test "bytes, lines, entries, drains and faults are as the kernel's own probes say, on adr, eadr and posted" {
    run --separate-stderr "$tree/lab/calls" --build "$(build)" --json calls.json
    [ "$status" = 0 ] || fail "exit $status" "$output" "$stderr"
    clean="sum(r['linux']['lines'] for r in d['runs']['eadr ext4'] if r['kind'].startswith('stores'))"
    [ "$(look calls.json "$clean")" = 0 ]
    [ "$(look calls.json "{r['linux']['drains'] for r in d['runs']['posted ext4']}")" = "{1}" ]
}

@test "what cannot be done is the lab's failure, and no equality" {
    run --separate-stderr "$tree/lab/fidelity" --build "$BATS_TEST_TMPDIR"
    [ "$status" = 125 ]
    [[ $stderr == *"lab_fidelity"*"--build"* ]]
}

# stand_in FAIR...: a lab whose boot i has Linux' counts agree, not, or half of them (FAIR: yes, no, tie), and a stream of
# one write
stand_in() {
    mkdir lab build
    cp "$tree"/lab/{fidelity,counts.py,guest.py} lab
    touch build/lab_fidelity build/lab_count.so
    printf '%s\n' "$@" >fair
    cat >lab/run <<'END'
#!/usr/bin/env python3
import sys
fair = open("fair").read().split()
open("boots", "a").write(" ".join(sys.argv[1:]) + "\n")
mine = fair[len(open("boots").readlines()) - 1]
kinds = ["clwb", "clflushopt", "clflush", "sfence", "mfence", "movnti_4", "movnti_8", "locked", "all"]
rows = ["lab_count 1", "\t".join(["index", "vcpu", "kind", "whole"] + [f"{s}.{k}" for s in ("user", "kernel") for k in kinds])]
for who in ("ours", "linux"):
    print(f"visit\twrite-8@0\tone write\t{who}\t1\t6\t1")
    for period in range(7):
        for kind in ("write", "fsync"):
            clwb = {"yes": 0, "no": period, "tie": int(period > 3)}[mine] if who == "linux" else 0
            rows.append("\t".join(map(str, [len(rows) - 2, 1, kind, 1] + 9 * [0] + [clwb] + 8 * [0])))
print("end\t1")
open(sys.argv[sys.argv.index("--plugin") + 1].split("out=")[1], "w").write("\n".join(rows) + "\n")
END
    chmod +x lab/run
}

@test "a stream whose periods do not agree is run once more" {
    stand_in no yes
    run lab/fidelity --fs ext4 --build build
    [ "$status" = 0 ] || fail "$output"
    [[ $output == *"once more"*"write-8@0"* ]]
    [ "$(wc -l <boots)" = 2 ]
    [[ $(tail -n 1 boots) == *"--only write-8@0"* ]]
}

@test "a stream whose periods still do not agree is no equality" {
    stand_in no no
    run lab/fidelity --fs ext4 --build build
    [ "$status" = 1 ] || fail "$output"
    [[ $output == *"write-8@0: ext4: unsettled: only 1 of 6 periods of linux agree"* ]]
    [ "$(wc -l <boots)" = 2 ]
}

@test "a stream half of whose periods agree is no equality" {
    stand_in tie tie
    run lab/fidelity --fs ext4 --build build
    [ "$status" = 1 ] || fail "$output"
    [[ $output == *"write-8@0: ext4: unsettled: only 3 of 6 periods of linux agree"* ]]
    [ "$(wc -l <boots)" = 2 ]
}

# traced BYTES...: a lab whose trace has periods of one write, each of which copies so many bytes
traced() {
    mkdir lab build
    cp "$tree"/lab/{calls,calls.sh,guest.py} lab
    touch build/lab_fidelity
    printf '%s\n' "$@" >copied
    cat >lab/run <<'END'
#!/usr/bin/env python3
import os, sys
out = sys.argv[sys.argv.index("--out") + 1]
os.makedirs(out)
line = "  lab_fidelity-9   [001] .....  1.000000: {}\n"
events = ["tracing_mark_write: pmb begin write-8@0"]
for copied in open("copied").read().split():
    events += [f"copy: (__copy_user_flushcache+0x0/0x80) n={copied}", "sys_fdatasync -> 0x0"]
open(out + "/trace", "w").write("".join(map(line.format, events)))
open(out + "/kernel", "w").write("a kernel\n")
open(out + "/manifest", "w").write("counts\twrite-8@0\tone write\t1\t6\t8\t0\t0\t0\t0\t0\n")
END
    chmod +x lab/run
}

@test "calls of which only half the periods agree are no equality" {
    traced 8 8 8 8 4 4
    run lab/calls --platform adr --build build
    [ "$status" = 0 ] || fail "$output"
    rm -rf lab build
    traced 8 8 8 4 4 4
    run lab/calls --platform adr --build build
    [ "$status" = 1 ] || fail "$output"
    [[ $output == *"write-8@0: adr ext4: unsettled: only 3 of 6 periods agree"* ]]
}
