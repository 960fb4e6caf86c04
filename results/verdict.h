/* verdict.h - what may be said of a ratio and of a cell: the judgement over the statistics */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_VERDICT_H
#define RESULTS_VERDICT_H

#include <stdbool.h>

#include "results/stats.h"

/* Pure functions, thread-safe. */

enum verdict { VERDICT_FASTER, VERDICT_SLOWER, VERDICT_EQUIVALENT, VERDICT_UNRESOLVED, VERDICT_BISTABLE };
const char *stats_verdict_name(enum verdict v);
/* Said of b: equivalent when the interval lies inside [1/1.02, 1.02] and the floor is no wider; faster/slower
 * when p_holm < 0.05 and the interval excludes 1 and the ratio lies beyond the floor; else unresolved, as is
 * all without an interval or a floor. A bistable cell (either of the two) is bistable before all that. */
enum verdict stats_verdict(struct interval ratio, double p_holm, double floor_ratio, bool bistable);

/* About how many more rounds would settle an unresolved ratio: the half-width shrinks with the square root of
 * the rounds; 0 when the ratio is too near the border to say, or it would take more than 100000. */
unsigned stats_more_rounds(struct interval ratio, unsigned rounds, double floor_ratio);

/* true when the samples fall into two clusters: two-means split (of the splits that leave each side 20 %),
 * gap between cluster medians at least 10 % of the overall median and at least 6 times the larger
 * within-cluster MAD, each cluster at least 20 % of n, n >= 12. */
bool stats_bistable(const double *x, size_t n);

#endif
