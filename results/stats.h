/* stats.h - the statistics over a run: pure functions, no clock in sight */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_STATS_H
#define RESULTS_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/result.h"

/* All take arrays of n finite doubles, leave them as they are, allocate what they need, and are thread-safe.
 * Empty input gives NAN. */

double stats_median(const double *x, size_t n);
/* Median absolute deviation from the median, unscaled. */
double stats_mad(const double *x, size_t n);
/* Percentile p in (0,1), by nearest rank; NAN unless n (1-p) >= 5. */
double stats_percentile(const double *x, size_t n, double p);
/* Beyond 3 x 1.4826 MAD from the median. 0 when the MAD is 0 and all are equal. */
size_t stats_outliers(const double *x, size_t n);
struct summary stats_summary(const double *x, size_t n);

/* Median with its order-statistic (sign) interval of at least `confidence` coverage (exact binomial).
 * low/high NAN when n is too small for the confidence (n < 6 at 95 %). */
struct interval stats_median_interval(const double *x, size_t n, double confidence);
/* Two-sided sign test of median == centre: the p value, exact; ties with the centre are dropped. 1 for n ==
 * 0. */
double stats_sign_test(const double *x, size_t n, double centre);

/* First-order autocorrelation of x in its order; 0 for n < 4 or no variance. */
double stats_autocorrelation(const double *x, size_t n);
/* How many consecutive values to average into a block: 1, 2, 3 or 4, the smallest whose block means show no
 * autocorrelation beyond 2/sqrt(blocks); 4 when none does. */
unsigned stats_block_size(const double *x, size_t n);
/* Means of consecutive blocks of `size` (an incomplete last block is dropped) into out (n/size); returns how
 * many. */
size_t stats_block_means(const double *x, size_t n, unsigned size, double *out);

/* Paired cost ratio b/a from samples of the same rounds: median of log(b/a), block-wise where autocorrelated,
 * interval at `confidence`, p the sign test against 1. */
struct paired_ratio {
    struct interval ratio;
    double p;
    unsigned blocks, block_size;
};
struct paired_ratio stats_paired_ratio(const double *a, const double *b, size_t n, double confidence);

/* Holm's step-down: adjusted p values into out (may be p itself). */
void stats_holm(const double *p, size_t n, double *out);

/* true when the samples fall into two clusters: two-means split (of the splits that leave each side 20 %),
 * gap between cluster medians at least 10 % of the overall median and at least 6 times the larger
 * within-cluster MAD, each cluster at least 20 % of n, n
 * >= 12. */
bool stats_bistable(const double *x, size_t n);

enum verdict { VERDICT_FASTER, VERDICT_SLOWER, VERDICT_EQUIVALENT, VERDICT_UNRESOLVED, VERDICT_BISTABLE };
const char *stats_verdict_name(enum verdict v);
/* Said of b: equivalent when the interval lies inside [1/1.02, 1.02] and the floor is no wider; faster/slower
 * when p_holm < 0.05 and the interval excludes 1 and the ratio lies beyond the floor; else unresolved, as is
 * all without an interval or a floor. A bistable cell (either of the two) is bistable before all that. */
enum verdict stats_verdict(struct interval ratio, double p_holm, double floor_ratio, bool bistable);

/* About how many more rounds would settle an unresolved ratio: the half-width shrinks with the square root of
 * the rounds; 0 when the ratio is too near the border to say, or it would take more than 100000. */
unsigned stats_more_rounds(struct interval ratio, unsigned rounds, double floor_ratio);

#endif
