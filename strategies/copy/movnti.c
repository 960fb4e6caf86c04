/* movnti.c - what a DAX write() does today */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/movnti.h"

static void movnti_kernel_copy(void *dst, const void *src, size_t n)
{
    movnti_copy(dst, src, n);
}

static void movnti_finish(void *dst, size_t n)
{
    movnti_fix_up(dst, n, line_clwb);
}

const struct copy IN_LAYOUT(copy_movnti) = {
    .name = "movnti",
    .summary = "__copy_user_flushcache of Linux 6.4 and later: what a DAX write() does today",
    .features = CPU_SSE2 | CPU_CLWB,
    .gpr_only = true,
    .resident = RESIDENT_NO,
    .durable = true,
    .fence = FENCE_INSIDE,
    .copy = movnti_kernel_copy,
    .finish = movnti_finish,
};
