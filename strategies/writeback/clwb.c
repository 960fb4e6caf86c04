/* clwb.c - write-back by CLWB: what fsync does today */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/writeback.h"
#include "strategies/writeback/lines.h"

static void clwb_range(const void *start, size_t n)
{
    lines_each(start, n, line_clwb);
}

const struct writeback IN_LAYOUT(writeback_clwb) = {
    .name = "clwb",
    .summary = "CLWB of each line: lines may stay in the cache",
    .features = CPU_CLWB,
    .range = clwb_range,
};
