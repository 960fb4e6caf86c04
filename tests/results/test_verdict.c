/* test_verdict.c - verdicts, rounds to go and cells of two speeds, against hand-made cases */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>

#include "results/verdict.h"
#include "tests/results/noise.h"

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
    /* Inside a floor wider than the band it can be called neither, however narrow. */
    struct interval inside = {1.03, 1.03 / 1.002, 1.03 * 1.002}, middle = {1, 1 / 1.001, 1.001};
    assert_int_equal(stats_more_rounds(inside, 100, 1.05), 0);
    assert_int_equal(stats_more_rounds(middle, 100, 1.05), 0);
    assert_int_equal(stats_more_rounds(wide, 100, 1.05), 0);
    assert_int_equal(stats_more_rounds(inside, 100, 1.01), 100);
    assert_int_equal(stats_more_rounds(middle, 100, 1.02), 100);
    assert_int_equal(stats_more_rounds(far, 30, 1.05), 90);
    struct interval hopeless = {1, 1e-6, 1e6};
    assert_int_equal(stats_more_rounds(hopeless, 30, 1.01), 0);
    struct interval unknown = {1, NAN, NAN};
    assert_int_equal(stats_more_rounds(unknown, 30, 1.01), 0);
    assert_int_equal(stats_more_rounds(wide, 0, 1.01), 0);
}

static void fill_clusters(double *x, size_t low, size_t high, double centre_low, double centre_high,
                          double spread)
{
    struct rng r = {99};
    for (size_t i = 0; i < low + high; i++)
        x[i * 7 % (low + high)] = (i < low ? centre_low : centre_high) + spread * (uniform(&r) - 0.5);
}

static void bistable_cells_are_seen(void **state)
{
    (void)state;
    double x[120];
    fill_clusters(x, 30, 20, 200, 590, 10);
    assert_true(stats_bistable(x, 50));
    x[3] = 1e6; /* one wild sample does not hide the two clusters */
    assert_true(stats_bistable(x, 50));
    fill_clusters(x, 10, 10, 100, 115, 2);
    assert_true(stats_bistable(x, 20));
}

static void one_cluster_is_not_bistable(void **state)
{
    (void)state;
    double x[120];
    fill_clusters(x, 25, 25, 100, 105, 1);
    assert_false(stats_bistable(x, 50)); /* a gap of 5 % */
    fill_clusters(x, 46, 4, 100, 200, 1);
    assert_false(stats_bistable(x, 50)); /* a few outliers */
    fill_clusters(x, 25, 25, 100, 130, 40);
    assert_false(stats_bistable(x, 50)); /* no gap to speak of */
    fill_clusters(x, 6, 5, 100, 200, 1);
    assert_false(stats_bistable(x, 11)); /* too few */
    fill_clusters(x, 50, 0, 100, 100, 0);
    assert_false(stats_bistable(x, 50));
    struct rng r = {7};
    for (unsigned t = 0; t < 500; t++) {
        for (int i = 0; i < 120; i++)
            x[i] = exp(0.3 * normal(&r));
        assert_false(stats_bistable(x, 120));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts),
        cmocka_unit_test(more_rounds),
        cmocka_unit_test(bistable_cells_are_seen),
        cmocka_unit_test(one_cluster_is_not_bistable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
