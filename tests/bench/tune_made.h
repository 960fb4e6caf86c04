/* tune_made.h - made-up processes: what they measure is known, and nobody starts them */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_BENCH_TUNE_MADE_H
#define TESTS_BENCH_TUNE_MADE_H

#include <math.h>
#include <string.h>

#include "bench/tune_rounds.h"

enum { CELLS = 4, RUNS = 1024 };

/* Processes that nobody starts. */
struct made {
    double (*cost)(const struct tune_set *set, unsigned round, size_t size); /* times as much as nothing */
    double noise;                                                            /* of a process, share */
    struct rng rng;
    unsigned most;       /* processes; then it ends */
    enum tune_end ends;  /* in this way */
    unsigned unforeseen; /* so many processes before it seemed to */
    unsigned ran, rounds;
    uint64_t seeds[RUNS];
    size_t sets[RUNS]; /* how many variables it had */
    size_t paths;      /* figures of so many paths; `cost` is of the first, `last` of the last of several */
    double last;
};

static inline bool has(const struct tune_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (!strcmp(set->list[i].name, name))
            return true;
    return false;
}

static inline double uniform(struct rng *rng)
{
    return (double)(rng_next(rng) >> 11) * 0x1p-53 * 2 - 1;
}

static inline enum tune_end made_run(void *state, const struct tune_set *set, uint64_t seed,
                                     struct tune_figures *out, struct error *err)
{
    struct made *m = state;
    (void)err;
    if (m->ran == m->most)
        return m->ends;
    if (m->ran && m->seeds[m->ran - 1] != seed)
        m->rounds++;
    m->seeds[m->ran] = seed;
    m->sets[m->ran++] = set->count;
    double process = m->noise * uniform(&m->rng);
    for (size_t p = 0, n = 0; p < m->paths; p++)
        for (size_t i = 0; i < (m->paths > 1 ? 1 : CELLS) * (size_t)PROVE_SIZES; i++)
            out->log_ns[n++] = log(100 + (double)i) + process +
                               log(!p                  ? m->cost(set, m->rounds, i % PROVE_SIZES)
                                   : p + 1 == m->paths ? m->last
                                                       : 1);
    return TUNE_RAN;
}

static inline double made_fits(void *state)
{
    const struct made *m = state;
    return m->most - m->ran + m->unforeseen;
}

static inline struct made make(double (*cost)(const struct tune_set *, unsigned, size_t), double noise)
{
    return (struct made){.cost = cost,
                         .noise = noise,
                         .rng = {.state = 5},
                         .most = RUNS,
                         .ends = TUNE_TIME,
                         .paths = 1,
                         .last = 1};
}

static inline struct tune_source source_of(struct made *m)
{
    return (struct tune_source){.state = m,
                                .sizes = PROVE_SIZES,
                                .cells = m->paths > 1 ? 1 : CELLS,
                                .run = made_run,
                                .fits = made_fits};
}

static inline double nothing(const struct tune_set *set, unsigned round, size_t size)
{
    (void)set;
    (void)round;
    (void)size;
    return 1;
}

#endif
