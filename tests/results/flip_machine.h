/* flip_machine.h - seeded machines of known costs on which the search for a flip can be tried, without a
 * clock */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_RESULTS_FLIP_MACHINE_H
#define TESTS_RESULTS_FLIP_MACHINE_H

#include <math.h>
#include <string.h>

#include "results/flip.h"
#include "results/stats.h"
#include "tests/results/noise.h"

/* What B costs over A, by size. */
enum flip_curve {
    CURVE_EQUAL,    /* one strategy under two names */
    CURVE_PARALLEL, /* one is dearer by `height` everywhere */
    CURVE_SMOOTH, /* falls through 1 at `crossing`, its logarithm by `steep` an e-fold of size, to +-height */
    CURVE_STEP,   /* from height above to height below at `crossing` */
    CURVE_TWICE,  /* falls through 1 at `crossing`, rises through it again at `second` */
    CURVE_SAWTOOTH /* A cheaper at even multiples of 64 B, B at odd ones */
};

struct flip_machine {
    enum flip_curve curve;
    double crossing, second, steep, height;
    double noise;      /* standard deviation of the logarithm of one sample */
    unsigned wild;     /* this probe (from 1) is the other way round, whatever its rounds; 0: none */
    double wild_ratio; /* what it shows; 0: the inverse of the truth */
    struct rng rng;
};

/* What the program would ask for: powers of two first, 16 rounds, four times as many each time again. */
enum {
    SWEEP_FIRST = 64,
    SWEEP_LAST = 65536,
    SWEEP_SIZES = 11,
    ROUNDS_FIRST = 16,
    ROUNDS_MOST = 256,
    TRIES_MOST = 2
};
static const double flip_margin = 1.03, flip_factor = 1.25;

struct flip_search {
    struct flip flip;
    unsigned tries[FLIP_PROBES];
    unsigned asked; /* measurements in all */
    bool lawful;    /* flip_next kept its word */
};

static inline double falling(double size, double crossing, double steep, double height)
{
    return height * tanh(steep / height * log(crossing / size));
}

static inline double machine_log_ratio(const struct flip_machine *m, double size)
{
    switch (m->curve) {
    case CURVE_EQUAL:
        return 0;
    case CURVE_PARALLEL:
        return m->height;
    case CURVE_SMOOTH:
        return falling(size, m->crossing, m->steep, m->height);
    case CURVE_STEP:
        return size < m->crossing ? m->height : -m->height;
    case CURVE_TWICE:
        return size < sqrt(m->crossing * m->second) ? falling(size, m->crossing, m->steep, m->height)
                                                    : -falling(size, m->second, m->steep, m->height);
    case CURVE_SAWTOOTH:
        break;
    }
    return (uint64_t)size / 64 % 2 ? -m->height : m->height;
}

/* Both strategies in `rounds` rounds, as the program compares them. */
static inline struct interval machine_measure(struct flip_machine *m, uint64_t size, unsigned rounds,
                                              bool wild)
{
    double a[ROUNDS_MOST], b[ROUNDS_MOST], ratio = exp(machine_log_ratio(m, (double)size));
    if (wild)
        ratio = m->wild_ratio > 0 ? m->wild_ratio : 1 / ratio;
    for (unsigned i = 0; i < rounds; i++) {
        double neighbour = exp(3 * m->noise * uniform(&m->rng)); /* slows the whole round */
        a[i] = 500 * neighbour * exp(m->noise * normal(&m->rng));
        b[i] = 500 * neighbour * ratio * exp(m->noise * normal(&m->rng));
    }
    return stats_paired_ratio(a, b, rounds, 0.95).ratio;
}

/* Measures one size, again if it is there already, and takes it in. */
static inline bool search_take(struct flip_search *s, struct flip_machine *m, uint64_t size)
{
    size_t at = 0;
    while (at < s->flip.count && s->flip.probes[at].size < size)
        at++;
    if (at < s->flip.count && s->flip.probes[at].size == size) {
        s->tries[at]++;
    } else if (s->flip.count < FLIP_PROBES) {
        memmove(&s->tries[at + 1], &s->tries[at], (s->flip.count - at) * sizeof(s->tries[0]));
        s->tries[at] = 0;
    }
    unsigned rounds = ROUNDS_FIRST << (2 * (at < FLIP_PROBES ? s->tries[at] : 0));
    s->asked++;
    struct interval ratio = machine_measure(m, size, rounds, m->wild == s->asked);
    return flip_add(&s->flip, (struct flip_probe){size, ratio});
}

/* What flip_next promises of the size that it asks for. */
static inline bool search_lawful(const struct flip_search *s, uint64_t size)
{
    const struct flip *f = &s->flip;
    if (size < f->probes[0].size || size > f->probes[f->count - 1].size)
        return false;
    for (size_t i = 0; i < f->count; i++)
        if (f->probes[i].size == size)
            return flip_side(f->probes[i].ratio, f->margin) == FLIP_UNKNOWN && s->tries[i] < TRIES_MOST;
    return f->count < FLIP_PROBES && size % (size < 512 ? 8 : 64) == 0;
}

/* Probes until flip_next is content, at most as often as it can lawfully ask. */
static inline void search_go_on(struct flip_search *s, struct flip_machine *m)
{
    uint64_t size;
    while ((size = flip_next(&s->flip, flip_factor, s->tries, TRIES_MOST))) {
        if (!search_lawful(s, size) || s->asked > FLIP_PROBES * (TRIES_MOST + 1) ||
            !search_take(s, m, size)) {
            s->lawful = false;
            return;
        }
    }
}

static inline struct flip_search machine_search(struct flip_machine *m)
{
    struct flip_search s = {.flip = {.margin = flip_margin}, .lawful = true};
    for (uint64_t size = SWEEP_FIRST; size <= SWEEP_LAST; size *= 2)
        s.lawful = search_take(&s, m, size) && s.lawful;
    search_go_on(&s, m);
    return s;
}

static inline double log_uniform(struct rng *r, double low, double high)
{
    return low * exp(uniform(r) * log(high / low));
}

static inline bool flip_covers(struct flip_end end, double crossing)
{
    return end.low <= crossing && crossing <= end.high;
}

#endif
