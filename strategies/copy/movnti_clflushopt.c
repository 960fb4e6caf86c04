/* movnti_clflushopt.c - what a DAX write() does on a CPU without CLWB */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/movnti.h"

static void movnti_clflushopt_copy(void *dst, const void *src, size_t n)
{
    movnti_copy(dst, src, n);
}

static void movnti_clflushopt_finish(void *dst, size_t n)
{
    movnti_fix_up(dst, n, line_clflushopt);
}

const struct copy IN_LAYOUT(copy_movnti_clflushopt) = {
    .name = "movnti+clflushopt",
    .summary = "as movnti, fixed up by CLFLUSHOPT: what the kernel does on CPUs without CLWB",
    .features = CPU_SSE2 | CPU_CLFLUSHOPT,
    .gpr_only = true,
    .resident = RESIDENT_NO,
    .durable = true,
    .fence = FENCE_INSIDE,
    .copy = movnti_clflushopt_copy,
    .finish = movnti_clflushopt_finish,
};
