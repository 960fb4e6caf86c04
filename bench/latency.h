/* latency.h - a run with --latency: which cells are stamped, their calls by round, and what the result says
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_LATENCY_H
#define BENCH_LATENCY_H

#include <jansson.h>

#include "bench/group.h"
#include "bench/plan.h"
#include "kernels/latency.h"

/* The stamped variant of one cell: its calls, and what they took on average in each round. */
struct stamped {
    uint64_t periods;                          /* of a visit */
    struct histogram write, fsync;             /* of all whole rounds */
    struct histogram round_write, round_fsync; /* of the round at hand */
    double *write_ns, *fsync_ns,
        *call_ns;    /* by round: ns/op in write() and in fsync(), ns a call of fsync() */
    double *path_ns; /* and of the whole stamped path, ns/op */
    double round_path_ns;
    unsigned rounds; /* in this process */
};

/* Chooses the cells whose calls are stamped: whole paths with surround=kernel. -1 (EXIT_USAGE) without any.
 */
int latency_choose(struct run_cells *cells, struct error *err);

/* What makes ns of this machine's stamps; measures about 1 ms. */
struct stamp_clock latency_clock(double tsc_ghz);

/* NULL when memory is short. */
struct stamped *stamped_create(void);
void stamped_free(struct stamped *s);

/* How many periods a visit has: those of a sample (`least`), and more, up to `most`, for about 1 ms of
 * periods of `ns` each: percentiles of fsync() need many. They may come to the same window again. */
void stamped_plan(struct stamped *s, uint64_t least, uint64_t most, double ns);

/* The calls of the visit that has just ended are the round's; path_ns: what an op of it took. */
void stamped_take(struct stamped *s, const struct cell *cell, double path_ns);
/* The round at hand is whole: it counts. Without a visit since the last time nothing happens. */
void stamped_keep(struct stamped *s, unsigned threads);
/* Room for that many rounds. -1 with err (EXIT_CANNOT). */
int stamped_reserve(struct stamped *s, unsigned rounds, struct error *err);

/* Fills latency of the cell's result (what was there is freed), and write, fsync and fsync_call_ns, which the
 * ledger's rungs, where there are any, tell without stamps. */
int latency_fill(const struct stamped *s, const struct stamp_clock *clock, struct result_cell *out,
                 struct error *err);

/* latency_state.c: all calls, and the means of rounds `first` and on. A new object, or NULL for want of
 * memory.
 */
json_t *stamped_state(const struct stamped *s, unsigned first);
/* Takes over such a state, which must go on where this one is, and have `rounds` rounds then (there is room
 * for them). false where it does not, or is damaged. */
bool stamped_restore(struct stamped *s, const json_t *from, unsigned rounds);

/* Warns of measured cells that have no latencies since another surround than `kernel` was asked for. */
void latency_warn(struct result *r);

#endif
