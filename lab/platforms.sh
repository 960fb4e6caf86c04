#!/bin/sh
# platforms.sh - in the guest: what sysfs says of the memory, what pmembench says of it, and a short run; all into /out
# SPDX-License-Identifier: BSD-3-Clause
# usage: lab/run --script lab/platforms.sh --add PLAN --out DIR PLATFORM FS -- PLAN
set -u
path=/mnt/pmem/pmembench.tmp

# said NAME FILE...: the first line of the one FILE, as it is
said() {
    name=$1
    shift
    is=absent
    [ $# = 1 ] || is="ambiguous: $*"
    [ ! -e "$1" ] || read -r is <"$1"
    printf '%s\t%s\n' "$name" "$is"
}

{
    said provider /sys/bus/nd/devices/ndbus*/provider
    said persistence_domain /sys/bus/nd/devices/region*/persistence_domain
    said deep_flush /sys/bus/nd/devices/region*/deep_flush
    said write_cache /sys/block/pmem0/dax/write_cache
    read -r up _ </proc/uptime
    printf 'up\t%s\n' "$up"
    printf 'kernel\t%s\n' "$(uname -r)"
} >/out/sysfs

"$PMEMBENCH" probe --quick --path "$path" --json >/out/probe.json &&
    "$PMEMBENCH" probe --quick --path "$path" >/out/probe.txt &&
    "$PMEMBENCH" run --plan "$1" --llc 2M --path "$path" --quiet --out /out/run >/out/stdout || exit

# Of a run that has ended nothing is left.
for left in /mnt/pmem/* /mnt/pmem/.[!.]*; do
    if [ -e "$left" ] && [ "$left" != /mnt/pmem/lost+found ]; then
        echo "left behind: $left" >&2
        exit 1
    fi
done
