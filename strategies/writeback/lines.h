/* lines.h - the line loop of arch_wb_cache_pmem */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_WRITEBACK_LINES_H
#define STRATEGIES_WRITEBACK_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "strategies/prim.h"

/* The line that holds the byte. */
static inline const void *line_of(const void *byte)
{
    return (const uint8_t *)byte - (uintptr_t)byte % LINE;
}

/* Calls write_back for each line from the one that holds `start` up to start + n, no fence:
 * arch_wb_cache_pmem (clean_cache_range in arch/x86/lib/usercopy_64.c). As there, n = 0 is one line where
 * start is not aligned. */
static inline __attribute__((always_inline)) void lines_each(const void *start, size_t n,
                                                             void (*write_back)(const void *line))
{
    const uint8_t *end = (const uint8_t *)start + n;
    for (const uint8_t *line = line_of(start); line < end; line += LINE)
        write_back(line);
}

#endif
