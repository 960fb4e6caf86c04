/* memcpy_clwb.c - a cached copy of the range, then the write-back of its lines */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/libc.h"
#include "strategies/writeback/lines.h"

static void memcpy_clwb_copy(void *dst, const void *src, size_t n)
{
    libc_copy(dst, src, n);
}

static void memcpy_clwb_finish(void *dst, size_t n)
{
    lines_each(dst, n, line_clwb);
}

const struct copy IN_LAYOUT(copy_memcpy_clwb) = {
    .name = "memcpy+clwb",
    .summary = "libc's cached copy of the range, then CLWB of its lines",
    .features = CPU_CLWB,
    .gpr_only = false,
    .resident = RESIDENT_AS_CLWB,
    .durable = true,
    .fence = FENCE_NEEDED,
    .copy = memcpy_clwb_copy,
    .finish = memcpy_clwb_finish,
};
