# common.sh - what lab/run and lab/prepare share: how they fail, and where a prepared kernel lies
# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash

# mkfs, modprobe and the like live where a normal user's PATH does not look.
export PATH=$PATH:/usr/sbin:/sbin

# Exit code of whatever is the lab's own failure and not the program's.
# shellcheck disable=SC2034 # used by those who read this file
LAB_FAILED=125

# lab_fail WHAT...: one line on stderr, and the lab's exit code
lab_fail() {
    printf 'lab: %s\n' "$*" >&2
    exit "$LAB_FAILED"
}

lab_cache() {
    realpath -m "${PMB_LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/pmembench/lab}"
}

# lab_base_name: the file of the guest's tools and modules. Its name changes with what makes it, so that a newer
# tree never uses an older one's.
lab_base_name() {
    local sum
    sum=$(sha256sum <"${BASH_SOURCE[0]%/*}/prepare")
    printf 'base-%s.cpio\n' "${sum:0:12}"
}

# lab_prepared: the folder of the newest prepared kernel that this tree can use; fails when there is none
lab_prepared() {
    local cache base dir found=
    cache=$(lab_cache)
    base=$(lab_base_name)
    while IFS= read -r dir; do
        [ ! -e "$cache/$dir/kernel" ] || [ ! -e "$cache/$dir/$base" ] || found=$cache/$dir
    done < <(ls -v "$cache" 2>/dev/null)
    [ -n "$found" ] && printf '%s\n' "$found"
}

# attend COMMAND...: runs it to its end; its exit code. In the background, since bash notices a signal only after what
# runs in the foreground; it ends with this script, however that ends.
running=
attend() {
    local code=0
    setpriv --pdeathsig TERM -- "$@" </dev/null &
    running=$!
    wait "$running" || code=$?
    running=
    return $code
}

end_attended() {
    [ -z "$running" ] || { kill "$running" && wait "$running"; } 2>/dev/null || true
}

# copy_with_libraries ROOT FILE...: each FILE and the libraries that it names go to the same places under ROOT
copy_with_libraries() {
    local root=$1 file library list
    shift
    for file in "$@"; do
        list=$(ldd -- "$file" 2>/dev/null) || list=
        if [[ $list == *'=> not found'* ]]; then
            printf 'lab: %s: a library that it needs is not on this machine (see ldd)\n' "$file" >&2
            return 1
        fi
        while IFS= read -r library; do
            [ -e "$root$library" ] || cp -L --parents -- "$library" "$root" || return 1
        done < <(sed -nE 's/^[[:space:]]+(.* => )?(\/.*) \(0x[0-9a-f]+\)$/\2/p' <<<"$list")
    done
}

# pack ROOT FILE: all under ROOT as an archive that the kernel unpacks, owned by root
pack() {
    (cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z | cpio --quiet --null -o -H newc -R 0:0) >"$2"
}
