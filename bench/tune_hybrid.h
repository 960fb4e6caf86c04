/* tune_hybrid.h - the size at which path `hybrid` would switch, and the situation that it is for */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNE_HYBRID_H
#define BENCH_TUNE_HYBRID_H

#include "base/error.h"
#include "results/tuning.h"

/* Adds the proposal `hybrid` for the first situation of question fsync, the primary one before all others and
 * these in their order, whose crossover of hybrid's two halves was found; its size becomes whole lines. Adds
 * nothing where none was found. -1 with err for want of memory. */
int tune_propose_hybrid(struct tuning *t, struct error *err);

#endif
