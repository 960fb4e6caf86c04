/* tune_rounds.h - several variants of one thing in rounds of fresh processes, and what their pairs tell */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNE_ROUNDS_H
#define BENCH_TUNE_ROUNDS_H

#include "base/rng.h"
#include "bench/tune_prove.h"
#include "bench/tune_sizes.h"

enum {
    TUNE_TOGETHER = 8,  /* variables of one environment */
    TUNE_VARIANTS = 24, /* of one contest, the one without variables among them */
    TUNE_FIGURES = 64,  /* of one process */
    TUNE_ROUNDS = 12,   /* at most */
    TUNE_CELLS = 4,     /* of each size of a process, for one path */
    TUNE_CLASSES = 4 * TUNE_CELLS,
    TUNE_ROUNDS_LEAST = 6 /* below it a median has no interval at 95 % */
};

/* Variables that are set together. */
struct tune_set {
    struct tune_variable list[TUNE_TOGETHER];
    size_t count;
};

/* The sizes of one round, the same for all of its processes. */
struct tune_sizes {
    uint64_t list[PROVE_SIZES];
    size_t count;
};

/* What one process measured: natural logarithms of median ns a write; cell c of size z of path p at
 * [(p * cells + c) * PROVE_SIZES + z]; NAN: not measured. */
struct tune_figures {
    double log_ns[TUNE_FIGURES];
};

enum tune_end {
    TUNE_RAN,
    TUNE_TIME,   /* no more can be run before the deadline */
    TUNE_SIGNAL, /* that asked for an end */
    TUNE_FAILED  /* with err */
};

/* Where figures come from: fresh processes, or a test's. */
struct tune_source {
    void *state;
    size_t cells;            /* of each size that are averaged, at most TUNE_CELLS */
    const char *const *what; /* words for each; NULL: there is one, which needs none */
    /* One process with these variables. */
    enum tune_end (*run)(void *state, const struct tune_set *set, const struct tune_sizes *sizes,
                         uint64_t seed, struct tune_figures *out, struct error *err);
    double (*fits)(void *state); /* how many more processes the time allows, by those before */
};

/* Variants in rounds: each round runs each of them once, with a seed and sizes of its own, beginning with
 * another one. */
struct tune_contest {
    const struct tune_set *sets; /* one a variant; not owned */
    size_t variants;
    bool out[TUNE_VARIANTS];      /* not run any more */
    const struct tune_draw *draw; /* of the rounds' sizes, not owned; NULL: those that are tried, in each */
    unsigned rounds;              /* complete ones */
    struct rng seeds;
    struct tune_sizes sizes[TUNE_ROUNDS];
    struct tune_figures figures[TUNE_ROUNDS][TUNE_VARIANTS]; /* NAN where a variant was out */
};

/* NULL with err for want of memory; free() it. At most TUNE_VARIANTS. */
struct tune_contest *tune_contest_new(const struct tune_set *sets, size_t variants,
                                      const struct tune_draw *draw, uint64_t seed, struct error *err);

/* One round more (below TUNE_ROUNDS). What an unfinished one measured does not count. */
enum tune_end tune_contest_round(struct tune_contest *contest, const struct tune_source *source,
                                 struct error *err);

/* How many rounds the time allows for `variants` processes each, of those that use it best: an interval at 95
 * % leaves none of 6 ratios outside on either side, one of 9, two of 12. At least 6 even where they do not
 * fit. */
unsigned tune_rounds_wanted(double processes, size_t variants);

/* All sizes of its rounds, rising, each once: at most TUNE_ROUNDS * PROVE_SIZES into `out`. Returns how many.
 */
size_t tune_contest_sizes(const struct tune_contest *contest, uint64_t *out);

/* One side of a pair: the figures of one path of one variant. */
struct tune_side {
    size_t variant, path;
};

/* Differences of logarithms, one a pair. A class is one cell's whole lines or the other sizes, on one side of
 * the draw's `from`. */
struct tune_pairs {
    size_t count;
    double mean[TUNE_ROUNDS];                /* over all cells and sizes */
    double class[TUNE_CLASSES][TUNE_ROUNDS]; /* over those of each class; NAN */
    const char *const *what;                 /* the source's */
    uint64_t from;                           /* the draw's */
};

/* The pairs of all rounds in which both sides have something in common. */
void tune_pairs_of(const struct tune_contest *contest, const struct tune_source *source,
                   struct tune_side with, struct tune_side without, struct tune_pairs *pairs);

/* Cost ratio: the median over the pairs with its interval at 95 %. */
struct interval tune_pairs_ratio(const struct tune_pairs *pairs);
/* faster, slower, equivalent, unresolved: a constant. */
const char *tune_verdict(struct interval ratio);
/* The proof's ratio, verdict, pairs, best and worst (one that provably loses, if there is any); kept: the
 * interval lies below 1, and no class provably loses. */
void tune_pairs_fill(const struct tune_pairs *pairs, struct tuning_proof *proof);
/* Whether its worst class costs provably more than TUNING_MARGIN allows. */
bool tune_class_loses(const struct tuning_proof *proof);

#endif
