/* region_stores.h - memory that is stored to through a mapping whose pages can be write-protected one by one
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REGION_STORES_H
#define BENCH_REGION_STORES_H

#include "bench/region.h"

struct region_stores {
    unsigned char *base; /* where file offset 0 is mapped; NULL: not open */
    uint64_t bytes, mapped;
};

/* A file or a device is mapped a second time, all of it, with MAP_SYNC where the region has it: its pages are
 * the same, its page table entries others. Beside anonymous memory, which is in huge pages, it is other
 * memory of `bytes`, rounded up to 2 MiB, in pages of 4 KiB (`huge`: in huge pages again), on the same node,
 * written once. It is guarded against SIGBUS as the region is. Only one is open at a time. -1 with err
 * (EXIT_CANNOT). */
int region_stores_open(struct region_stores *s, const struct region *r, const struct region_request *q,
                       uint64_t bytes, bool huge, struct error *err);

/* Unmaps; before the region is closed. Safe on a zeroed one. */
void region_stores_close(struct region_stores *s);

#endif
