/* stats_tests.c - intervals, tests and verdicts: what may be said of two paths measured in the same rounds */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/stats.h"

#include <math.h>
#include <stdlib.h>

enum { PLAIN = 1000 }; /* 2^-1000 is still a normal double */

/* P(B = k) for B binomial(n, 1/2), through logarithms: for n where 2^-n is too small a number. */
static double binomial_point(size_t k, size_t n)
{
    int sign;
    double all = (double)n, low = (double)k;
    return exp(lgamma_r(all + 1, &sign) - lgamma_r(low + 1, &sign) - lgamma_r(all - low + 1, &sign) -
               all * M_LN2);
}

/* P(B <= k) for B binomial(n, 1/2): summed upwards from 0, or for large n downwards from k. */
static double binomial_tail(size_t k, size_t n)
{
    double term = n > PLAIN ? binomial_point(k, n) : ldexp(1, -(int)n), sum = term;
    if (n > PLAIN) {
        for (size_t i = k; i > 0 && term > 0; i--)
            sum += term *= (double)i / (double)(n - i + 1);
    } else {
        for (size_t i = 1; i <= k; i++)
            sum += term *= (double)(n - i + 1) / (double)i;
    }
    return fmin(sum, 1);
}

/* How many values may be left out at each end: the largest count whose tails together stay within 1 -
 * confidence; 0 when not even the extremes enclose the median often enough. */
static size_t interval_rank(size_t n, double confidence)
{
    double tail = (1 - confidence) / 2;
    size_t low = 0,
           high = n / 2; /* binomial_tail(low - 1) <= tail < binomial_tail(high), once it can be said */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (binomial_tail(middle, n) <= tail)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct interval stats_median_interval(const double *x, size_t n, double confidence)
{
    struct interval interval = {stats_median(x, n), NAN, NAN};
    double *sorted = n ? malloc(n * sizeof(*sorted)) : NULL;
    if (!sorted)
        return interval;
    for (size_t i = 0; i < n; i++)
        sorted[i] = x[i];
    qsort(sorted, n, sizeof(*sorted), ascending);
    size_t rank = interval_rank(n, confidence);
    if (rank) {
        interval.low = sorted[rank - 1];
        interval.high = sorted[n - rank];
    }
    free(sorted);
    return interval;
}

double stats_sign_test(const double *x, size_t n, double centre)
{
    size_t above = 0, below = 0;
    for (size_t i = 0; i < n; i++) {
        above += x[i] > centre;
        below += x[i] < centre;
    }
    if (above + below == 0)
        return 1;
    return fmin(1, 2 * binomial_tail(above < below ? above : below, above + below));
}

double stats_autocorrelation(const double *x, size_t n)
{
    if (n < 4)
        return 0;
    double mean = 0, products = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        mean += x[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        squares += (x[i] - mean) * (x[i] - mean);
        if (i)
            products += (x[i] - mean) * (x[i - 1] - mean);
    }
    /* What equal values differ by through rounding has an order too, but means nothing. */
    double rounding = 1e-12 * mean;
    return squares > (double)n * rounding * rounding ? products / squares : 0;
}

size_t stats_block_means(const double *x, size_t n, unsigned size, double *out)
{
    size_t blocks = size ? n / size : 0;
    for (size_t b = 0; b < blocks; b++) {
        double sum = 0;
        for (unsigned i = 0; i < size; i++)
            sum += x[b * size + i];
        out[b] = sum / size;
    }
    return blocks;
}

unsigned stats_block_size(const double *x, size_t n)
{
    double *means = n ? malloc(n * sizeof(*means)) : NULL;
    if (!means)
        return 1;
    unsigned size = 1;
    for (; size < 4; size++) {
        size_t blocks = stats_block_means(x, n, size, means);
        if (fabs(stats_autocorrelation(means, blocks)) <= 2 / sqrt((double)blocks))
            break;
    }
    free(means);
    return size;
}

struct paired_ratio stats_paired_ratio(const double *a, const double *b, size_t n, double confidence)
{
    struct paired_ratio r = {{NAN, NAN, NAN}, 1, 0, 1};
    double *logs = n ? malloc(2 * n * sizeof(*logs)) : NULL;
    if (!logs)
        return r;
    size_t pairs = 0;
    for (size_t i = 0; i < n; i++)
        if (a[i] > 0 && b[i] > 0)
            logs[pairs++] = log(b[i] / a[i]);
    double *means = logs + n;
    r.block_size = stats_block_size(logs, pairs);
    r.blocks = (unsigned)stats_block_means(logs, pairs, r.block_size, means);
    struct interval log_ratio = stats_median_interval(means, r.blocks, confidence);
    r.ratio = (struct interval){exp(log_ratio.value), exp(log_ratio.low), exp(log_ratio.high)};
    r.p = stats_sign_test(means, r.blocks, 0);
    free(logs);
    return r;
}

struct ranked {
    double p;
    size_t index;
};

static int ascending_p(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return (x->p > y->p) - (x->p < y->p);
}

/* S. Holm, A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6 (1979) 65-70. */
void stats_holm(const double *p, size_t n, double *out)
{
    struct ranked *order = n ? malloc(n * sizeof(*order)) : NULL;
    for (size_t i = 0; i < n && order; i++)
        order[i] = (struct ranked){p[i], i};
    for (size_t i = 0; i < n; i++)
        out[i] = 1;
    if (!order)
        return;
    qsort(order, n, sizeof(*order), ascending_p);
    double adjusted = 0;
    for (size_t i = 0; i < n; i++) {
        adjusted = fmin(1, fmax(adjusted, (double)(n - i) * order[i].p));
        out[order[i].index] = adjusted;
    }
    free(order);
}

const char *stats_verdict_name(enum verdict v)
{
    static const char *const names[] = {"faster", "slower", "equivalent", "unresolved", "bistable"};
    return names[v];
}

static const double EQUIVALENCE = 1.02;

enum verdict stats_verdict(struct interval ratio, double p_holm, double floor_ratio, bool bistable)
{
    if (bistable)
        return VERDICT_BISTABLE;
    if (!isfinite(ratio.low) || !isfinite(ratio.high) || !isfinite(floor_ratio))
        return VERDICT_UNRESOLVED;
    if (ratio.low >= 1 / EQUIVALENCE && ratio.high <= EQUIVALENCE)
        return floor_ratio <= EQUIVALENCE ? VERDICT_EQUIVALENT : VERDICT_UNRESOLVED;
    if (!(p_holm < 0.05))
        return VERDICT_UNRESOLVED;
    if (ratio.low > 1 && ratio.value > floor_ratio)
        return VERDICT_SLOWER;
    if (ratio.high < 1 && ratio.value < 1 / floor_ratio)
        return VERDICT_FASTER;
    return VERDICT_UNRESOLVED;
}

unsigned stats_more_rounds(struct interval ratio, unsigned rounds, double floor_ratio)
{
    double half = (log(ratio.high) - log(ratio.low)) / 2, distance = fabs(log(ratio.value));
    if (!isfinite(half) || !isfinite(distance) || !isfinite(floor_ratio) || !rounds)
        return 0;
    /* Either the interval leaves 1 behind, or it fits inside the equivalence band: the wider target comes
     * first. */
    double room = log(fmax(EQUIVALENCE, floor_ratio)) - distance;
    double target = distance > log(floor_ratio) ? fmax(room, distance) : room;
    if (target <= 0)
        return 0;
    double needed = rounds * (half / target) * (half / target);
    /* Narrow enough already: only the family's adjustment stands against it, and wants about as many again.
     */
    double more = needed > rounds ? ceil(needed - rounds) : rounds;
    return more <= 100000 ? (unsigned)more : 0;
}
