/* test_paired.c - intervals and paired ratios against hand-made cases and simulations with a fixed seed */
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

static void interval_covers_the_median_of_skewed_samples(void **state)
{
    (void)state;
    struct rng r = {20260101};
    double x[40];
    for (size_t n = 6; n <= 40; n += 17) {
        unsigned covered = 0, trials = 4000;
        for (unsigned t = 0; t < trials; t++) {
            for (size_t i = 0; i < n; i++)
                x[i] = -log(uniform(&r));
            struct interval interval = stats_median_interval(x, n, 0.95);
            covered += interval.low <= M_LN2 && M_LN2 <= interval.high;
        }
        assert_true(covered >= 0.94 * trials);
    }
}

/* Documentation of Pingouin (R. Vallat, J. Open Source Softw. 3 (2018) 1026), example of holm(). */
static void holm_of_a_published_example(void **state)
{
    (void)state;
    const double p[] = {.50, .003, .32, .054, .0003}, expected[] = {.64, .012, .64, .162, .0015};
    double out[5];
    stats_holm(p, 5, out);
    for (int i = 0; i < 5; i++)
        assert_near(out[i], expected[i], near);
}

/* SAS/STAT User's Guide, MULTTEST procedure, example "Inputting Raw p-Values", column stepdown Bonferroni: of
 * 24, test 11 gets 0.8395, all others 1.0000. */
static void holm_of_a_published_family(void **state)
{
    (void)state;
    double p[] = {.28282, .30688, .71022, .77175, .78180, .88581, .54685, .84978,
                  .24228, .58977, .03498, .41607, .31631, .05254, .45061, .75758,
                  .12496, .49485, .21572, .50505, .94372, .81260, .77596, .36889};
    stats_holm(p, 24, p);
    for (int i = 0; i < 24; i++)
        assert_near(p[i], i == 10 ? 0.8395 : 1, i == 10 ? 5e-5 : 0);
}

static void holm_takes_no_number_for_no_evidence(void **state)
{
    (void)state;
    double p[] = {NAN, .01, NAN, .02};
    stats_holm(p, 4, p);
    assert_near(p[0], 1, 0);
    assert_near(p[1], .04, near);
    assert_near(p[2], 1, 0);
    assert_near(p[3], .06, near);
}

/* .005 x 4, .01 x 3, .03 x 2, and .04 x 1, which may not fall below the one before. */
static void holm_by_hand(void **state)
{
    (void)state;
    double p[] = {.01, .04, .03, .005}, out[4];
    const double expected[] = {.03, .06, .06, .02};
    stats_holm(p, 4, out);
    for (int i = 0; i < 4; i++)
        assert_near(out[i], expected[i], near);
    stats_holm(p, 4, p);
    for (int i = 0; i < 4; i++)
        assert_near(p[i], expected[i], near);
    double large[] = {.9, .8};
    stats_holm(large, 2, large);
    assert_near(large[0], 1, 0);
    assert_near(large[1], 1, 0);
    stats_holm(NULL, 0, NULL);
}

static void identical_paths_are_rarely_called_different(void **state)
{
    (void)state;
    struct rng r = {11};
    unsigned found = 0, trials = 4000;
    double a[40], b[40];
    for (unsigned t = 0; t < trials; t++) {
        double drift = 1000;
        for (int i = 0; i < 40; i++) {
            drift *= 1 + 0.02 * normal(&r);
            a[i] = drift * (1 - 0.01 * log(uniform(&r)));
            b[i] = drift * (1 - 0.01 * log(uniform(&r)));
        }
        struct paired_ratio p = stats_paired_ratio(a, b, 40, 0.95);
        found += p.p < 0.05;
        assert_true(p.p < 0.05 ? p.ratio.low >= 1 || p.ratio.high <= 1
                               : p.ratio.low <= 1 && p.ratio.high >= 1);
    }
    assert_true(found <= 0.06 * trials);
}

/* Noise of a round that lasts into the next ones must not pass for a difference. */
static void correlated_noise_is_no_difference(void **state)
{
    (void)state;
    struct rng r = {12};
    unsigned found = 0, by_plain_rounds = 0, trials = 2000;
    double a[120], b[120], logs[120];
    for (unsigned t = 0; t < trials; t++) {
        double noise = 0;
        for (int i = 0; i < 120; i++) {
            noise = 0.4 * noise + 0.01 * normal(&r);
            a[i] = 500;
            b[i] = 500 * exp(noise);
            logs[i] = noise;
        }
        found += stats_paired_ratio(a, b, 120, 0.95).p < 0.05;
        by_plain_rounds += stats_sign_test(logs, 120, 0) < 0.05;
    }
    assert_true(by_plain_rounds > 0.10 * trials);
    assert_true(found <= 0.05 * trials);
}

/* The small brother of truth/coverage: where the interval of independent values holds the median far less
 * often than it says, that of a series does so at least as often as promised. */
static void series_intervals_cover(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        size_t n;
    } cases[] = {{"autocorrelated: 0.5", 24}, {"autocorrelated: 0.5", 256},
                 {"autocorrelated: 0.8", 64}, {"neighbour, 1.5 deviations", 256},
                 {"0.5 and lognormal", 64},   {"neighbour, 6 deviations", 256}};
    double x[256];
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        const struct noise_kind *k = noise_kinds;
        while (strcmp(k->name, cases[c].kind) != 0)
            k++;
        size_t n = cases[c].n;
        struct rng r = {.state = 40 + c};
        double median = noise_median(k, n);
        unsigned covered = 0, by_plain = 0, trials = 2000;
        for (unsigned t = 0; t < trials; t++) {
            noise_fill(k, x, n, &r);
            struct interval i = stats_series_interval(x, n, 0.95), plain = stats_median_interval(x, n, 0.95);
            covered += i.low <= median && median <= i.high;
            by_plain += plain.low <= median && median <= plain.high;
            assert_true(i.low <= plain.low && plain.low <= i.value);
            assert_true(i.value <= plain.high && plain.high <= i.high);
            assert_near(i.value, plain.value, 0);
        }
        assert_true(by_plain < 0.90 * trials);
        assert_true(covered >= 0.945 * trials);
    }
}

/* Independent values must not pay for it: a seventh at most, in the mean. */
static void series_intervals_of_independent_values_stay_narrow(void **state)
{
    (void)state;
    struct rng r = {50};
    double x[256], width = 0, plain_width = 0;
    for (unsigned t = 0; t < 1000; t++) {
        noise_fill(&noise_kinds[0], x, 256, &r);
        struct interval i = stats_series_interval(x, 256, 0.95), plain = stats_median_interval(x, 256, 0.95);
        width += i.high - i.low;
        plain_width += plain.high - plain.low;
    }
    assert_true(width <= 1.16 * plain_width);
}

/* A slow wave tells little more than a handful of values; the same ones in no order tell what they should. */
static void a_wave_counts_for_little(void **state)
{
    (void)state;
    struct rng r = {9};
    uint32_t order[240];
    double a[240], b[240];
    for (uint32_t i = 0; i < 240; i++) {
        order[i] = i;
        a[i] = 100;
        b[i] = 101 + sin(i / 20.0);
    }
    struct paired_ratio p = stats_paired_ratio(a, b, 240, 0.95);
    assert_true(p.effective < 40 && p.pairs == 240);
    rng_shuffle(&r, order, 240);
    for (int i = 0; i < 240; i++)
        b[i] = 101 + sin(order[i] / 20.0);
    p = stats_paired_ratio(a, b, 240, 0.95);
    assert_true(p.effective > 120 && p.effective <= 240);
    assert_true(p.ratio.low > 1 && p.p < 0.001);
}

static void pairs_without_a_ratio_do_not_count(void **state)
{
    (void)state;
    const double a[] = {1, 1, 1, 1, 1, 1, 1, 0, -1, NAN, INFINITY, 1e-300, INFINITY};
    const double b[] = {2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1e300, INFINITY};
    struct paired_ratio p = stats_paired_ratio(a, b, 13, 0.95);
    assert_int_equal(p.pairs, 7);
    assert_near(p.ratio.value, 2, 1e-12);
    assert_near(p.p, 2.0 / 128, near);
    p = stats_paired_ratio(a + 7, b + 7, 6, 0.95);
    assert_true(isnan(p.ratio.value) && isnan(p.ratio.low) && isnan(p.ratio.high));
    assert_true(p.p >= 1 && p.pairs == 0);
}

static void planted_two_percent_are_found(void **state)
{
    (void)state;
    struct rng r = {13};
    unsigned found = 0, enclosed = 0, trials = 1000;
    double a[60], b[60];
    for (unsigned t = 0; t < trials; t++) {
        double drift = 1000;
        for (int i = 0; i < 60; i++) {
            drift *= 1 + 0.02 * normal(&r);
            a[i] = drift * (1 + 0.01 * normal(&r));
            b[i] = 1.02 * drift * (1 + 0.01 * normal(&r));
        }
        struct paired_ratio p = stats_paired_ratio(a, b, 60, 0.95);
        found += p.p < 0.05 && p.ratio.low > 1;
        enclosed += p.ratio.low <= 1.02 && 1.02 <= p.ratio.high;
    }
    assert_true(found >= 0.99 * trials);
    assert_true(enclosed >= 0.93 * trials);
}

static void ratio_is_of_b_over_a(void **state)
{
    (void)state;
    double a[8], b[8];
    for (int i = 0; i < 8; i++) {
        a[i] = 100 + i;
        b[i] = 3 * a[i];
    }
    a[7] = 0; /* no ratio: this pair does not count */
    struct paired_ratio p = stats_paired_ratio(a, b, 8, 0.95);
    assert_near(p.ratio.value, 3, 1e-9);
    assert_near(p.ratio.low, 3, 1e-9);
    assert_near(p.ratio.high, 3, 1e-9);
    assert_near(p.p, 2.0 / 128, near);
    assert_int_equal(p.pairs, 7);
    assert_true(isnan(stats_paired_ratio(a, b, 5, 0.95).ratio.low));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interval_covers_the_median_of_skewed_samples),
        cmocka_unit_test(holm_by_hand),
        cmocka_unit_test(holm_of_a_published_example),
        cmocka_unit_test(holm_of_a_published_family),
        cmocka_unit_test(holm_takes_no_number_for_no_evidence),
        cmocka_unit_test(identical_paths_are_rarely_called_different),
        cmocka_unit_test(correlated_noise_is_no_difference),
        cmocka_unit_test(series_intervals_cover),
        cmocka_unit_test(series_intervals_of_independent_values_stay_narrow),
        cmocka_unit_test(a_wave_counts_for_little),
        cmocka_unit_test(pairs_without_a_ratio_do_not_count),
        cmocka_unit_test(planted_two_percent_are_found),
        cmocka_unit_test(ratio_is_of_b_over_a),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
