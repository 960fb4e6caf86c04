/* memcpy_clflush.c - a cached copy of the range, then CLFLUSH of its lines */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/libc.h"
#include "strategies/writeback/lines.h"

static void memcpy_clflush_copy(void *dst, const void *src, size_t n)
{
    libc_copy(dst, src, n);
}

/* CLFLUSHes are ordered among themselves and with stores (SDM vol. 2), so that the fence has little left to
 * wait for; it is asked for all the same, as of the other write-backs. */
static void memcpy_clflush_finish(void *dst, size_t n)
{
    lines_each(dst, n, line_clflush);
}

const struct copy IN_LAYOUT(copy_memcpy_clflush) = {
    .name = "memcpy+clflush",
    .summary = "libc's cached copy of the range, then CLFLUSH of its lines, one after the other",
    .features = CPU_CLFLUSH,
    .gpr_only = false,
    .resident = RESIDENT_NO,
    .durable = true,
    .fence = FENCE_NEEDED,
    .copy = memcpy_clflush_copy,
    .finish = memcpy_clflush_finish,
};
