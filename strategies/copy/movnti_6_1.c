/* movnti_6_1.c - what a DAX write() did in Linux 6.1 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/movnti.h"

/* __copy_user_nocache of Linux up to 6.3 (arch/x86/lib/copy_user_64.S): the head (ALIGN_DESTINATION) and the
 * tail go byte by byte through the cache, less than 8 bytes are a tail at once, and one fence ends every
 * copy, even of nothing. */
static void movnti_6_1_copy(void *dst, const void *src, size_t n)
{
    struct span s = {dst, src, n};
    if (s.left >= 8) {
        while ((uintptr_t)s.to % 8)
            span_plain1(&s);
        while (s.left >= 64)
            span_nt_line(&s);
        while (s.left >= 8)
            span_nt8(&s);
    }
    if (s.left >= 4 && (uintptr_t)s.to % 4 == 0)
        span_nt4(&s);
    while (s.left)
        span_plain1(&s);
    store_fence();
}

static void movnti_6_1_finish(void *dst, size_t n)
{
    movnti_fix_up(dst, n, line_clwb);
}

const struct copy IN_LAYOUT(copy_movnti_6_1) = {
    .name = "movnti-6.1",
    .summary = "__copy_user_flushcache of Linux 6.1: head and tail by bytes, the fence last",
    .features = CPU_SSE2 | CPU_CLWB,
    .gpr_only = true,
    .resident = RESIDENT_NO,
    .durable = true,
    .fence = FENCE_INSIDE,
    .copy = movnti_6_1_copy,
    .finish = movnti_6_1_finish,
};
