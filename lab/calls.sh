#!/bin/sh
# calls.sh - in the guest: sets tracepoints and kprobes, runs lab_fidelity plain, leaves the trace in /out
# SPDX-License-Identifier: BSD-3-Clause
# usage: lab/run --script lab/calls.sh --program lab_fidelity --out DIR PLATFORM FS -- ARGUMENT...
set -eu
tracing=/sys/kernel/tracing
echo 0 >$tracing/tracing_on
echo 16384 >$tracing/buffer_size_kb

# The copy of a write(), its fix-ups, fsync's flushes, and drains. __copy_user_nocache itself cannot be probed.
cat >$tracing/kprobe_events <<'END'
p:pmb/copy __copy_user_flushcache n=%dx:u32
p:pmb/fixup clean_cache_range a=%di:u64 n=%si:u64
p:pmb/writeback arch_wb_cache_pmem a=%di:u64 n=%si:u64
p:pmb/drain nvdimm_flush
END
if [ "$LAB_PLATFORM" = posted ]; then
    echo 'p:pmb/request virtio_pmem_flush' >>$tracing/kprobe_events
fi
for event in pmb fs_dax/dax_writeback_one fs_dax/dax_pte_fault_done fs_dax/dax_pmd_fault_done \
    syscalls/sys_exit_fdatasync; do
    echo 1 >"$tracing/events/$event/enable"
done
uname -srv >/out/kernel
echo 1 >$tracing/tracing_on
"$PMEMBENCH" --plain $tracing/trace_marker "$@" /mnt/pmem >/out/manifest
echo 0 >$tracing/tracing_on
cat $tracing/trace >/out/trace
