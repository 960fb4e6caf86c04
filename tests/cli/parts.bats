#!/usr/bin/env bats
# parts.bats - every part that is listed can be run by its name, in every domain and granule, and with threads
# SPDX-License-Identifier: BSD-3-Clause
load common

# names SECTION: of `list`, those that this CPU can run
names() {
    "$PMEMBENCH" list --json | jq_py "[x['name'] for x in d['$1'] if x.get('available', True)]"
}

# jq_py EXPRESSION: over the JSON document d on stdin; a list is printed by commas
jq_py() {
    /usr/bin/python3 -c 'import json, sys
d = json.load(sys.stdin)
x = eval(sys.argv[1])
print(",".join(map(str, x)) if isinstance(x, list) else x)' "$1"
}

# measured OUT: all cells of OUT were measured, or skipped for want of a CPU feature
measured() {
    local bad
    bad=$(jq_py "[c['id'] + ': ' + c['status'] + ' ' + c['reason'] for c in d['cells']
        if c['status'] != 'measured' and 'this CPU lacks' not in c['reason']]" <"$1/result.json")
    [ -z "$bad" ] || fail "$bad"
    /usr/bin/python3 "$tree/tests/results/validate.py" "$1/result.json"
}

@test "every path" {
    pmb run "${tiny[@]}" --paths "$(names paths)" --quiet --out paths
    measured paths
    [ "$(jq_py "len(d['cells'])" <paths/result.json)" -ge 15 ]
}

@test "every copy under every write-back that fits, and every tracker" {
    pmb run "${tiny[@]/--paths/--copy}" --quiet --out unused 2>/dev/null && fail "a path is no copy"
    durable=$("$PMEMBENCH" list --json | jq_py "[x['name'] for x in d['copy'] if x['durable'] and x['available']]")
    pmb run --copy "$durable" --size 4095 --offset 3 --footprint 64K --max-time 0.1 --quiet --out copies
    measured copies
    cached=$("$PMEMBENCH" list --json | jq_py "[x['name'] for x in d['copy'] if not x['durable'] and x['available']]")
    trackers=$(names track | tr , '\n' | grep -v '^none$' | paste -sd,)
    pmb run --copy "$cached" --track "$trackers" --writeback clwb,clflushopt,clflush --footprint 64K \
        --max-time 0.1 --quiet --out trackers
    measured trackers
}

@test "every domain" {
    for domain in $(names domain | tr , ' '); do
        pmb run "${tiny[@]}" --domain "$domain" --quiet --out "domain-$domain"
        measured "domain-$domain"
    done
    [ "$(jq_py "d['domain']['drain']['kind']" <domain-flush-device/result.json)" = flush-request ]
    [ "$(jq_py "d['domain']['drain']['kind']" <domain-pcommit/result.json)" = pcommit ]
    [ "$(jq_py "d['domain']['drain']['provenance']" <domain-pcommit/result.json)" = "not known" ]
}

@test "a modelled drain stands beside, for each domain that has one" {
    for domain in hint flush-device pcommit; do
        pmb run --paths bypass,libpmem-nt,deferred-bitmap --size 4096 --footprint 64K --dirty size --domain "$domain" \
            --drain latency=300,bandwidth=2,queue=64K,refault=100 --max-time 0.1 --quiet --out "drain-$domain"
        measured "drain-$domain"
        # one write of a page: 300 ns, 4096 B at 2 GB/s, one refault; whichever way the bytes go
        [ "$(jq_py "{c['modelled_ns'] for c in d['cells']}" <"drain-$domain/result.json")" = "{2448.0}" ]
        [ "$(jq_py "d['domain']['drain']['provenance']" <"drain-$domain/result.json")" = modelled ]
    done
    refused 2 --drain "'adr' is executed" "flush-device" -- run --domain adr --drain latency=300,bandwidth=2,queue=64K
    [ "$(nproc)" -ge 2 ] || skip "one CPU only"
    pmb run --paths bypass,deferred-bitmap --size 4096 --footprint 64K --dirty size --domain hint --threads 2 \
        --drain latency=300,bandwidth=2,queue=64K --max-time 0.1 --quiet --out bracket
    [ "$(jq_py "{(c['modelled_ns'], c['modelled_serial_ns']) for c in d['cells']}" <bracket/result.json)" = "{(1174.0, 2348.0)}" ]
    [ "$(jq_py "len(d['run']['thread_cpus'])" <bracket/result.json)" = 2 ]
}

@test "granules from 64 bytes to 2 MiB" {
    pmb run --paths bypass,deferred-radix,deferred-xarray,deferred-bitmap,hybrid --granule 64,256,4096,2M --size 256 \
        --dirty 4096 --footprint 64K --max-time 0.1 --quiet --out granules
    measured granules
    # fsync writes whole granules back, however little changed
    per_op=$(jq_py "[round(c['counts']['lines_flushed'] * 16) for c in d['cells']
        if c['path'] == 'deferred-bitmap' and c['granule'] in ('4096', '2MiB')]" <granules/result.json)
    [ "$per_op" = 64,32768 ] || fail "$per_op"
}

@test "hybrid switches where it is told" {
    pmb run --paths bypass,hybrid,hybrid@1K --size 512,1024,4096 --footprint 64K --max-time 0.1 --quiet --out hybrid
    measured hybrid
    resolved=$(jq_py "[c['size'] + c['path'] + '=' + str(c['copy_resolved'] == 'movnti') + str(c['counts']['entries_marked'] > 0)
        for c in d['cells'] if c['path'] != 'bypass']" <hybrid/result.json)
    [ "$resolved" = "512hybrid=FalseTrue,512hybrid@1024=FalseTrue,1024hybrid=FalseTrue,1024hybrid@1024=TrueFalse,4096hybrid=TrueFalse,4096hybrid@1024=TrueFalse" ] ||
        fail "$resolved"
    refused 2 bypass "no size to switch at" -- run --paths bypass@1K
    refused 2 "hybrid" "'x'" -- run --paths hybrid@x
}

@test "two threads: times of each, counts as of one, one file or two" {
    [ "$(nproc)" -ge 2 ] || skip "one CPU only"
    pmb run --paths bypass,deferred-xarray,deferred-bitmap --threads 1,2 --files shared,own --size 4096 --dirty size \
        --footprint 64K --max-time 0.5 --quiet --out threads
    measured threads
    [ "$(jq_py "sorted({(c['threads'], len(c['thread_ns'])) for c in d['cells']})" <threads/result.json)" = \
        "('1', 0),('2', 2)" ]
    # an operation moves as many bytes and lines with two threads as with one
    [ "$(jq_py "len({(c['path'], c['counts']['nt_bytes'], c['counts']['bytes_copied'], c['counts']['fences'],
        c['counts']['entries_marked']) for c in d['cells']})" <threads/result.json)" = 3 ]
    # no thread takes longer for its half than the whole period, and one of them takes most of it
    [ "$(jq_py "all(min(c['samples']) / 4 < max(c['thread_ns']) / 2 <= max(c['samples']) for c in d['cells']
        if c['thread_ns'])" <threads/result.json)" = True ]
    key=$(jq_py "[c['key'] for c in d['cells'] if c['threads'] == '2'][0]" <threads/result.json)
    pmb report threads --cell "$key" | grep 'ns a write of each'
}

@test "what cannot be promised is refused" {
    [ "$(nproc)" -ge 2 ] || skip "one CPU only"
    refused 2 "radix-4.7" "--files own" -- run --copy rep-movsb --track radix-4.7 --threads 2
    pmb run --copy rep-movsb --track radix-4.7 --threads 2 --files own --footprint 64K --max-time 0.1 --quiet --out own
    measured own
    refused 2 "memcpy+cldemote" "cannot make them durable" -- run --copy memcpy+cldemote --track none
}
