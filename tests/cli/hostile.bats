#!/usr/bin/env bats
# hostile.bats - what is named as a result, and where reports and runs are put, may be anything and anybody's
# SPDX-License-Identifier: BSD-3-Clause
load common

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    timeout 60 "$PMEMBENCH" run --paths bypass,deferred-bitmap --size 4096 --footprint 64K --max-time 0.1 --quiet \
        --out good </dev/null >/dev/null
}

setup() {
    enter_empty
    good=$BATS_FILE_TMPDIR/good
}

# changed EXPRESSION: the good result with Python's statement done to the document d, as ./changed
changed() {
    /usr/bin/python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
exec(sys.argv[2])
json.dump(d, open("changed", "w"), ensure_ascii=False)' "$good/result.json" "$1"
}

# clean FILE: nothing but printable ASCII and ends of lines
clean() {
    run ! env LC_ALL=C grep -q '[^ -~]' "$1"
}

@test "what is no file does not keep the program waiting" {
    mkfifo pipe
    refused 1 "pipe: is a named pipe" "--out directory" -- report pipe
    refused 1 "/dev/zero: is a device" -- report /dev/zero
    refused 1 "/dev/null: is a device" -- report /dev/null
    ln -s pipe to-pipe
    refused 1 "to-pipe: is a named pipe" -- report to-pipe
    /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
    refused 1 "socket: is a socket" -- report socket
    mkdir -p folder/result.json fifo
    refused 1 "folder/result.json: is a directory" -- report folder
    mkfifo fifo/result.json
    refused 1 "fifo/result.json: is a named pipe" -- report fifo
    rm fifo/result.json
    mkfifo fifo/journal.jsonl
    refused 1 "fifo/journal.jsonl: is a named pipe" -- report fifo
}

@test "a pipe without a name is read" {
    timeout 60 "$PMEMBENCH" report /dev/stdin < <(cat "$good/result.json") >piped
    timeout 60 "$PMEMBENCH" report /dev/stdin <"$good/result.json" >redirected
    cmp piped redirected
    grep -q controls piped
    pmb report <(cat "$good/result.json") >substituted
    diff <(grep -v report substituted) <(grep -v report piped)
}

@test "names that lead nowhere, or round in a circle, or nowhere near a line" {
    ln -s loop loop
    refused 1 "loop: cannot be read: Too many levels of symbolic links" -- report loop
    ln -s none dangling
    refused 1 "dangling: cannot be read: No such file" -- report dangling
    name=$'a\nb\e[31m\rc'
    printf '[]' >"$name"
    refused 1 'a?b?[31m?c: is JSON but no pmembench-result' -- report "$name"
    mkdir "$name.d"
    refused 1 'a?b?[31m?c.d: holds neither' -- report "$name.d"
    refused 1 'a?b?[31m?cx: cannot be read' -- report "${name}x"
}

@test "a file that one may not read" {
    [ "$(id -u)" = 0 ] || skip "root is needed to become somebody else"
    open_to_all=$(mktemp -d /tmp/pmembench-cli-XXXXXX)
    chmod 755 "$open_to_all"
    cp "$PMEMBENCH" "$open_to_all/pmembench"
    cp "$good/result.json" "$open_to_all/secret"
    chmod 600 "$open_to_all/secret"
    run --separate-stderr timeout 60 setpriv --reuid=65534 --regid=65534 --clear-groups \
        "$open_to_all/pmembench" report "$open_to_all/secret" </dev/null
    rm -rf "$open_to_all"
    tell_refusal 1 "secret: cannot be read: Permission denied"
}

@test "a gigabyte is refused before it is read" {
    truncate -s 1G large
    # shellcheck disable=SC2016 # the program's name is $0 of the inner shell
    run --separate-stderr bash -c 'ulimit -d 65536; exec timeout 60 "$0" report large' "$PMEMBENCH"
    tell_refusal 1 "large: is larger than 256 MiB"
}

@test "what a file says does not lead the terminal: errors, text, Markdown and JSON" {
    evil='"\x1b]0;x\x07\u202e\u009b2J<script>|`*_[x](http://y)\n%s%n" * 20'
    changed "d['status'] = $evil"
    refused 1 "changed: status: '?]0;x?" "update pmembench" -- report changed
    changed "
for c in d['cells']:
    for m in ('path', 'copy', 'track', 'reason', 'size', 'stream_hash'):
        c[m] = $evil
d['run']['plan'] = d['machine']['cpu']['model'] = d['domain']['name'] = $evil
d['warnings'] = [{'code': $evil, 'message': $evil, 'hint': $evil}] * 100"
    for format in text markdown json; do
        pmb report changed --format $format >page
        clean page
        pmb report changed --format $format --all >page
        clean page
    done
    pmb report changed >page
    [ "$(wc -l <page)" -le 60 ]
    [ "$(wc -L <page)" -le 100 ]
    pmb report changed --format markdown >page
    run ! grep -q '<script' page
    pmb report changed --format json >again
    /usr/bin/python3 -c 'import json; assert json.load(open("changed")) == json.load(open("again"))'
}

@test "a million cells are refused by number, not by patience" {
    changed "d['cells'] = [{}] * 1000000"
    refused 1 "changed: cells: has 1000000 elements" -- report changed
    printf '[%s0]' "$(head -c 8000000 /dev/zero | sed 's/\x00/{},/g')" >objects
    refused 1 "objects: holds more than 2 million lists and objects" -- report objects
}

@test "--output: a link is not followed, and what could not be made is not left" {
    echo precious >precious
    ln -s precious link
    ln -s new dangling
    refused 1 "--output link" "new file" -- report "$good" --output link
    refused 1 "--output dangling" "new file" -- report "$good" --output dangling
    [ "$(cat precious)" = precious ]
    refused 1 "no-such-cell" -- report "$good" --cell no-such-cell --output new
    refused 1 "--output /dev/full" -- report "$good" --output /dev/full
    # shellcheck disable=SC2016
    run --separate-stderr bash -c 'ulimit -f 1; trap "" XFSZ; exec timeout 60 "$0" report "$1" --all --output new' \
        "$PMEMBENCH" "$good"
    tell_refusal 1 "cannot write"
    [ ! -e new ]
}

@test "--output and --out are nobody else's to write to, whatever the umask" {
    (umask 0; pmb report "$good" --output open; pmb run "${tiny[@]}" --quiet --out a/b >/dev/null)
    [ "$(stat -c %a open)" = 644 ]
    [ "$(stat -c %a a a/b)" = $'755\n755' ]
    [ -z "$(find a -perm /022)" ]
    (umask 077; pmb report "$good" --output closed; pmb run "${tiny[@]}" --quiet --out c/d >/dev/null)
    [ -z "$(find closed c -perm /077)" ]
}

@test "--out: neither a dangling link nor what lies behind one is written to" {
    mkdir -p theirs/result
    echo precious >theirs/result/result.json
    ln -s theirs/none dangling
    ln -s theirs/result full
    refused 1 "--out dangling" "File exists" -- run "${tiny[@]}" --out dangling
    refused 1 "--out full" "name another" -- run "${tiny[@]}" --out full
    [ "$(cat theirs/result/result.json)" = precious ]
}
