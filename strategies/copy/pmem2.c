/* pmem2.c - libpmem2's memcpy, which chooses by length: cached and flushed, or non-temporal */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/pmem2.h"
#include "strategies/prim.h"

/* RESIDENT_NO is right from libpmem2's threshold on (256 bytes; PMEM_MOVNT_THRESHOLD); shorter copies stay as
 * after pmem2-t. */
static void pmem2_copy(void *dst, const void *src, size_t n)
{
    libpmem2_copy(dst, src, n);
    prim_note(TRACE_LIBRARY, dst, n);
}

const struct copy IN_LAYOUT(copy_pmem2) = {
    .name = "pmem2",
    .summary = "libpmem2's memcpy, which chooses by length: cached and flushed, or non-temporal",
    .features = CPU_SSE2 | CPU_CLFLUSH,
    .gpr_only = false,
    .resident = RESIDENT_NO,
    .durable = true,
    .fence = FENCE_NEEDED,
    .opaque = true,
    .prepare = libpmem2_prepare,
    .copy = pmem2_copy,
    .finish = NULL,
};
