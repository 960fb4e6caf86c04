/* region_written.h - how much a run has written to the memory under test, and where it must end
 * (--max-written) */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REGION_WRITTEN_H
#define BENCH_REGION_WRITTEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bench/group.h"

struct written {
    uint64_t most;  /* bytes; 0: no limit */
    uint64_t bytes; /* stored so far, by everything: the region's first filling, warm-up, conditioning, what a
                       variant left out and is done after its clock, counting */
    bool exceeded;
};

/* Counts `bytes` more (visit.written of kernels/cell.h); at the limit it asks for the end of the run
 * (signals_ask) once. To be called by the measuring thread after whatever has written, so that a run goes
 * beyond the limit by one visit at most. `w` may be NULL. */
void written_add(struct written *w, uint64_t bytes);

/* What a first pass surely writes, and mostly much less than it will: the memory once (`fill` bytes, in whole
 * 2 MiB), then for each variant ROUNDS_LEAST visits of one dropped and one timed period. Pure. */
uint64_t written_least(const struct group *groups, size_t count, uint64_t fill);

/* Refuses a run whose first pass would go beyond the limit. -1 with err (EXIT_CANNOT). Pure. */
int written_check(const struct written *w, uint64_t least, struct error *err);

#endif
