/* test_paired.c - intervals, ratios and verdicts against hand-made cases and simulations with a fixed seed */
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

static void correlated_noise_is_met_by_blocks(void **state)
{
    (void)state;
    struct rng r = {12};
    unsigned with_blocks = 0, without = 0, trials = 2000;
    double a[120], b[120], logs[120];
    for (unsigned t = 0; t < trials; t++) {
        double noise = 0;
        for (int i = 0; i < 120; i++) {
            noise = 0.4 * noise + 0.01 * normal(&r);
            a[i] = 500;
            b[i] = 500 * exp(noise);
            logs[i] = noise;
        }
        with_blocks += stats_paired_ratio(a, b, 120, 0.95).p < 0.05;
        without += stats_sign_test(logs, 120, 0) < 0.05;
    }
    assert_true(without > 0.10 * trials);
    assert_true(with_blocks < 0.09 * trials);
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
    assert_int_equal(p.blocks, 7);
    assert_int_equal(p.block_size, 1);
    assert_true(isnan(stats_paired_ratio(a, b, 5, 0.95).ratio.low));
}

static void verdicts(void **state)
{
    (void)state;
    static const struct {
        struct interval ratio;
        double p_holm, floor_ratio;
        bool bistable;
        enum verdict expected;
    } cases[] = {
        {{1.10, 1.08, 1.12}, 0.001, 1.01, false, VERDICT_SLOWER},
        {{0.90, 0.88, 0.92}, 0.001, 1.01, false, VERDICT_FASTER},
        {{1.00, 0.99, 1.01}, 0.9, 1.01, false, VERDICT_EQUIVALENT},
        {{1.01, 1.005, 1.015}, 0.001, 1.001, false, VERDICT_EQUIVALENT}, /* a difference, but a small one */
        {{1.04, 1.03, 1.05}, 0.001, 1.06, false, VERDICT_UNRESOLVED},    /* inside the floor */
        {{1.00, 0.99, 1.01}, 0.9, 1.06, false, VERDICT_UNRESOLVED}, /* equality is no finer than the floor */
        {{1.05, 1.03, 1.07}, 0.001, 1.06, false, VERDICT_UNRESOLVED}, /* no finer than the floor */
        {{1.10, 1.08, 1.12}, 0.06, 1.01, false, VERDICT_UNRESOLVED},  /* not after Holm */
        {{1.10, 0.99, 1.20}, 0.04, 1.01, false, VERDICT_UNRESOLVED},
        {{1.10, 1.08, 1.12}, 0.001, 1.01, true, VERDICT_BISTABLE},
        {{1.10, NAN, NAN}, 0.001, 1.01, false, VERDICT_UNRESOLVED},
        {{1.10, 1.08, 1.12}, 0.001, NAN, false, VERDICT_UNRESOLVED}, /* nobody knows the floor */
        {{1.10, 1.08, 1.12}, NAN, 1.01, false, VERDICT_UNRESOLVED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(
            stats_verdict(cases[i].ratio, cases[i].p_holm, cases[i].floor_ratio, cases[i].bistable),
            cases[i].expected);
    assert_string_equal(stats_verdict_name(VERDICT_FASTER), "faster");
    assert_string_equal(stats_verdict_name(VERDICT_SLOWER), "slower");
    assert_string_equal(stats_verdict_name(VERDICT_EQUIVALENT), "equivalent");
    assert_string_equal(stats_verdict_name(VERDICT_UNRESOLVED), "unresolved");
    assert_string_equal(stats_verdict_name(VERDICT_BISTABLE), "bistable");
}

static void more_rounds(void **state)
{
    (void)state;
    /* At 1 with half-width 4 %: twice too wide for 2 %, so four times the rounds. */
    struct interval wide = {1, 1 / 1.0404, 1.0404};
    assert_int_equal(stats_more_rounds(wide, 20, 1.01), 60);
    /* At 10 % with half-width 20 % (in logarithms): four times the rounds. */
    struct interval far = {exp(0.1), exp(-0.1), exp(0.3)};
    assert_int_equal(stats_more_rounds(far, 30, 1.01), 90);
    /* Narrow enough, but not for the family. */
    struct interval narrow = {exp(0.1), exp(0.05), exp(0.15)};
    assert_int_equal(stats_more_rounds(narrow, 30, 1.01), 30);
    struct interval border = {1.06, 1.0, 1.1236};
    assert_int_equal(stats_more_rounds(border, 30, 1.06), 0);
    struct interval hopeless = {1, 1e-6, 1e6};
    assert_int_equal(stats_more_rounds(hopeless, 30, 1.01), 0);
    struct interval unknown = {1, NAN, NAN};
    assert_int_equal(stats_more_rounds(unknown, 30, 1.01), 0);
    assert_int_equal(stats_more_rounds(wide, 0, 1.01), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interval_covers_the_median_of_skewed_samples),
        cmocka_unit_test(holm_by_hand),
        cmocka_unit_test(identical_paths_are_rarely_called_different),
        cmocka_unit_test(correlated_noise_is_met_by_blocks),
        cmocka_unit_test(planted_two_percent_are_found),
        cmocka_unit_test(ratio_is_of_b_over_a),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(more_rounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
