/* pmem2_nt.c - libpmem2's memcpy with PMEM2_F_MEM_NONTEMPORAL */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/pmem2.h"
#include "strategies/prim.h"

static void pmem2_nt_copy(void *dst, const void *src, size_t n)
{
    libpmem2_copy_nt(dst, src, n);
    prim_note(TRACE_LIBRARY, dst, n);
}

const struct copy IN_LAYOUT(copy_pmem2_nt) = {
    .name = "pmem2-nt",
    .summary = "libpmem2's memcpy with PMEM2_F_MEM_NONTEMPORAL",
    .features = CPU_SSE2 | CPU_CLFLUSH,
    .gpr_only = false,
    .resident = RESIDENT_NO,
    .durable = true,
    .fence = FENCE_NEEDED,
    .opaque = true,
    .prepare = libpmem2_prepare,
    .copy = pmem2_nt_copy,
    .finish = NULL,
};
