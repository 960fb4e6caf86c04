/* tune_judge.h - what is proposed, and what is kept of it, by the figures of fresh processes */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNE_JUDGE_H
#define BENCH_TUNE_JUDGE_H

#include "bench/tune_library.h"
#include "bench/tune_rounds.h"

/* All add to t->proposals or t->proofs and go on until they are through, or the source ends; with TUNE_FAILED
 * err is set. What is in t is valid at each end. */

/* Tries each candidate against none. One goes as soon as a pair of its does not win, since then its interval
 * over TUNE_ROUNDS_LEAST pairs cannot lie below 1. What the time does not allow comes later or not. *tried:
 * how many were judged. */
enum tune_end tune_try(struct tuning *t, const struct tune_candidate *candidates, size_t count,
                       const struct tune_source *source, uint64_t seed, unsigned *tried, struct error *err);

/* What proofs say of where they were made. */
struct tune_ground {
    struct tune_draw draw; /* of sizes, anew for each round */
    uint64_t seed;         /* as given, for the file */
    uint64_t rounds_seed;  /* of the rounds' seeds and sizes */
};

/* Each proposal of kind environment by itself, the greatest found gains first. Then the best of those that
 * won is kept, and the others are added to it one by one, the better first: one stays if all that are kept
 * with it cost provably less than nothing and than all without it, and no class provably loses against
 * either. */
enum tune_end tune_judge_environment(struct tuning *t, const struct tune_source *source,
                                     const struct tune_ground *ground, struct error *err);

/* Proposal `hybrid` against `count` (at most 2) pure paths `against`: figures are those of hybrid, then of
 * each pure path, all of one process. `share` of the time may be spent. */
enum tune_end tune_judge_hybrid(struct tuning *t, struct tuning_proposal *hybrid, const char *const *against,
                                size_t count, const struct tune_source *source, double share,
                                const struct tune_ground *ground, struct error *err);

/* Makes the proposal one that was not proven, and says why. */
void tune_unproven(struct tuning_proposal *p, enum tune_end end);

#endif
