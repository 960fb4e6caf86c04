/* memcpy_clflushopt.c - a cached copy of the range, then CLFLUSHOPT of its lines */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/libc.h"
#include "strategies/writeback/lines.h"

static void memcpy_clflushopt_copy(void *dst, const void *src, size_t n)
{
    libc_copy(dst, src, n);
}

static void memcpy_clflushopt_finish(void *dst, size_t n)
{
    lines_each(dst, n, line_clflushopt);
}

const struct copy IN_LAYOUT(copy_memcpy_clflushopt) = {
    .name = "memcpy+clflushopt",
    .summary = "libc's cached copy of the range, then CLFLUSHOPT of its lines",
    .features = CPU_CLFLUSHOPT,
    .gpr_only = false,
    .resident = RESIDENT_NO,
    .durable = true,
    .fence = FENCE_NEEDED,
    .copy = memcpy_clflushopt_copy,
    .finish = memcpy_clflushopt_finish,
};
