/* stats.c - what one array of numbers says: order statistics, spread, summary, two clusters */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 1 / inverse normal distribution of 3/4: makes the MAD of a normal sample estimate its standard deviation.
 */
static const double mad_scale = 1.4826;

/* Counts such as n (1 - p) that are whole in decimals must not fall short of it in binary. */
static const double rounding = 1e-9;

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A sorted copy, or NULL (n is 0, or memory is short). */
static double *sorted_copy(const double *x, size_t n)
{
    double *copy = n ? malloc(n * sizeof(*copy)) : NULL;
    if (!copy)
        return NULL;
    memcpy(copy, x, n * sizeof(*copy));
    qsort(copy, n, sizeof(*copy), ascending);
    return copy;
}

static double sorted_median(const double *sorted, size_t n)
{
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

static double sorted_percentile(const double *sorted, size_t n, double p)
{
    double count = (double)n;
    if (!n || !(p > 0 && p < 1) || count * (1 - p) < 5 - rounding)
        return NAN;
    size_t rank = (size_t)ceil(count * p - rounding);
    return sorted[rank ? rank - 1 : 0];
}

double stats_median(const double *x, size_t n)
{
    double *sorted = sorted_copy(x, n);
    double median = sorted ? sorted_median(sorted, n) : NAN;
    free(sorted);
    return median;
}

static double mad_about(const double *x, size_t n, double centre)
{
    double *distance = n ? malloc(n * sizeof(*distance)) : NULL;
    if (!distance)
        return NAN;
    for (size_t i = 0; i < n; i++)
        distance[i] = fabs(x[i] - centre);
    qsort(distance, n, sizeof(*distance), ascending);
    double mad = sorted_median(distance, n);
    free(distance);
    return mad;
}

double stats_mad(const double *x, size_t n)
{
    return mad_about(x, n, stats_median(x, n));
}

double stats_percentile(const double *x, size_t n, double p)
{
    double *sorted = sorted_copy(x, n);
    double value = sorted ? sorted_percentile(sorted, n, p) : NAN;
    free(sorted);
    return value;
}

static size_t beyond(const double *x, size_t n, double centre, double distance)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += fabs(x[i] - centre) > distance;
    return count;
}

size_t stats_outliers(const double *x, size_t n)
{
    double median = stats_median(x, n);
    return beyond(x, n, median, 3 * mad_scale * mad_about(x, n, median));
}

struct summary stats_summary(const double *x, size_t n)
{
    struct summary s = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, n, 0};
    double *sorted = sorted_copy(x, n);
    if (!sorted)
        return s;
    struct interval interval = stats_median_interval(x, n, 0.95);
    s.median = sorted_median(sorted, n);
    s.ci_low = interval.low;
    s.ci_high = interval.high;
    s.mad = mad_about(sorted, n, s.median);
    s.p50 = sorted_percentile(sorted, n, 0.50);
    s.p90 = sorted_percentile(sorted, n, 0.90);
    s.p99 = sorted_percentile(sorted, n, 0.99);
    s.max = sorted[n - 1];
    s.outliers = beyond(sorted, n, s.median, 3 * mad_scale * s.mad);
    free(sorted);
    return s;
}

/* Where to cut sorted values in two so that the squares about the two means are smallest, each side `least`
 * values or more: sum^2/count of both sides is then largest. Values are taken from the middle one, against
 * cancellation. */
static size_t best_split(const double *sorted, size_t n, size_t least)
{
    double origin = sorted[n / 2], total = 0, left = 0, best = -1;
    size_t split = least;
    for (size_t i = 0; i < n; i++)
        total += sorted[i] - origin;
    for (size_t i = 0; i + least < n; i++) {
        left += sorted[i] - origin;
        size_t k = i + 1;
        double right = total - left, score = left * left / (double)k + right * right / (double)(n - k);
        if (k >= least && score > best) {
            best = score;
            split = k;
        }
    }
    return split;
}

bool stats_bistable(const double *x, size_t n)
{
    if (n < 12)
        return false;
    double *sorted = sorted_copy(x, n);
    if (!sorted)
        return false;
    size_t low = best_split(sorted, n, (n + 4) / 5), high = n - low;
    double low_median = sorted_median(sorted, low), high_median = sorted_median(sorted + low, high);
    double gap = high_median - low_median;
    double spread = fmax(mad_about(sorted, low, low_median), mad_about(sorted + low, high, high_median));
    bool two = gap > 0 && gap >= 0.10 * fabs(sorted_median(sorted, n)) && gap >= 6 * spread;
    free(sorted);
    return two;
}
