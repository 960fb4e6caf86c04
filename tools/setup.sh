#!/bin/bash
# setup.sh - installs the Debian packages that building, testing or the lab needs and this machine lacks
# SPDX-License-Identifier: BSD-3-Clause
# usage: tools/setup.sh build|test|lab
set -euo pipefail

die() {
    echo "setup: $*" >&2
    exit 1
}

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]
}

# need_command COMMAND PACKAGE, need_library MODULE PACKAGE, need_package PACKAGE: remember what is missing.
missing=()
need_command() {
    command -v "$1" >/dev/null || missing+=("$2")
}
need_library() {
    command -v pkg-config >/dev/null && pkg-config --exists "$1" || missing+=("$2")
}
need_package() {
    installed "$1" || missing+=("$1")
}

# The runtime of libFuzzer: clang only recommends it, and what is recommended is not installed here.
need_fuzzer() {
    local version
    if ! command -v clang >/dev/null; then
        missing+=(libclang-rt-dev)
    elif ! compgen -G "$(clang -print-resource-dir)/lib/*/libclang_rt.fuzzer*" >/dev/null; then
        version=$(clang -dumpversion)
        missing+=("libclang-rt-${version%%.*}-dev")
    fi
}

needs_of_build() {
    need_command gcc gcc
    need_command make make
    need_command cmake cmake
    need_command pkg-config pkg-config
    installed gcc || [ -e /usr/include/stdio.h ] || missing+=(libc6-dev)
    need_library libpmem2 libpmem2-dev
    need_library hwloc libhwloc-dev
    need_library libcpuid libcpuid-dev
    need_library jansson libjansson-dev
}

needs_of_test() {
    need_library cmocka libcmocka-dev
    need_package libzydis-dev
    need_command bats bats
    need_command clang clang
    need_fuzzer
    need_command clang-format clang-format
    need_command shellcheck shellcheck
    need_command valgrind valgrind
    need_command git git
    need_command python3 python3
    /usr/bin/python3 -c 'import jsonschema' 2>/dev/null || missing+=(python3-jsonschema)
}

needs_of_lab() {
    local package
    for package in qemu-system-x86 busybox-static cpio kmod xz-utils ndctl e2fsprogs xfsprogs; do
        need_package "$package"
    done
}

# Says which command gives root's rights: nothing for root itself.
become_root() {
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null || die "not root and no sudo; as root: apt-get install ${missing[*]}"
    sudo -n true 2>/dev/null || die "sudo asks for a password; first run: sudo apt-get install ${missing[*]}"
    echo sudo -n
}

log=''
install_missing() {
    local rights
    command -v apt-get >/dev/null || die "no apt-get here; install what Debian calls: ${missing[*]}"
    rights=$(become_root)
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    echo "setup: installing ${missing[*]}${rights:+ (with sudo)}" >&2
    # shellcheck disable=SC2086 # no words when root
    $rights env DEBIAN_FRONTEND=noninteractive apt-get -q update </dev/null >"$log" 2>&1 || {
        cat "$log" >&2
        die "apt-get update failed (log above); check the network and /etc/apt"
    }
    # shellcheck disable=SC2086
    $rights env DEBIAN_FRONTEND=noninteractive apt-get -qy --no-install-recommends install "${missing[@]}" \
        </dev/null >"$log" 2>&1 || {
        cat "$log" >&2
        die "apt-get install failed (log above)"
    }
}

case "${1:-}" in
build) needs_of_build ;;
test) needs_of_build && needs_of_test ;;
lab) needs_of_lab ;;
*) die "name what for: tools/setup.sh build|test|lab" ;;
esac
[ ${#missing[@]} = 0 ] || install_missing
