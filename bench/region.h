/* region.h - the memory under test */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REGION_H
#define BENCH_REGION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "results/result.h"

struct region {
    unsigned char *base;
    uint64_t bytes, mapped;
    struct result_region facts;
    bool granularity_byte;         /* libpmem2: caches are inside the persistence domain */
    struct result_warning warning; /* code empty: none */
};

/* Maps `bytes` and writes them once. path NULL: anonymous memory in huge pages on this CPU's node (checked in
 * smaps; without them there is a warning). Else a file that must not exist yet: it is made, mapped through
 * libpmem2, and unlinked at once, so that nothing is left behind. -1 with err (EXIT_CANNOT). */
int region_open(struct region *r, const char *path, uint64_t bytes, struct error *err);
void region_close(struct region *r);

#endif
