/* clflush.c - write-back by CLFLUSH: what was there before CLFLUSHOPT */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/writeback.h"
#include "strategies/writeback/lines.h"

static void clflush_range(const void *start, size_t n)
{
    lines_each(start, n, line_clflush);
}

const struct writeback IN_LAYOUT(writeback_clflush) = {
    .name = "clflush",
    .summary = "CLFLUSH of each line, one after the other: lines leave the cache",
    .features = CPU_CLFLUSH,
    .range = clflush_range,
};
