/* movq.c - the kernel's cached copy on CPUs without fast strings, step for step */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/copy.h"
#include "strategies/copy/steps.h"

/* copy_user_generic_unrolled (arch/x86/lib/copy_user_64.S up to Linux 6.3), its ALIGN_DESTINATION among them.
 */
static void movq_copy(void *dst, const void *src, size_t n)
{
    struct span s = {dst, src, n};
    if (s.left >= 8) {
        while ((uintptr_t)s.to % 8)
            span_plain1(&s);
        while (s.left >= 64)
            span_plain_line(&s);
        while (s.left >= 8)
            span_plain8(&s);
    }
    while (s.left)
        span_plain1(&s);
}

const struct copy IN_LAYOUT(copy_movq) = {
    .name = "movq",
    .summary = "unrolled 8-byte loads and stores: the kernel's cached copy on CPUs without ERMS",
    .features = 0,
    .gpr_only = true,
    .resident = RESIDENT_YES,
    .durable = false,
    .fence = FENCE_NONE,
    .copy = movq_copy,
    .finish = NULL,
};
