/* memcpy_cldemote.c - a cached copy of the range, then CLDEMOTE of its lines */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/libc.h"
#include "strategies/writeback/lines.h"

static void memcpy_cldemote_copy(void *dst, const void *src, size_t n)
{
    libc_copy(dst, src, n);
}

/* CLDEMOTE is a hint: the lines stay in the caches, farther from the core, and nothing is durable by it. */
static void memcpy_cldemote_finish(void *dst, size_t n)
{
    lines_each(dst, n, line_cldemote);
}

const struct copy IN_LAYOUT(copy_memcpy_cldemote) = {
    .name = "memcpy+cldemote",
    .summary = "libc's cached copy, then CLDEMOTE of its lines: a hint to move them to a farther cache",
    .features = CPU_CLDEMOTE,
    .gpr_only = false,
    .resident = RESIDENT_YES,
    .durable = false,
    .fence = FENCE_NONE,
    .copy = memcpy_cldemote_copy,
    .finish = memcpy_cldemote_finish,
};
