/* tune_fresh.h - figures of fresh processes, until a deadline */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNE_FRESH_H
#define BENCH_TUNE_FRESH_H

#include "bench/tune_rounds.h"

enum { TUNE_PATHS = 3 };

/* Processes of one plan, each with the sizes of its round. */
struct tune_fresh {
    const struct tune_processes *all;
    uint64_t deadline; /* clock_now_ns() */
    json_t *plan;      /* owned */
    size_t blocks, path_count;
    const char *const *what; /* words for each block; NULL: there is one */
    char paths[TUNE_PATHS][NAME_TEXT];
    double spent_s, longest_s; /* by processes so far */
    unsigned ran;
};

/* libpmem2's own copy, each write durable by itself: warm and cold source, aligned and not. -1 with err. */
int tune_fresh_library(struct tune_fresh *fresh, const struct tune_processes *all, uint64_t deadline,
                       struct error *err);
/* write() then fsync() by up to TUNE_PATHS paths, in the situation with this id: those axes of it that there
 * are; the others as in the primary one. -1 with err. */
int tune_fresh_paths(struct tune_fresh *fresh, const struct tune_processes *all, const char *situation,
                     const char *const *paths, size_t path_count, uint64_t deadline, struct error *err);
/* Gives the plan the sizes of one round, as each process does. -1 with err. */
int tune_fresh_sizes(struct tune_fresh *fresh, const struct tune_sizes *sizes, struct error *err);
void tune_fresh_close(struct tune_fresh *fresh);

/* Borrows fresh. */
struct tune_source tune_fresh_source(struct tune_fresh *fresh);

#endif
