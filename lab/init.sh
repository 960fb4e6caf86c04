#!/bin/sh
# init.sh - the guest's first process: makes the file system, runs the command, sends what came of it
# SPDX-License-Identifier: BSD-3-Clause
# Runs under busybox as process 1. Says what it is doing on the port lab.status, one line each: `at STEP`, in the
# end `exit CODE`, or `failed WHY`.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root

# From here the host's words: PLATFORM, FS, CWD, OUT, PROGRAM, SCRIPT, and the command's arguments as "$@".
# shellcheck source=/dev/null
. /.lab/command

tell() {
    echo "$*" >&9
}

off() {
    exec poweroff -nf
}

# fail WHY...: on the console, and on the status port once there is one
fail() {
    echo "lab: $*"
    [ -z "$ports" ] || tell "failed $*"
    off
}

mount_all() {
    mount -t proc proc /proc
    mount -t sysfs sysfs /sys
    mount -t devtmpfs devtmpfs /dev
    mkdir -p /dev/pts /dev/shm
    mount -t devpts devpts /dev/pts
    mount -t tmpfs -o mode=1777 tmpfs /dev/shm
    mount -t debugfs debugfs /sys/kernel/debug
    mount -t tracefs tracefs /sys/kernel/tracing
    [ -e /dev/stdin ] || ln -s /proc/self/fd /dev/fd
    for name in stdin:0 stdout:1 stderr:2; do
        [ -e "/dev/${name%:*}" ] || ln -s "/proc/self/fd/${name#*:}" "/dev/${name%:*}"
    done
    hostname lab
    ip link set lo up
}

# load PART: the modules of its list that are not loaded yet, in its order
loaded=
load() {
    while read -r module; do
        case " $loaded " in
        *" $module "*) continue ;;
        esac
        insmod "/modules/$module" || fail "the kernel refuses its module $module"
        loaded="$loaded $module"
    done <"/modules/$1.list"
}

# wait_for WHAT COMMAND...: until COMMAND succeeds, at most 20 s of the guest's time
wait_for() {
    what=$1
    shift
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ "$tries" -lt 400 ] || fail "$what does not appear"
        sleep 0.05
    done
}

# port NAME: prints the device of the host's port of this name
port() {
    for name in /sys/class/virtio-ports/*/name; do
        is=
        [ ! -e "$name" ] || read -r is <"$name"
        name=${name%/name}
        if [ "$is" = "$1" ] && [ -c "/dev/${name##*/}" ]; then
            echo "/dev/${name##*/}"
            return
        fi
    done
    return 1
}

# Output goes through pipes, as it does for a captured program: a port can be opened only once, and a script may well
# open /dev/stderr.
ports=
open_ports() {
    for name in status stdout stderr files; do
        wait_for "the port lab.$name" port "lab.$name" >/dev/null
    done
    exec 9>"$(port lab.status)"
    ports=1
    mkfifo /.lab/stdout /.lab/stderr
    cat /.lab/stdout >"$(port lab.stdout)" &
    relays=$!
    cat /.lab/stderr >"$(port lab.stderr)" &
    relays="$relays $!"
}

# An NVDIMM comes up raw, without DAX; virtio-pmem with it. The device is there before its attributes are.
make_pmem() {
    if [ "$PLATFORM" = posted ]; then
        load posted
    else
        load nvdimm
        wait_for "the emulated NVDIMM" [ -e /sys/block/pmem0/queue/dax ]
        ndctl create-namespace -f -e namespace0.0 -m fsdax -M mem >/.lab/log 2>&1 ||
            fail "ndctl create-namespace: $(tail -n 1 /.lab/log)"
    fi
    wait_for "/dev/pmem0" [ -b /dev/pmem0 ]
    wait_for "/sys/block/pmem0/queue/dax" [ -e /sys/block/pmem0/queue/dax ]
    read -r dax </sys/block/pmem0/queue/dax
    [ "$dax" = 1 ] || fail "/sys/block/pmem0/queue/dax is $dax, not 1: no DAX on $PLATFORM"
}

# Nothing is left to be initialised later: a thread of ext4's would write while counts are taken.
make_fs() {
    load "$FS"
    case "$FS" in
    ext4) mkfs.ext4 -q -F -b 4096 -N 4096 -E lazy_itable_init=0,lazy_journal_init=0 /dev/pmem0 ;;
    xfs) mkfs.xfs -q -f -m reflink=0 /dev/pmem0 ;;
    esac >/.lab/log 2>&1 || fail "mkfs.$FS: $(tail -n 1 /.lab/log)"
    mount -t "$FS" -o dax=always /dev/pmem0 /mnt/pmem >/.lab/log 2>&1 ||
        fail "mount -t $FS -o dax=always: $(tail -n 1 /.lab/log)"
    grep -q ' /mnt/pmem .*dax=always' /proc/mounts || fail "$FS mounted without dax=always"
}

# go_there: the same names as on the host, so that what the command prints is right outside too
go_there() {
    mkdir -p "$CWD"
    [ ! -d /.lab/files ] || cp -a /.lab/files/. / || fail "the files of the host cannot be placed"
    cd "$CWD" || fail "cannot enter $CWD"
    case "$OUT" in
    /*) ;;
    *) OUT=$CWD/$OUT ;;
    esac
    if [ -n "$SCRIPT" ]; then
        mkdir -p "$OUT"
        ln -s "$OUT" /out || fail "cannot make $OUT"
    fi
}

# In a session of its own, so that what it leaves behind can be told from the guest's own processes.
run_command() {
    export PMEMBENCH="$PROGRAM" LAB_PLATFORM="$PLATFORM" LAB_FS="$FS"
    if [ -n "$SCRIPT" ]; then
        set -- /bin/sh "$SCRIPT" "$@"
    else
        set -- "$PROGRAM" "$@"
    fi
    exec "$@" </dev/null >/.lab/stdout 2>/.lab/stderr 9>&-
}

# What still holds the pipes a little after the command's end keeps nobody waiting.
end_relays() {
    tries=0
    # shellcheck disable=SC2086 # words
    while kill -0 $relays 2>/dev/null && [ "$tries" -lt 100 ]; do
        tries=$((tries + 1))
        sleep 0.02
    done
}

send_files() {
    [ -d "$OUT" ] || return 0
    tar -C "$OUT" -cf - . >"$(port lab.files)" || fail "cannot send what is in $OUT"
}

mount_all
load common
open_ports
tell at making /dev/pmem0
make_pmem
tell at making and mounting "$FS"
make_fs
go_there
tell at running the command
(run_command "$@")
code=$?
tell at sending what it wrote
end_relays
send_files
tell exit "$code"
off
