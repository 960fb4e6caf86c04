/* region_written.h - how much a run writes to the memory under test, and where it must end (--max-written) */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REGION_WRITTEN_H
#define BENCH_REGION_WRITTEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bench/group.h"

struct written {
    uint64_t most;  /* bytes; 0: no limit */
    uint64_t bytes; /* estimate so far, from above: steps that a variant leaves out are counted too */
    bool exceeded;
};

/* What a visit of a cell writes at most: the dropped sample, the destination's state, and `periods` timed
 * periods. Pure. */
uint64_t written_visit(const struct stream *s, uint64_t periods);

/* Counts that visit; beyond the limit it asks for the end of the run (signals_ask) once. To be called by the
 * measuring thread after each visit; `w` may be NULL. */
void written_add(struct written *w, const struct stream *s, uint64_t periods);

/* What a first pass writes at least, with `fill` bytes for writing the memory once: its least rounds, of one
 * period a sample. Pure. */
uint64_t written_least(const struct group *groups, size_t count, uint64_t fill);

/* Refuses a run whose first pass would go beyond the limit. -1 with err (EXIT_CANNOT). Pure. */
int written_check(const struct written *w, uint64_t least, struct error *err);

#endif
