#!/usr/bin/env bats
# run.bats - lab/run: bytes, arguments, exit codes and files pass unchanged; its own failures are told apart
# SPDX-License-Identifier: BSD-3-Clause
# shellcheck disable=SC2016,SC1003 # words that are meant as they stand
load common

# stand_in_qemu SCRIPT: QEMU is a shell script, in whose $1 the files of the ports lie
stand_in_qemu() {
    mkdir -p "$BATS_TEST_TMPDIR/bin"
    printf '#!/bin/bash\nset -- "$TMPDIR"/pmembench-lab.*\n%s\n' "$1" >"$BATS_TEST_TMPDIR/bin/qemu-system-x86_64"
    chmod +x "$BATS_TEST_TMPDIR/bin/qemu-system-x86_64"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# with_plugin: a plugin is never asked for KVM, which a stand-in would be probed for
with_plugin() {
    touch plugin.so
    lab_options+=(--plugin plugin.so)
}

@test "wrong arguments are the lab's own failure, in one line, and boot nothing" {
    wrong=(
        'adr ext4 list' '' 'adr -- list' '-- list' 'adr ext4 xfs -- list' 'optane ext4 -- list' 'adr btrfs -- list'
        '--timeout 0 adr ext4 -- list' '--timeout -- adr' '--tymeout 3 adr ext4 -- list' '--out x adr ext4 -- list'
        '--script absent adr ext4 -- list' '--program absent adr ext4 -- list' '--add absent adr ext4 -- list'
        '--plugin absent.so,x=1 adr ext4 -- list'
    )
    stand_in_qemu 'touch booted'
    for words in "${wrong[@]}"; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr "$tree/lab/run" $words
        lab_failed || fail "command: lab/run $words"
        [[ -z $output && $stderr != *$'\n'* ]] || fail "not one line on stderr: $stderr" "command: lab/run $words"
    done
    [ -z "$(ls)" ]
    "$tree/lab/run" --help | grep -q '^example: lab/run '
}

@test "a folder of results that holds something is refused as the program refuses it, before any boot" {
    stand_in_qemu 'touch booted'
    mkdir full
    touch full/kept
    run --separate-stderr lab adr ext4 run --out full
    [ "$status" = 1 ]
    theirs=$("$PMEMBENCH" run --out full 2>&1) && fail "the program takes it"
    [ "$stderr" = "$theirs" ] || fail "the program says: $theirs" "the lab says: $stderr"
    run --separate-stderr lab adr ext4 run --out=full/kept
    [ "$status" = 1 ]
    [[ $stderr == "pmembench: --out full/kept: "* ]]
    run --separate-stderr lab adr ext4 run --out full/kept/below
    [ "$status" = 1 ]
    [[ $stderr == "pmembench: --out full/kept/below: cannot be made: "* ]]
    [ "$(find . | sort | xargs)" = ". ./full ./full/kept" ]
}

@test "every exit code of the command is lab/run's" {
    with_plugin
    for code in 0 1 2 3 125 130 143 255; do
        stand_in_qemu "printf 'at running the command\nexit $code\n' >\"\$1/status\"; printf some >\"\$1/stdout\""
        run --separate-stderr lab adr ext4 list
        [ "$status" = $code ] || fail "exit $status, not $code: $stderr"
        [ "$output" = some ]
    done
    nothing_left
}

@test "QEMU's refusal and a step that fails in the guest are told" {
    with_plugin
    stand_in_qemu 'echo "no such machine" >&2; exit 1'
    run --separate-stderr lab adr ext4 list
    lab_failed "did not come up" "QEMU ended with 1" "no such machine"
    stand_in_qemu 'printf "at making\nfailed no DAX\n" >"$1/status"; echo "last words" >"$1/console"'
    run --separate-stderr lab adr ext4 list
    lab_failed "adr ext4: in the guest: no DAX; " "last words"
    nothing_left
}

@test "bytes, arguments and files pass unchanged, and the memory is as asked" {
    head -c 1048576 /dev/urandom >data
    printf 'added' >'an added file'
    lab_options+=(--add data --add 'an added file' --out come/out --keep-console console)
    words=(run 'two words' '' "it's" '"double"' $'new\nline\n' '*' '$HOME' '\' $'\x01\x7f\x81\x82\x88\xfe\xff' --out= --)
    printf '%s\0' "${words[@]}" >expected-words
    lab_script adr ext4 "${words[@]}" >stdout 2>stderr <<'SCRIPT' || code=$?
printf '%s\0' "$@" >/out/words
cat /proc/mounts >/out/mounts
{ hostname; pwd; nproc; ls /sys/kernel/tracing/kprobe_events; cat /sys/block/pmem0/queue/dax; } >/out/facts
bytes() {
    i=0
    while [ $i -lt 256 ]; do
        printf "\\$(printf %03o $i)"
        i=$((i + 1))
    done
}
bytes
bytes >&2
cat data
cat data >/dev/stderr
mkdir '/out/in it'
cat 'an added file' >'/out/in it/copy'
printf 'no newline'
exit 255
SCRIPT
    [ "${code:-0}" = 255 ] || fail "exit ${code:-0}" "$(tail -c 300 stderr)"
    for ((i = 0; i < 256; i++)); do
        # shellcheck disable=SC2059 # the byte of this number
        printf "\\$(printf %03o $i)"
    done >bytes
    cat bytes data <(printf 'no newline') | cmp - stdout
    cat bytes data | cmp - stderr
    cmp expected-words come/out/words
    [ "$(cat 'come/out/in it/copy')" = added ]
    printf '%s\n' lab "$PWD" 2 /sys/kernel/tracing/kprobe_events 1 | diff - come/out/facts
    grep -q '^/dev/pmem0 /mnt/pmem ext4 .*dax=always' come/out/mounts
    grep -q 'Power down' console
    nothing_left
}

@test "results of the program land under the name that it printed, and are valid" {
    lab eadr xfs pmembench run --plan quick --max-time 2 --quiet --out results >stdout
    grep -qx 'result: results/result.json' stdout
    /usr/bin/python3 "$tree/tests/results/validate.py" results/result.json
    nothing_left
}

@test "death by a signal is 128 and its number, and what was written until then comes out" {
    mkdir runs
    touch runs/earlier
    run --separate-stderr lab_script posted xfs <<'SCRIPT'
echo written >/out/before
sleep 1000 &
echo said
kill -SEGV $$
SCRIPT
    [ "$status" = 139 ] || fail "exit $status" "$stderr"
    [[ $output == said && -z $stderr ]]
    [ "$(cat runs/before)" = written ]
    [ -e runs/earlier ]
    nothing_left
}

@test "a guest that hangs is given up after --timeout" {
    lab_options=(--timeout 12)
    run --separate-stderr lab_script unknown ext4 <<<'echo said; sleep 1000'
    lab_failed "12 s" "--timeout"
    nothing_left
}

@test "a kernel that panics is the lab's failure, with what the kernel said" {
    run --separate-stderr lab_script adr xfs <<<'echo c >/proc/sysrq-trigger'
    lab_failed "running the command" "Kernel panic"
    [ "$(wc -l <<<"$stderr")" -le 21 ]
    nothing_left
}

@test "SIGTERM ends it at once, and nothing stays" {
    "$tree/lab/run" eadr ext4 -- list </dev/null >stdout 2>stderr 3>&- &
    pid=$!
    for ((i = 0; i < 200; i++)); do
        compgen -G "$TMPDIR/pmembench-lab.*/console" >/dev/null && break
        sleep 0.1
    done
    sleep 1
    kill -TERM $pid
    code=0
    wait $pid || code=$?
    [ "$code" = 143 ] || fail "exit $code" "$(cat stderr)"
    nothing_left
}
