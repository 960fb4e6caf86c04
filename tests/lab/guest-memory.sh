#!/bin/sh
# guest-memory.sh - in the guest: what `run --path` must refuse, leave and survive on a DAX mount, a line of ok or not each
# SPDX-License-Identifier: BSD-3-Clause
# usage: lab/run --script tests/lab/guest-memory.sh PLATFORM FS -- CHECK...   (all of them without a CHECK)
# Prints `ok CHECK` or `not ok CHECK: WHY`; what is not printed did not run.
set -u
cd /mnt/pmem || exit
unset CDPATH
tmp=/tmp/memory
mkdir $tmp

# why WORD...: this check fails, and why
why() {
    echo "$*" >>$tmp/why
    return 1
}

# plan PATHS: two groups without ledgers, which take many times as long
plan() {
    cat <<END
{"name": "memory", "summary": "short", "max_time": 60, "blocks": [{"paths": [$1], "size": ["64", "4096"],
 "footprint": "65536", "dirty": "4096"}]}
END
}
plan '"bypass", "sys-fdatasync"' >$tmp/both.json
plan '"bypass", "deferred-bitmap"' >$tmp/stores.json
plan '"sys-fdatasync", "sys-fsync"' >$tmp/calls.json
tiny="--plan $tmp/both.json --llc 2M --max-time 0.1"

# facts FILE: all that a touch would change
facts() {
    stat -c '%F %h %s %b %a %i %y %z' "$1"
    if [ -f "$1" ]; then sha256sum <"$1"; fi
}

# refuses WORD... -- ARGUMENT...: `run` ends with 1, says one line with every WORD, and leaves nothing behind
refuses() {

    listed=$(ls -lA)
    rm -rf $tmp/refused
    : >$tmp/words
    while [ "$1" != -- ]; do
        echo "$1" >>$tmp/words
        shift
    done
    shift
    # shellcheck disable=SC2086 # words
    "$PMEMBENCH" run $tiny --out $tmp/refused "$@" >$tmp/stdout 2>$tmp/stderr
    code=$?
    [ $code = 1 ] || why "exit $code, not 1: $*: $(cat $tmp/stderr)"
    [ "$(wc -l <$tmp/stderr)" = 1 ] || why "not one line on stderr: $(cat $tmp/stderr)"
    [ ! -s $tmp/stdout ] || why "stdout: $(cat $tmp/stdout)"
    while read -r word; do
        grep -qF -- "$word" $tmp/stderr || why "says nothing of '$word': $(cat $tmp/stderr)"
    done <$tmp/words
    [ ! -e $tmp/refused ] || why "made the folder of results"
    [ "$(ls -lA)" = "$listed" ] || why "left behind: $(ls -A)"
}

# untouched FILE WORD...: it is refused, and as it was
untouched() {
    file=$1
    shift
    was=$(facts "$file")
    refuses "--path $file" "$@" -- --path "$file"
    [ "$(facts "$file")" = "$was" ] || why "$file was touched: $was, now $(facts "$file")"
}

# runs ARGUMENT...: a short run, which must succeed; its result is $tmp/out
runs() {
    rm -rf $tmp/out
    # shellcheck disable=SC2086 # words
    "$PMEMBENCH" run $tiny --quiet --out $tmp/out "$@" >$tmp/stdout 2>$tmp/stderr ||
        why "exit $?: $*: $(cat $tmp/stderr)"
    [ ! -s $tmp/stderr ] || why "stderr: $(cat $tmp/stderr)"
    status complete
}

empty() {
    if [ ! -f "$1" ] || [ -s "$1" ]; then why "$1 is no empty file"; fi
}

# status WORD: that of the result
status() {
    head -n 4 $tmp/out/result.json 2>/dev/null | grep -q "\"status\": \"$1\"" || why "the result's status is not $1"
}

magic() {
    [ "$(head -n 1 "$1" 2>/dev/null)" = 'pmembench region' ] || why "$1 has no magic"
}

# start FILE [ARGUMENT...]: a long run ($pid), until it has measured something
start() {
    rm -rf $tmp/out
    start_on=$1
    shift
    "$PMEMBENCH" run --plan "$tmp/$plan.json" --llc 2M --precision 0.001% --quiet --out $tmp/out --path "$start_on" "$@" >$tmp/stdout 2>$tmp/stderr &
    pid=$!
    tries=0
    until [ "$(wc -l 2>/dev/null <$tmp/out/journal.jsonl)" -ge 3 ] 2>/dev/null; do
        tries=$((tries + 1))
        if [ $tries -gt 600 ] || ! kill -0 "$pid" 2>/dev/null; then
            why "no journal: $(cat $tmp/stderr)"
            return
        fi
        sleep 0.05
    done
}

# ended CODE: that run ended by itself with it
ended() {
    tries=0
    while kill -0 "$pid" 2>/dev/null; do
        tries=$((tries + 1))
        if [ $tries -gt 400 ]; then
            why "still there after 20 s"
            kill -KILL "$pid"
        fi
        sleep 0.05
    done
    wait "$pid"
    code=$?
    [ $code = "$1" ] || why "exit $code, not $1: $(cat $tmp/stderr)"
}

# lost: it said that its memory went away, once, and kept what it had
lost() {
    ended 1
    [ "$(wc -l <$tmp/stderr)" = 1 ] || why "not one line on stderr: $(cat $tmp/stderr)"
    grep -q 'memory under test: .*truncated or its medium failed.*SIGBUS at offset' $tmp/stderr ||
        why "stderr: $(cat $tmp/stderr)"
    status failed
    grep -q '"MEMORY_LOST"' $tmp/out/result.json || why "no warning MEMORY_LOST"
}

# room: free blocks of the file system
room() {
    sync
    stat -f -c %f .
}

data() {
    echo precious >mine
    untouched mine 'holds other data' 'name a new file'
    head -c 8192 /dev/zero >zeros
    untouched zeros 'holds other data'
    [ "$(cat mine)" = precious ] || why "it says: $(cat mine)"
}

links() {
    echo precious >mine
    ln -s mine link
    untouched link 'symbolic link'
    ln mine twin
    untouched twin 'hard link'
    ln -s nowhere dangling
    untouched dangling 'symbolic link'
    [ ! -e nowhere ] || why "a link was followed"
}

fifo() {
    mkfifo fifo
    untouched fifo FIFO
}

folder() {
    mkdir folder
    untouched folder folder/pmembench.tmp
    refuses /mnt/pmem/pmembench.tmp -- --path /mnt/pmem
}

block_device() {
    refuses /dev/pmem0 'block device' --destroy -- --path /dev/pmem0
    refuses /dev/pmem0 'block device' -- --path /dev/pmem0 --destroy
    [ "$(head -c 16 /dev/pmem0 | tr -d '\0')" != 'pmembench region' ] || why "it was written to"
}

dax_absent() {
    refuses /dev/dax0.0 'ls /dev/dax' -- --path /dev/dax0.0
    refuses /dev/dax0.0 'ls /dev/dax' -- --path /dev/dax0.0 --destroy
}

in_use() {
    : >mine
    start mine
    refuses 'in use' -- --path mine
    kill -INT $pid
    ended 130
    [ ! -s mine ] || why "it is not empty again"
}

empty_file() {
    : >mine
    runs --path mine
    empty mine
}

keep() {
    runs --path kept --keep
    magic kept
    size=$(stat -c %s kept)
    runs --path kept
    magic kept
    [ "$(stat -c %s kept)" = "$size" ] || why "its size was not put back"
}

nothing_seen() {
    before=$(room)
    start new
    [ -z "$(ls -A .)" ] || why "there is: $(ls -A .)"
    kill -INT $pid
    ended 130
    [ -z "$(ls -A .)" ] || why "left behind: $(ls -A .)"
    status interrupted
    [ "$(room)" = "$before" ] || why "$(room) blocks are free, before $before"
}

killed() {
    before=$(room)
    start new
    kill -KILL "$pid"
    ended 137
    [ -z "$(ls -A .)" ] || why "left behind: $(ls -A .)"
    [ "$(room)" = "$before" ] || why "$(room) blocks are free, before $before"
}

cut() {
    plan=stores
    : >mine
    start mine
    truncate -s 0 mine
    lost
    empty mine
}

# The system's own write() makes a file that was cut longer again.
cut_under_calls() {
    plan=calls
    : >mine
    start mine
    truncate -s 0 mine
    lost
}

swapped() {
    : >mine
    start mine --keep
    mv mine moved
    echo precious >mine
    kill -INT $pid
    ended 1
    grep -q 'mine: cannot be kept: ' $tmp/stderr || why "stderr: $(cat $tmp/stderr)"
    [ "$(cat mine)" = precious ] || why "the new file says: $(head -c 100 mine)"
}

removed() {
    : >mine
    start mine
    rm mine
    kill -INT $pid
    ended 130
    [ ! -s $tmp/stderr ] || why "stderr: $(cat $tmp/stderr)"
    [ -z "$(ls -A .)" ] || why "left behind: $(ls -A .)"
}

written_to() {
    : >mine
    start mine
    printf precious | dd of=mine bs=1 seek=1000000 conv=notrunc 2>/dev/null
    kill -INT $pid
    ended 130
    grep -q 'mine: somebody wrote to it' $tmp/stderr || why "stderr: $(cat $tmp/stderr)"
    [ "$(dd if=mine bs=1 skip=1000000 count=8 2>/dev/null)" = precious ] || why "lost"
    untouched mine 'somebody wrote to it' 'name a new file'
}

full() {
    fallocate -l $((($(stat -f -c %f .) * $(stat -f -c %S .) / 1048576 - 64) * 1048576)) filler || why "cannot fill it"
    more=0
    while fallocate -l 1048576 "more-$more" 2>/dev/null; do
        more=$((more + 1))
    done
    rm -f "more-$more"
    before=$(room)
    refuses 'no room' KiB --footprint -- --path new
    : >mine
    refuses 'no room' KiB -- --path mine
    empty mine
    [ "$(room)" = "$before" ] || why "$(room) blocks are free, before $before"
}

read_only() {
    cd /
    mount -o remount,ro /mnt/pmem || why "cannot be remounted"
    cd /mnt/pmem || exit
    refuses Read-only -- --path new
    cd /
    mount -o remount,rw /mnt/pmem
    cd /mnt/pmem || exit
}

max_written() {
    refuses '--max-written 4MiB' 'a first pass' -- --path new --max-written 4M
    runs --path new --precision 0.001% --max-time 50 --max-written 80M
    grep -q '"MAX_WRITTEN"' $tmp/out/result.json || why "no warning MAX_WRITTEN"
}

# check NAME: in an empty folder of its own, and what is left of it removed
check() {
    rm -f $tmp/why
    mkdir "/mnt/pmem/in-$1"
    cd "/mnt/pmem/in-$1" || exit
    pid='' plan=both
    "$1"
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
    if [ -e $tmp/why ]; then
        echo "not ok $1: $(tr '\n' ';' <$tmp/why)"
    else
        echo "ok $1"
    fi
    cd /
    rm -rf "/mnt/pmem/in-$1"
}
all='data links fifo folder block_device dax_absent in_use empty_file keep nothing_seen killed cut
    cut_under_calls swapped removed written_to full read_only max_written'
# shellcheck disable=SC2048 # words
for name in ${*:-$all}; do
    check "$name"
done
