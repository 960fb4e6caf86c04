/* writeback.h - how fsync writes dirty lines back: the interface of strategies/writeback/ */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_WRITEBACK_H
#define STRATEGIES_WRITEBACK_H

#include <stddef.h>
#include <stdint.h>

#include "strategies/layout.h"

/* One write-back strategy; follows arch_wb_cache_pmem: each line of [start rounded down, start+n), no fence.
 */
struct writeback {
    const char *name;
    const char *summary;
    uint32_t features;
    void (*range)(const void *start, size_t n); /* NULL for `none`: the lines stay where they are */
};

enum writeback_id {
#define WRITEBACK(symbol) WRITEBACK_##symbol,
#include "strategies/writeback.def"
#undef WRITEBACK
    WRITEBACKS
};

const struct writeback *writeback_get(enum writeback_id id, unsigned layout);

#endif
