/* tune_library.h - the variables of libpmem2's environment that can be of use here */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNE_LIBRARY_H
#define BENCH_TUNE_LIBRARY_H

#include "bench/tune_rounds.h"

/* One value of one variable, to be tried against none. */
struct tune_candidate {
    struct tune_variable variable;
    char what[LINE_TEXT]; /* what it does, one sentence */
};

/* What libpmem2 1.12 does something with on a CPU with these features (cpu_features()), the likeliest gains
 * first: thresholds where `t` found crossovers, and its vendor. At most TUNE_VARIANTS - 1. Returns how many.
 * Pure. */
size_t tune_candidates(const struct tuning *t, uint32_t features, struct tune_candidate *out);

/* Whether one of two variables has no effect beside the other. Pure. */
bool tune_rivals(const char *a, const char *b);

/* Whether a library's copy can be measured in this domain: it has no drain but a store fence. Pure. */
bool tune_library_fits(const char *domain);

#endif
