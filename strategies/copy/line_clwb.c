/* line_clwb.c - a cached copy that writes each line back by CLWB as soon as it is complete */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/by_line.h"

static void line_clwb_copy(void *dst, const void *src, size_t n)
{
    by_line_copy(dst, src, n, span_plain_line, line_clwb);
}

const struct copy IN_LAYOUT(copy_line_clwb) = {
    .name = "line+clwb",
    .summary = "8-byte moves, CLWB of each line as soon as it is complete",
    .features = CPU_CLWB,
    .gpr_only = true,
    .resident = RESIDENT_AS_CLWB,
    .durable = true,
    .fence = FENCE_NEEDED,
    .copy = line_clwb_copy,
    .finish = NULL,
};
