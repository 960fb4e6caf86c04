/* clflushopt.c - write-back by CLFLUSHOPT: what fsync does on CPUs without CLWB */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/writeback.h"
#include "strategies/writeback/lines.h"

static void clflushopt_range(const void *start, size_t n)
{
    lines_each(start, n, line_clflushopt);
}

const struct writeback IN_LAYOUT(writeback_clflushopt) = {
    .name = "clflushopt",
    .summary = "CLFLUSHOPT of each line: lines leave the cache",
    .features = CPU_CLFLUSHOPT,
    .range = clflushopt_range,
};
