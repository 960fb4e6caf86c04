/* stats.c - the statistics: order statistics, intervals, tests, autocorrelation, ratios; pure functions */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 1 / inverse normal distribution of 3/4: what makes a normal sample's MAD its standard deviation. */
static const double mad_scale = 1.4826;

/* Counts such as n (1 - p) that are whole in decimals must not fall short of it in binary. */
static const double rounding = 1e-9;

struct ranked {
    double value; /* first, so that one comparison serves both kinds of array */
    size_t index;
};

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

/* The same with each value's place in x. */
static struct ranked *sorted_order(const double *x, size_t n)
{
    struct ranked *order = n ? malloc(n * sizeof(*order)) : NULL;
    if (!order)
        return NULL;
    for (size_t i = 0; i < n; i++)
        order[i] = (struct ranked){x[i], i};
    qsort(order, n, sizeof(*order), ascending);
    return order;
}

/* Twice the midrank of each x[i] (so whole numbers), of mean n + 1, into ranks. */
static void doubled_midranks(const struct ranked *order, size_t n, double *ranks)
{
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i; next < n && order[next].value <= order[i].value;)
            next++;
        for (size_t k = i; k < next; k++)
            ranks[order[k].index] = (double)(i + 1 + next);
    }
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

/* P(B <= k) for B binomial(n, 1/2): summed downwards from k, whose own share comes through logarithms, since
 * 2^-n may be too small a number. */
static double binomial_tail(size_t k, size_t n)
{
    int sign;
    double all = (double)n, low = (double)k, sum = 0;
    double term = exp(lgamma_r(all + 1, &sign) - lgamma_r(low + 1, &sign) - lgamma_r(all - low + 1, &sign) -
                      all * M_LN2);
    for (; low >= 0 && term > 0; low--) {
        sum += term;
        term *= low / (all - low + 1);
    }
    return fmin(sum, 1);
}

/* How many values may be left out at each end: the largest count whose tails together stay within 1 -
 * confidence; 0 when not even the extremes enclose the median often enough. */
static size_t interval_rank(size_t n, double confidence)
{
    double tail = (1 - confidence) / 2;
    size_t low = 0, high = n / 2; /* binomial_tail(low - 1) <= tail < binomial_tail(high) */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (binomial_tail(middle, n) <= tail)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Sum of products of deviations from `mean` that lie `lag` apart. */
static double lagged(const double *x, size_t n, double mean, size_t lag)
{
    double sum = 0;
    for (size_t i = lag; i < n; i++)
        sum += (x[i] - mean) * (x[i - lag] - mean);
    return sum;
}

static double mean_of(const double *x, size_t n)
{
    double mean = 0;
    for (size_t i = 0; i < n; i++)
        mean += x[i] / (double)n;
    return mean;
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

/* By how much autocorrelation multiplies the variance of a count of n, from its first lags: 1 + 2 (r1 + r2 +
 * ...) with r1 as found and geometric decay from there, as a state that lasts some rounds makes under noise
 * that does not. The decay is read from the later lags, and an allowance for what so few values can tell is
 * added, as far as r1 is surely there (1.75 to 2.75 standard errors). */
static double inflation_by_lags(const double r[4], double count)
{
    double first = fmin(r[1], 0.95);
    if (!(first > 0))
        return 1;
    double sure = fmin(1, fmax(0, first * sqrt(count) - 1.75));
    double decay = fmin(0.95, (r[2] + r[3]) / (r[1] + fmax(r[2], 0)));
    decay = first + sure * fmax(0, decay - first);
    return (1 + 2 * first / (1 - decay)) * (1 + 3 * sure / sqrt(count));
}

/* The same from the variance of the means of ever longer blocks (H. Flyvbjerg and H. G. Petersen, Error
 * estimates on averages of correlated data, J. Chem. Phys. 91 (1989) 461-466), each lowered by a
 * quarter of its standard error, lest chance widen the intervals of independent values. */
static double inflation_by_blocks(const double *x, size_t n, double variance, double *means)
{
    double most = 1;
    for (unsigned size = 2; n / size >= 4; size *= 2) {
        size_t blocks = stats_block_means(x, n, size, means);
        double degrees = (double)(blocks - 1), squares = lagged(means, blocks, mean_of(means, blocks), 0);
        most = fmax(most, size * squares / degrees / variance / (1 + 0.25 * sqrt(2 / degrees)));
    }
    return most;
}

/* Of the counts on which the sign interval rests, judged by the ranks: outliers do not hide what is there,
 * and the ranks' correlation is seldom below that of the signs. Their r[k] are freed of the bias that the
 * mean of so few leaves (about -1/n). At least 1: nothing is gained where neighbours differ more than chance
 * has it. */
static double variance_inflation(const double *ranks, size_t n, double *scratch)
{
    double count = (double)n, mean = count + 1, squares = lagged(ranks, n, mean, 0), r[4] = {1, 0, 0, 0};
    if (n < 8 || !(squares > 0))
        return 1;
    for (unsigned k = 1; k < 4; k++)
        r[k] = (count * lagged(ranks, n, mean, k) / squares + 1) / (count - 3 - k);
    return fmax(inflation_by_lags(r, count), inflation_by_blocks(ranks, n, squares / count, scratch));
}

/* interval_rank for counts of which the variance is `inflation` times the binomial one: as much farther from
 * the middle as the standard deviation is larger, starting from where between two ranks the confidence would
 * be met exactly; at worst the extremes. */
static size_t widened_rank(size_t n, double confidence, double inflation)
{
    size_t rank = interval_rank(n, confidence);
    if (!rank || !(inflation > 1))
        return rank;
    double middle = ((double)n + 1) / 2, tail = log((1 - confidence) / 2);
    double outer = log(binomial_tail(rank - 1, n)), inner = log(binomial_tail(rank, n));
    double exact = (double)rank + fmin(1, (tail - outer) / (inner - outer));
    double wide = middle - sqrt(inflation) * (middle - exact) + rounding;
    return wide < 1 ? 1 : wide < (double)rank ? (size_t)wide : rank;
}

/* The test that belongs to it: p <= 1 - confidence just where the interval excludes the centre. */
static double sign_test(const double *x, size_t n, double centre, double inflation)
{
    size_t above = 0, below = 0;
    for (size_t i = 0; i < n; i++) {
        above += x[i] > centre;
        below += x[i] < centre;
    }
    size_t all = above + below, fewer = above < below ? above : below;
    double middle = ((double)all + 1) / 2, p = all ? 2 * binomial_tail(fewer, all) : 1;
    double place = middle - (middle - (double)fewer - 1) / sqrt(inflation);
    if (inflation > 1 && place >= 1) {
        double outer = log(binomial_tail((size_t)place - 1, all));
        double inner = log(binomial_tail((size_t)place, all));
        p = fmax(p, 2 * exp(outer + (place - floor(place)) * (inner - outer)));
    }
    return fmin(1, p);
}

double stats_sign_test(const double *x, size_t n, double centre)
{
    return sign_test(x, n, centre, 1);
}

/* inflation NULL: the values are independent; else it is found from their order, and told (1 without memory).
 */
static struct interval median_interval(const double *x, size_t n, double confidence, double *inflation)
{
    struct interval interval = {NAN, NAN, NAN};
    struct ranked *order = sorted_order(x, n);
    double *ranks = order ? malloc(2 * n * sizeof(*ranks)) : NULL, by = 1;
    if (ranks && inflation) {
        doubled_midranks(order, n, ranks);
        by = variance_inflation(ranks, n, ranks + n);
    }
    if (ranks) {
        size_t rank = widened_rank(n, confidence, by);
        interval.value = (order[(n - 1) / 2].value + order[n / 2].value) / 2;
        interval.low = rank ? order[rank - 1].value : NAN;
        interval.high = rank ? order[n - rank].value : NAN;
    }
    if (inflation)
        *inflation = by;
    free(ranks);
    free(order);
    return interval;
}

struct interval stats_median_interval(const double *x, size_t n, double confidence)
{
    return median_interval(x, n, confidence, NULL);
}

struct interval stats_series_interval(const double *x, size_t n, double confidence)
{
    double inflation;
    return median_interval(x, n, confidence, &inflation);
}

/* The 4 % quantile of sorted values: the fastest of 16, between the first and second of 24, and so on. */
static double fast_end(const double *sorted, size_t n)
{
    double rank = 0.0385 * ((double)n + 0.25) + 0.375, below = floor(fmax(rank, 1));
    size_t at = (size_t)below - 1, next = at + 1 < n ? at + 1 : at;
    return sorted[at] + (fmax(rank, 1) - below) * (sorted[next] - sorted[at]);
}

double stats_level(const double *x, const uint8_t *layout, size_t n)
{
    double sum = 0, *values = n >= STATS_LEVEL_LEAST ? malloc(n * sizeof(*values)) : NULL;
    unsigned layouts = 0;
    for (unsigned l = 0; values && l <= UINT8_MAX; l++) {
        size_t known = 0;
        for (size_t i = 0; i < n; i++)
            if (layout[i] == l && x[i] > 0 && isfinite(x[i]))
                values[known++] = x[i];
        if (!known)
            continue;
        qsort(values, known, sizeof(*values), ascending);
        sum += fast_end(values, known);
        layouts++;
    }
    free(values);
    return layouts ? sum / layouts : NAN;
}

struct summary stats_summary(const double *x, size_t n)
{
    struct summary s = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, n, 0};
    double *sorted = sorted_copy(x, n);
    if (!sorted)
        return s;
    struct interval interval = stats_series_interval(x, n, 0.95);
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

struct paired_ratio stats_paired_ratio(const double *a, const double *b, size_t n, double confidence)
{
    struct paired_ratio r = {{NAN, NAN, NAN}, 1, 0, 0};
    double *logs = n ? malloc(n * sizeof(*logs)) : NULL, inflation;
    if (!logs)
        return r;
    size_t pairs = 0;
    for (size_t i = 0; i < n; i++)
        if (a[i] > 0 && b[i] > 0 && isfinite(log(b[i] / a[i])))
            logs[pairs++] = log(b[i] / a[i]);
    struct interval log_ratio = median_interval(logs, pairs, confidence, &inflation);
    r.ratio = (struct interval){exp(log_ratio.value), exp(log_ratio.low), exp(log_ratio.high)};
    r.p = sign_test(logs, pairs, 0, inflation);
    r.pairs = (unsigned)pairs;
    r.effective = (double)pairs / inflation;
    free(logs);
    return r;
}

/* S. Holm, A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6 (1979) 65-70. */
void stats_holm(const double *p, size_t n, double *out)
{
    struct ranked *order = n ? malloc(n * sizeof(*order)) : NULL;
    for (size_t i = 0; i < n && order; i++)
        order[i] = (struct ranked){isnan(p[i]) ? 1 : p[i], i};
    for (size_t i = 0; i < n; i++)
        out[i] = 1;
    if (!order)
        return;
    qsort(order, n, sizeof(*order), ascending);
    double adjusted = 0;
    for (size_t i = 0; i < n; i++) {
        adjusted = fmin(1, fmax(adjusted, (double)(n - i) * order[i].value));
        out[order[i].index] = adjusted;
    }
    free(order);
}

enum { EXACT_POOL = 200 };

/* The share of the subsets of k of the n ranks that has the sum s, for s = 0 .. n (n + 1): counted by sums of
 * positive numbers only, so right to the last places also where counts are beyond 2^53. NULL: no memory, or n
 * > EXACT_POOL. */
static double *rank_sums(const double *ranks, size_t n, size_t k)
{
    size_t row = n * (n + 1) + 1, reached = 0;
    double *table = n <= EXACT_POOL ? calloc((k + 1) * row, sizeof(*table)) : NULL;
    if (!table)
        return NULL;
    table[0] = 1;
    for (size_t i = 0; i < n; i++) {
        size_t rank = (size_t)ranks[i];
        reached += rank;
        for (size_t j = i + 1 < k ? i + 1 : k; j > 0; j--)
            for (size_t s = reached; s >= rank; s--)
                table[j * row + s] += table[(j - 1) * row + s - rank];
    }
    double all = 0;
    for (size_t s = 0; s < row; s++)
        all += table[k * row + s];
    for (size_t s = 0; s < row; s++)
        table[s] = table[k * row + s] / all;
    return table;
}

/* H. B. Mann and D. R. Whitney, On a test of whether one of two random variables is stochastically larger
 * than the other, Ann. Math. Statist. 18 (1947) 50-60; given the ties: as far from the mean as observed, or
 * farther. ranks: of the pool, the first n_a those of a. */
static double rank_sum_test(const double *ranks, size_t n_a, size_t n)
{
    double observed = 0, mean = (double)n_a * (double)(n + 1), p = 0;
    double *sums = rank_sums(ranks, n, n_a);
    for (size_t i = 0; i < n_a; i++)
        observed += ranks[i];
    for (size_t s = 0; sums && s <= n * (n + 1); s++)
        p += fabs((double)s - mean) >= fabs(observed - mean) ? sums[s] : 0;
    p = sums ? fmin(1, p) : 1;
    free(sums);
    return p;
}

/* How many of the ordered pairwise differences may be left out at each end; 0: not even the extremes enclose
 * often enough. scratch: n_a + n_b. */
static size_t pairs_rank(size_t n_a, size_t n_b, double confidence, double *scratch)
{
    size_t n = n_a + n_b, rank = 0;
    for (size_t i = 0; i < n; i++)
        scratch[i] = 2 * (double)(i + 1);
    double *sums = rank_sums(scratch, n, n_a), below = 0;
    double tail = (1 - confidence) / 2 * (1 + rounding);
    for (size_t s = n_a * (n_a + 1); sums && 2 * rank < n_a * n_b && below + sums[s] <= tail; s += 2) {
        below += sums[s];
        rank++;
    }
    free(sums);
    return rank;
}

/* The interval for the shift between two samples (M. Hollander and D. A. Wolfe, Nonparametric
 * Statistical Methods), here of logarithms: ordered ratios instead of ordered differences. */
static void ratio_of_pool(const double *pool, size_t n_a, size_t n_b, size_t rank, struct interval *ratio)
{
    size_t pairs = n_a * n_b;
    double *ratios = rank ? malloc(pairs * sizeof(*ratios)) : NULL;
    if (!ratios)
        return;
    for (size_t i = 0; i < pairs; i++)
        ratios[i] = pool[n_a + i % n_b] / pool[i / n_b];
    qsort(ratios, pairs, sizeof(*ratios), ascending);
    ratio->low = fmin(ratios[rank - 1], ratio->value);
    ratio->high = fmax(ratios[pairs - rank], ratio->value);
    free(ratios);
}

struct unpaired_ratio stats_unpaired_ratio(const double *a, size_t n_a, const double *b, size_t n_b,
                                           double confidence)
{
    struct unpaired_ratio r = {{NAN, NAN, NAN}, 1};
    size_t n = n_a + n_b;
    double *pool = n_a && n_b ? malloc(2 * n * sizeof(*pool)) : NULL;
    bool usable = pool;
    for (size_t i = 0; pool && i < n; i++) {
        pool[i] = i < n_a ? a[i] : b[i - n_a];
        usable = usable && pool[i] > 0 && isfinite(pool[i]);
    }
    struct ranked *order = usable ? sorted_order(pool, n) : NULL;
    if (order) {
        r.ratio.value = stats_median(b, n_b) / stats_median(a, n_a);
        doubled_midranks(order, n, pool + n);
        r.p = rank_sum_test(pool + n, n_a, n);
        ratio_of_pool(pool, n_a, n_b, pairs_rank(n_a, n_b, confidence, pool + n), &r.ratio);
    }
    free(order);
    free(pool);
    return r;
}

unsigned stats_repeats_needed(size_t family)
{
    double comparisons = family ? (double)family : 1, divisions = 2;
    unsigned n = 1; /* divisions: C(2n, n); the two extreme ones are the complete separations */
    while (!(comparisons * 2 / divisions < 0.05)) {
        n++;
        divisions *= 2.0 * (2 * n - 1) / n;
    }
    return n;
}
