/* pmem2_t.c - libpmem2's memcpy with PMEM2_F_MEM_TEMPORAL: a cached copy, flushed */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/pmem2.h"
#include "strategies/prim.h"

static void pmem2_t_copy(void *dst, const void *src, size_t n)
{
    libpmem2_copy_t(dst, src, n);
    prim_note(TRACE_LIBRARY, dst, n);
}

const struct copy IN_LAYOUT(copy_pmem2_t) = {
    .name = "pmem2-t",
    .summary = "libpmem2's memcpy with PMEM2_F_MEM_TEMPORAL: a cached copy, flushed",
    .features = CPU_SSE2 | CPU_CLFLUSH,
    .gpr_only = false,
    .resident = RESIDENT_AS_CLWB,
    .durable = true,
    .fence = FENCE_NEEDED,
    .opaque = true,
    .prepare = libpmem2_prepare,
    .copy = pmem2_t_copy,
    .finish = NULL,
};
