/* line_clflushopt.c - a cached copy that flushes each line by CLFLUSHOPT as soon as it is complete */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/by_line.h"

static void line_clflushopt_copy(void *dst, const void *src, size_t n)
{
    by_line_copy(dst, src, n, span_plain_line, line_clflushopt);
}

const struct copy IN_LAYOUT(copy_line_clflushopt) = {
    .name = "line+clflushopt",
    .summary = "8-byte moves, CLFLUSHOPT of each line as soon as it is complete: dm-writecache",
    .features = CPU_CLFLUSHOPT,
    .gpr_only = true,
    .resident = RESIDENT_NO,
    .durable = true,
    .fence = FENCE_NEEDED,
    .copy = line_clflushopt_copy,
    .finish = NULL,
};
