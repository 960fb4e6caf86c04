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
/* What the machine's noise leaves alone: the fast end of the samples, in each code layout the 4 % quantile
 * (about the fastest of sixteen), averaged over the layouts. Noise of shared machines only adds (Chen and
 * Revels, Robust benchmarking in noisy environments, 2016), and medians of one program differ between
 * processes by more than what is looked for. Ranks by Blom's plotting positions (1958), interpolated, so that
 * it does not fall as samples are added. layout[i] is that of x[i]; only finite positive values count; NAN
 * below STATS_LEVEL_LEAST samples. */
enum { STATS_LEVEL_LEAST = 64 };
double stats_level(const double *x, const uint8_t *layout, size_t n);
/* Of values in the order of their taking: the interval is stats_series_interval at 95 %. */
struct summary stats_summary(const double *x, size_t n);

/* Median of independent values with its order-statistic (sign) interval of at least `confidence` coverage
 * (exact binomial). low/high NAN when n is too small for the confidence (n < 6 at 95 %). */
struct interval stats_median_interval(const double *x, size_t n, double confidence);
/* The same for values in the order of their taking, which may be autocorrelated (a neighbour that comes and
 * goes, a drift): ranks farther out, by the square root of the inflation of the variance of the counts that
 * the autocorrelation of the ranks tells; never narrower than stats_median_interval; at worst the extremes.
 * The value is the plain median. */
struct interval stats_series_interval(const double *x, size_t n, double confidence);
/* Two-sided sign test of median == centre: the p value, exact; ties with the centre are dropped. 1 for n ==
 * 0. */
double stats_sign_test(const double *x, size_t n, double centre);

/* Means of consecutive blocks of `size` (an incomplete last block is dropped) into out (n/size); returns how
 * many. */
size_t stats_block_means(const double *x, size_t n, unsigned size, double *out);

/* Paired cost ratio b/a from samples of the same rounds, in their order: median of log(b/a) with its series
 * interval at `confidence`; p: the sign test against 1, with the same inflation. Pairs that are not positive
 * and finite are left out. */
struct paired_ratio {
    struct interval ratio;
    double p;
    unsigned pairs;
    double effective; /* about as many independent pairs would tell as much: below `pairs`, rounds are
                         autocorrelated */
};
struct paired_ratio stats_paired_ratio(const double *a, const double *b, size_t n, double confidence);

/* Holm's step-down: adjusted p values into out (may be p itself); NAN counts as 1. */
void stats_holm(const double *p, size_t n, double *out);

/* Cost ratio b/a between independent repeats (processes) of two files: ratio of the medians; interval at
 * `confidence` by inverting the exact Mann-Whitney test on the logarithms (ordered pairwise differences),
 * widened to hold the ratio itself, low/high NAN where so few repeats cannot have one; p is the exact
 * two-sided Mann-Whitney p (with ties: over all divisions of the pooled midranks). NAN and 1 for empty input
 * or values that are not positive and finite; above 200 repeats in all the ratio alone. */
struct unpaired_ratio {
    struct interval ratio;
    double p;
};
struct unpaired_ratio stats_unpaired_ratio(const double *a, size_t n_a, const double *b, size_t n_b,
                                           double confidence);

/* The least number of repeats a side with which complete separation is significant at 5 % after Holm in a
 * family of `family` comparisons: 4 for 1, 7 for 72, 8 for 120. */
unsigned stats_repeats_needed(size_t family);

#endif
