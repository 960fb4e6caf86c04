/* tune_fresh.h - figures of fresh processes, until a deadline */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNE_FRESH_H
#define BENCH_TUNE_FRESH_H

#include "bench/tune_rounds.h"

enum { TUNE_PATHS = 3 };

/* Processes of one plan. */
struct tune_fresh {
    const struct tune_processes *all;
    uint64_t deadline; /* clock_now_ns() */
    json_t *plan;      /* owned */
    uint64_t sizes[PROVE_SIZES];
    size_t size_count, blocks, path_count;
    char paths[TUNE_PATHS][NAME_TEXT];
    double spent_s, longest_s; /* by processes so far */
    unsigned ran;
};

/* libpmem2's own copy, each write durable by itself: warm and cold source, aligned and not. -1 with err. */
int tune_fresh_library(struct tune_fresh *fresh, const struct tune_processes *all, const uint64_t *sizes,
                       size_t count, uint64_t deadline, struct error *err);
/* write() then fsync() by up to TUNE_PATHS paths. -1 with err. */
int tune_fresh_paths(struct tune_fresh *fresh, const struct tune_processes *all, const char *const *paths,
                     size_t path_count, const uint64_t *sizes, size_t count, uint64_t deadline,
                     struct error *err);
void tune_fresh_close(struct tune_fresh *fresh);

/* Figures of path p are at [p * blocks * sizes]. Borrows fresh. */
struct tune_source tune_fresh_source(struct tune_fresh *fresh);

#endif
