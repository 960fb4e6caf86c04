#!/bin/sh
# guest-devdax.sh - in the guest: the memory as a DAX device in place of a file system, refused and used; results in /out
# SPDX-License-Identifier: BSD-3-Clause
# usage: lab/run --script tests/lab/guest-devdax.sh --out DIR PLATFORM FS --
set -eu
umount /mnt/pmem
while read -r module; do
    grep -q "^$(basename "$module" .ko | tr - _) " /proc/modules || insmod "/modules/$module"
done </modules/devdax.list
ndctl create-namespace -f -e namespace0.0 -m devdax -M mem >/out/namespace 2>&1
tries=0
until [ -c /dev/dax0.0 ]; do
    tries=$((tries + 1))
    [ $tries -lt 100 ]
    sleep 0.05
done

# run NAME ARGUMENT...: leaves what it says in /out, and prints its exit code
run() {
    name=$1 code=0
    shift
    "$PMEMBENCH" run --paths bypass,deferred-xarray --size 4096 --footprint 64K --dirty size --llc 2M --max-time 0.1 --quiet \
        --path /dev/dax0.0 --out "/out/$name" "$@" >"/out/$name.stdout" 2>"/out/$name.stderr" || code=$?
    echo "$name $code"
}
"$PMEMBENCH" probe --quick --path /dev/dax0.0 --json >/out/probe.json
run refused
run destroyed --destroy
