/* test_stats.c - order statistics, tests and correlation against published examples and hand-made cases */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/stats.h"
#include "tests/results/noise.h"

static void count_up(double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (double)(i * 7 % n + 1); /* 1..n, not in order, for n without the factor 7 */
}

static void empty_input_gives_no_number(void **state)
{
    (void)state;
    assert_true(isnan(stats_median(NULL, 0)));
    assert_true(isnan(stats_mad(NULL, 0)));
    assert_true(isnan(stats_percentile(NULL, 0, 0.5)));
    assert_int_equal(stats_outliers(NULL, 0), 0);
    struct summary s = stats_summary(NULL, 0);
    assert_true(isnan(s.median) && isnan(s.p50) && isnan(s.max) && s.n == 0);
    struct interval i = stats_median_interval(NULL, 0, 0.95);
    assert_true(isnan(i.value) && isnan(i.low) && isnan(i.high));
    i = stats_series_interval(NULL, 0, 0.95);
    assert_true(isnan(i.value) && isnan(i.low) && isnan(i.high));
    assert_near(stats_sign_test(NULL, 0, 0), 1, 0);
    assert_true(isnan(stats_paired_ratio(NULL, NULL, 0, 0.95).ratio.value));
}

/* By hand: sorted 1 1 2 2 4 6 9, the median 2, distances 1 1 0 0 2 4 7, their median 1. */

static void median_and_mad(void **state)
{
    (void)state;
    const double x[] = {4, 1, 9, 2, 6, 1, 2};
    double copy[7];
    memcpy(copy, x, sizeof(x));
    assert_near(stats_median(x, 7), 2, 0);
    assert_near(stats_mad(x, 7), 1, 0);
    assert_near(stats_median(x, 4), 3, 0);
    assert_memory_equal(copy, x, sizeof(x));
}

/* NAG Library Manual, example program of G07DAF (median, median absolute deviation): results 9 and 4, and
 * 5.930 for the latter scaled. */
static void median_and_mad_of_a_published_example(void **state)
{
    (void)state;
    const double x[] = {13, 11, 16, 5, 3, 18, 9, 8, 6, 27, 7};
    assert_near(stats_median(x, 11), 9, 0);
    assert_near(stats_mad(x, 11), 4, 0);
    assert_int_equal(stats_outliers(x, 11), 1); /* only 27 is farther from 9 than 3 x 5.930 = 17.79 */
}

/* Nearest rank: the p n-th smallest; the bound n (1-p) >= 5 must hold in decimals, not in binary fractions.
 */

static void percentiles_need_enough_samples(void **state)
{
    (void)state;
    double x[500];
    count_up(x, 500);
    assert_near(stats_percentile(x, 500, 0.99), 495, 0);
    assert_near(stats_percentile(x, 500, 0.5), 250, 0);
    assert_true(isnan(stats_percentile(x, 499, 0.99)));
    count_up(x, 50);
    assert_near(stats_percentile(x, 50, 0.9), 45, 0);
    assert_true(isnan(stats_percentile(x, 49, 0.9)));
    count_up(x, 10);
    assert_near(stats_percentile(x, 10, 0.5), 5, 0);
    assert_true(isnan(stats_percentile(x, 9, 0.5)));
    assert_true(isnan(stats_percentile(x, 10, 0)) && isnan(stats_percentile(x, 10, 1)));
}

static void outliers_are_counted(void **state)
{
    (void)state;
    const double x[] = {10, 11, 9, 10, 12, 8, 10, 100, -50}; /* median 10, MAD 1: beyond 5.55 and 14.45 */
    assert_int_equal(stats_outliers(x, 9), 2);
    assert_int_equal(stats_outliers(x, 7), 0);
    const double equal[] = {3, 3, 3, 3};
    assert_int_equal(stats_outliers(equal, 4), 0);
}

static void summary_agrees_with_its_parts(void **state)
{
    (void)state;
    double x[60];
    count_up(x, 60);
    x[17] = 5000;
    struct summary s = stats_summary(x, 60);
    struct interval i = stats_series_interval(x, 60, 0.95);
    assert_near(s.median, stats_median(x, 60), 0);
    assert_near(s.ci_low, i.low, 0);
    assert_near(s.ci_high, i.high, 0);
    assert_near(s.mad, stats_mad(x, 60), 0);
    assert_near(s.p50, stats_percentile(x, 60, 0.5), 0);
    assert_near(s.p90, stats_percentile(x, 60, 0.9), 0);
    assert_true(isnan(s.p99));
    assert_near(s.max, 5000, 0);
    assert_int_equal(s.n, 60);
    assert_int_equal(s.outliers, 1);
}

/* M. F. Triola, Elementary Statistics, table A-7 (p. 741), critical values of the sign test, column .05, two
 * tails: the interval runs from the (critical + 1)-th smallest to the (critical + 1)-th largest. */

static void interval_ranks_are_the_tabulated_ones(void **state)
{
    (void)state;
    static const unsigned critical[] = {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 7};
    double x[25];
    for (size_t n = 6; n <= 25; n++) {
        for (size_t i = 0; i < n; i++)
            x[i] = (double)(n - i);
        struct interval interval = stats_median_interval(x, n, 0.95);
        assert_near(interval.low, critical[n - 6] + 1, 0);
        assert_near(interval.high, (double)n - critical[n - 6], 0);
    }
    assert_true(isnan(stats_median_interval(x, 5, 0.95).low));
    assert_true(isnan(stats_median_interval(x, 10, 0.999).high));
}

/* The ranks for large n, computed with exact fractions apart from this program. Beyond 1000 they are the
 * normal approximation's, which must not differ. */

static void interval_ranks_of_large_samples(void **state)
{
    (void)state;
    static const struct {
        size_t n, rank95, rank999;
    } cases[] = {{50, 18, 14}, {1000, 469, 448}, {1001, 470, 448}, {2000, 956, 926}};
    double *x = malloc(2000 * sizeof(*x));
    assert_non_null(x);
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        for (size_t i = 0; i < cases[c].n; i++)
            x[i] = (double)(i + 1);
        assert_near(stats_median_interval(x, cases[c].n, 0.95).low, (double)cases[c].rank95, 0);
        assert_near(stats_median_interval(x, cases[c].n, 0.999).low, (double)cases[c].rank999, 0);
    }
    free(x);
}

/* M. Hollander and D. A. Wolfe, Nonparametric Statistical Methods: depression scale factor IV of nine
 * patients before and after tranquilizers (the data of R's ?wilcox.test). 7 differences are above 0: 2 (1 + 9
 * + 36) / 512. */

static void sign_test_of_a_published_example(void **state)
{
    (void)state;
    const double before[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    const double after[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    double difference[9];
    for (int i = 0; i < 9; i++)
        difference[i] = before[i] - after[i];
    assert_near(stats_sign_test(difference, 9, 0), 0.1796875, near);
}

static void sign_test_drops_ties(void **state)
{
    (void)state;
    const double x[] = {5, 5, 5, 6, 7, 8, 9, 10, 11};
    assert_near(stats_sign_test(x, 9, 5), 2.0 / 64, near);
    assert_near(stats_sign_test(x, 3, 5), 1, 0);
    assert_near(stats_sign_test(x, 2, 5.5), 0.5, near);
}

/* By exact fractions apart from this program: 470 of 1000 below, 710 of 1500 below. */

static void sign_test_of_large_samples(void **state)
{
    (void)state;
    double x[1500];
    for (size_t i = 0; i < 1000; i++)
        x[i] = i < 470 ? -1 : 1;
    assert_near(stats_sign_test(x, 1000, 0), 0.06202319509836318, 1e-12);
    for (size_t i = 0; i < 1500; i++)
        x[i] = i < 710 ? -1 : 1;
    assert_near(stats_sign_test(x, 1500, 0), 0.041337410729583385, 1e-11);
}

/* By hand: of 32 samples a layout the rank is 0.0385 x 32.25 + 0.375 = 1.616625. */
static void level_is_the_mean_of_each_layouts_fast_end(void **state)
{
    (void)state;
    double x[64];
    uint8_t layout[64];
    for (size_t i = 0; i < 64; i++) {
        layout[i] = (uint8_t)(4 + i % 2);
        x[i] = (i % 2 ? 200 : 100) + (double)(63 - i) / 2;
    }
    /* fastest 100.5, 101.5 of layout 4 and 200, 201 of layout 5 */
    assert_near(stats_level(x, layout, 64), (100.5 + 0.616625 + 200 + 0.616625) / 2, 1e-9);
    assert_true(isnan(stats_level(x, layout, 63)));
    for (size_t i = 0; i < 64; i += 2) /* what is no time does not count */
        x[i] = i % 3 ? NAN : i % 4 ? -1 : 0;
    assert_near(stats_level(x, layout, 64), 200.616625, 1e-9);
    for (size_t i = 0; i < 64; i++)
        x[i] = NAN;
    assert_true(isnan(stats_level(x, layout, 64)));
}

/* Noise that only adds: ten times the samples, the same level within a percent; a plain minimum falls. */
static void level_does_not_fall_as_samples_are_added(void **state)
{
    (void)state;
    enum { MOST = 10 * STATS_LEVEL_LEAST, TRIALS = 200 };
    double few = 0, many = 0, least_few = 0, least_many = 0;
    struct rng r = {11};
    for (int t = 0; t < TRIALS; t++) {
        double x[MOST], least = INFINITY;
        uint8_t layout[MOST];
        for (size_t i = 0; i < MOST; i++) {
            x[i] = 100 * exp(0.05 * normal(&r));
            layout[i] = (uint8_t)(i % 4);
            least = fmin(least, x[i]);
            if (i + 1 == STATS_LEVEL_LEAST)
                least_few += least / TRIALS;
        }
        least_many += least / TRIALS;
        few += stats_level(x, layout, STATS_LEVEL_LEAST) / TRIALS;
        many += stats_level(x, layout, MOST) / TRIALS;
    }
    assert_true(fabs(many / few - 1) < 0.005);
    assert_true(least_many / least_few < 0.97); /* what this is about */
}

static void block_means(void **state)
{
    (void)state;
    const double x[] = {1, 3, 5, 7, 9, 100, 1000};
    double out[7];
    assert_int_equal(stats_block_means(x, 7, 2, out), 3);
    assert_near(out[0], 2, 0);
    assert_near(out[1], 6, 0);
    assert_near(out[2], 54.5, 0);
    assert_int_equal(stats_block_means(x, 7, 1, out), 7);
    assert_near(out[6], 1000, 0);
    assert_int_equal(stats_block_means(x, 3, 4, out), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_input_gives_no_number),
        cmocka_unit_test(median_and_mad),
        cmocka_unit_test(median_and_mad_of_a_published_example),
        cmocka_unit_test(percentiles_need_enough_samples),
        cmocka_unit_test(outliers_are_counted),
        cmocka_unit_test(summary_agrees_with_its_parts),
        cmocka_unit_test(interval_ranks_are_the_tabulated_ones),
        cmocka_unit_test(interval_ranks_of_large_samples),
        cmocka_unit_test(sign_test_of_a_published_example),
        cmocka_unit_test(sign_test_drops_ties),
        cmocka_unit_test(sign_test_of_large_samples),
        cmocka_unit_test(level_is_the_mean_of_each_layouts_fast_end),
        cmocka_unit_test(level_does_not_fall_as_samples_are_added),
        cmocka_unit_test(block_means),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
