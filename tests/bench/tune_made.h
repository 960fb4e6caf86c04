/* tune_made.h - made-up processes: what they measure is known, and nobody starts them */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_BENCH_TUNE_MADE_H
#define TESTS_BENCH_TUNE_MADE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tune_judge.h"

enum { CELLS = 4, RUNS = 1024 };

/* Processes that nobody starts. */
struct made {
    double (*cost)(const struct tune_set *set, unsigned round, size_t size); /* times as much as nothing */
    double (*by_size)(const struct tune_set *set, size_t cell,
                      uint64_t size); /* NULL; that many times more */
    double noise;                     /* of a process, share */
    struct rng rng;
    unsigned most;       /* processes; then it ends */
    enum tune_end ends;  /* in this way */
    unsigned unforeseen; /* so many processes before it seemed to */
    unsigned ran, rounds;
    uint64_t seeds[RUNS];
    size_t sets[RUNS]; /* how many variables it had */
    struct tune_sizes sizes[RUNS];
    size_t paths; /* figures of so many paths; `cost` is of the first, `last` of the last of several */
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

static inline enum tune_end made_run(void *state, const struct tune_set *set, const struct tune_sizes *sizes,
                                     uint64_t seed, struct tune_figures *out, struct error *err)
{
    struct made *m = state;
    (void)err;
    if (m->ran == m->most)
        return m->ends;
    if (m->ran && m->seeds[m->ran - 1] != seed)
        m->rounds++;
    m->seeds[m->ran] = seed;
    m->sizes[m->ran] = *sizes;
    m->sets[m->ran++] = set->count;
    double process = m->noise * uniform(&m->rng);
    for (size_t p = 0, n = 0; p < m->paths; p++)
        for (size_t i = 0; i < (m->paths > 1 ? 1 : CELLS) * (size_t)PROVE_SIZES; i++, n++) {
            size_t z = i % PROVE_SIZES, cell = i / PROVE_SIZES;
            double more = m->by_size && !p && z < sizes->count ? m->by_size(set, cell, sizes->list[z]) : 1;
            if (z < sizes->count)
                out->log_ns[n] = log(100 + (double)i) + process +
                                 log(more * (!p                  ? m->cost(set, m->rounds, z)
                                             : p + 1 == m->paths ? m->last
                                                                 : 1));
        }
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
    static const char *const what[] = {"cell 0", "cell 1", "cell 2", "cell 3"};
    return (struct tune_source){.state = m,
                                .cells = m->paths > 1 ? 1 : CELLS,
                                .what = m->paths > 1 ? NULL : what,
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

static const uint64_t searched[] = {64, 128, 256, 1024, 4096, 16384, 65536};
static const struct tune_ground ground = {{{searched, 7}, 0}, 42, 43};

static inline void add(struct tuning *t, const char *name, double gain)
{
    t->proposals = realloc(t->proposals, (t->proposal_count + 1) * sizeof(*t->proposals));
    assert_non_null(t->proposals);
    struct tuning_proposal *p = &t->proposals[t->proposal_count++];
    *p = (struct tuning_proposal){.kind = "environment", .value = "1", .found_gain = gain};
    snprintf(p->name, sizeof(p->name), "%s", name);
    snprintf(p->id, sizeof(p->id), "libpmem/%s", name);
}

static inline void drop(struct tuning *t)
{
    for (size_t i = 0; i < t->proof_count; i++)
        free(t->proofs[i].sizes);
    free(t->proofs);
    free(t->proposals);
}

static inline const struct tuning_proof *proof_of(const struct tuning *t, const char *id)
{
    for (size_t i = 0; i < t->proof_count; i++)
        if (!strcmp(t->proofs[i].id, id))
            return &t->proofs[i];
    return NULL;
}

static inline enum tune_end judge(struct tuning *t, struct made *m)
{
    struct error err = {0};
    struct tune_source source = source_of(m);
    return tune_judge_environment(t, &source, &ground, &err);
}

#endif
