/* test_unpaired.c - ratios between independent repeats, against published examples and all divisions */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>

#include "results/stats.h"
#include "tests/results/noise.h"

enum { MOST = 130 };

/* Ratios are of exponentials where an example is of differences. */
static struct unpaired_ratio of_shift(const double *a, size_t n_a, const double *b, size_t n_b, double unit)
{
    double exp_a[MOST], exp_b[MOST];
    for (size_t i = 0; i < n_a; i++)
        exp_a[i] = exp(a[i] * unit);
    for (size_t i = 0; i < n_b; i++)
        exp_b[i] = exp(b[i] * unit);
    struct unpaired_ratio r = stats_unpaired_ratio(exp_a, n_a, exp_b, n_b, 0.95);
    r.ratio.value = log(r.ratio.value) / unit;
    r.ratio.low = log(r.ratio.low) / unit;
    r.ratio.high = log(r.ratio.high) / unit;
    return r;
}

/* M. Hollander and D. A. Wolfe, Nonparametric Statistical Methods (1973), p. 69: permeability of the human
 * chorioamnion at term and at 12 to 26 weeks (the data of R's ?wilcox.test): W = 35, one-sided p 0.1272. The
 * interval by hand: C(15, 5) = 3003 divisions, P(W <= 8) = 60/3003 and P(W <= 9) = 83/3003, so the 9th of the
 * 50 ordered differences. */
static void permeability_of_hollander_and_wolfe(void **state)
{
    (void)state;
    const double term[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    const double early[] = {1.15, 0.88, 0.90, 0.74, 1.21};
    struct unpaired_ratio r = of_shift(early, 5, term, 10, 1);
    assert_near(r.p / 2, 0.1272, 5e-5);
    assert_near(r.ratio.value, 1.415 - 0.90, 1e-3); /* the median of exponentials, to be exact */
    assert_near(r.ratio.low, -0.15, 1e-12);
    assert_near(r.ratio.high, 0.76, 1e-12);
}

/* C. R. Mehta and N. R. Patel, StatXact-5 manual (2001), table 9.6 and p. 229: diastolic blood pressure, with
 * ties; exact two-sided p 0.0989. */
static void blood_pressure_of_mehta_and_patel(void **state)
{
    (void)state;
    const double treated[] = {94, 108, 110, 90};
    const double control[] = {80, 94, 85, 90, 90, 90, 108, 94, 78, 105, 88};
    struct unpaired_ratio r = of_shift(control, 11, treated, 4, 0.01);
    assert_near(r.p, 0.0989, 5e-5);
    /* by hand: P(U <= 6) = 27/1365 is the last below 2.5 %, so the 7th of the 44 differences from each end */
    assert_near(r.ratio.low, 0, 1e-9);
    assert_near(r.ratio.high, 22, 1e-9);
}

/* Critical values of U at 5 %, two-tailed, n = 4 .. 20 on both sides, as in the table of numeracy-bank.net
 * (Mann-Whitney U test). With so many pairs in the wrong order the test is significant, with one more it is
 * not; and the interval says the same. */
static void critical_values_are_the_tabulated_ones(void **state)
{
    (void)state;
    static const unsigned critical[] = {0, 2, 5, 8, 13, 17, 23, 30, 37, 45, 55, 64, 75, 87, 99, 113, 127};
    for (size_t n = 4; n <= 20; n++)
        for (unsigned more = 0; more < 2; more++) {
            double a[20], b[20];
            unsigned wrong = critical[n - 4] + more;
            for (size_t i = 0; i < n; i++)
                a[i] = 100 + (double)i;
            for (size_t i = 0; i < n; i++) {
                unsigned below = wrong < n ? wrong : (unsigned)n; /* values of a that this b does not pass */
                b[i] = 100 + (double)(n - below) - 0.5 + 0.001 * (double)i;
                wrong -= below;
            }
            struct unpaired_ratio r = stats_unpaired_ratio(a, n, b, n, 0.95);
            assert_true((r.p < 0.05) == !more);
            assert_true((r.ratio.low > 1) == !more);
        }
}

/* All divisions of the pool, counted one by one. */
static double p_by_enumeration(const double *a, unsigned n_a, const double *b, unsigned n_b)
{
    double pool[16], ranks[16], observed = 0, mean = 0, far = 0, all = 0;
    unsigned n = n_a + n_b;
    for (unsigned i = 0; i < n; i++)
        pool[i] = i < n_a ? a[i] : b[i - n_a];
    for (unsigned i = 0; i < n; i++) {
        ranks[i] = 1;
        for (unsigned k = 0; k < n; k++)
            ranks[i] += pool[k] < pool[i] ? 2 : pool[k] > pool[i] ? 0 : 1;
        observed += i < n_a ? ranks[i] : 0;
        mean += ranks[i] * n_a / n;
    }
    for (unsigned set = 0; set < 1u << n; set++) {
        double sum = 0;
        for (unsigned i = 0; i < n; i++)
            sum += set >> i & 1 ? ranks[i] : 0;
        all += __builtin_popcount(set) == (int)n_a;
        far += __builtin_popcount(set) == (int)n_a && fabs(sum - mean) >= fabs(observed - mean) - 1e-9;
    }
    return far / all;
}

static void ties_are_counted_exactly(void **state)
{
    (void)state;
    struct rng r = {3};
    double a[7], b[7];
    for (unsigned t = 0; t < 60; t++) {
        unsigned n_a = 1 + (unsigned)rng_below(&r, 7), n_b = 1 + (unsigned)rng_below(&r, 7);
        for (unsigned i = 0; i < 7; i++) {
            a[i] = 10 + (double)rng_below(&r, 2 + t % 5);
            b[i] = 10 + (double)rng_below(&r, 4);
        }
        assert_near(stats_unpaired_ratio(a, n_a, b, n_b, 0.95).p, p_by_enumeration(a, n_a, b, n_b), near);
    }
}

static void equal_repeats_are_no_difference(void **state)
{
    (void)state;
    const double same[] = {7, 7, 7, 7, 7, 7, 7, 7};
    struct unpaired_ratio r = stats_unpaired_ratio(same, 8, same, 8, 0.95);
    assert_near(r.p, 1, near);
    assert_near(r.ratio.value, 1, 0);
    assert_near(r.ratio.low, 1, 0);
    assert_near(r.ratio.high, 1, 0);
}

static void too_few_or_unusable_repeats(void **state)
{
    (void)state;
    const double a[] = {100, 101, 102}, b[] = {120, 121, 122}, wrong[] = {1, NAN, 0, -1, INFINITY};
    struct unpaired_ratio r = stats_unpaired_ratio(a, 3, b, 3, 0.95);
    assert_near(r.ratio.value, 121.0 / 101, near);
    assert_near(r.p, 0.1, near);
    assert_true(isnan(r.ratio.low) && isnan(r.ratio.high));
    r = stats_unpaired_ratio(NULL, 0, b, 3, 0.95);
    assert_true(isnan(r.ratio.value) && r.p >= 1);
    r = stats_unpaired_ratio(a, 3, NULL, 0, 0.95);
    assert_true(isnan(r.ratio.value) && r.p >= 1);
    for (int i = 1; i < 5; i++) {
        r = stats_unpaired_ratio(a, 3, wrong + i, 1, 0.95);
        assert_true(isnan(r.ratio.value) && isnan(r.ratio.low) && r.p >= 1);
    }
}

/* Of 40 a side there are 10^23 divisions: complete separation is two of them. */
static void large_samples_stay_exact(void **state)
{
    (void)state;
    double a[MOST], b[MOST];
    for (int i = 0; i < MOST; i++) {
        a[i] = 100 + 0.1 * i;
        b[i] = 200 + 0.1 * i;
    }
    struct unpaired_ratio r = stats_unpaired_ratio(a, 40, b, 40, 0.95);
    assert_near(r.p / (2 / 107507208733336176461620.0), 1, 1e-12);
    assert_true(r.ratio.low > 1.9 && r.ratio.low < r.ratio.value && r.ratio.value < r.ratio.high);
    r = stats_unpaired_ratio(a, MOST, b, MOST, 0.95); /* beyond 200 in all */
    assert_true(r.ratio.value > 1.9 && isnan(r.ratio.low) && r.p >= 1);
}

/* The ratio is that of the medians, which need not be the middle of the pairwise ratios. */
static void interval_holds_the_ratio(void **state)
{
    (void)state;
    struct rng r = {8};
    double a[8], b[8];
    for (unsigned t = 0; t < 2000; t++) {
        for (int i = 0; i < 8; i++) {
            a[i] = exp(2 * normal(&r) * normal(&r));
            b[i] = exp(3 * normal(&r));
        }
        struct unpaired_ratio u = stats_unpaired_ratio(a, 4 + t % 5, b, 8 - t % 3, 0.95);
        struct unpaired_ratio back = stats_unpaired_ratio(b, 8 - t % 3, a, 4 + t % 5, 0.95);
        assert_true(u.ratio.low <= u.ratio.value && u.ratio.value <= u.ratio.high);
        assert_near(u.p, back.p, near);
        assert_near(u.ratio.low * back.ratio.high, 1, 1e-9);
    }
}

/* Medians that 10 of 21 values on the one side, and 10 on the other, leave far behind: only 121 of the 441
 * ratios are at most that of the medians, but 142 may be left out. */
static void interval_is_widened_to_hold_the_ratio(void **state)
{
    (void)state;
    double a[21], b[21];
    for (int i = 0; i < 21; i++) {
        a[i] = i < 10 ? 0.001 : 1 + 1e-6 * (i - 10);
        b[i] = i < 11 ? 1 - 1e-6 * i : 1000;
    }
    struct unpaired_ratio r = stats_unpaired_ratio(a, 21, b, 21, 0.95);
    assert_near(r.ratio.value, 1, 1e-12);
    assert_near(r.ratio.low, r.ratio.value, 0);
    assert_true(r.ratio.high > 900 && r.p < 0.05);
}

/* Complete separation of all members of a family, after Holm. */
static bool settles(size_t family, unsigned repeats)
{
    double a[16], b[16], p[120];
    for (unsigned i = 0; i < repeats; i++) {
        a[i] = 100 + i;
        b[i] = 200 + i;
    }
    for (size_t i = 0; i < family; i++)
        p[i] = stats_unpaired_ratio(a, repeats, b, repeats, 0.95).p;
    stats_holm(p, family, p);
    return p[0] < 0.05;
}

static void repeats_that_a_family_needs(void **state)
{
    (void)state;
    assert_int_equal(stats_repeats_needed(0), 4);
    assert_int_equal(stats_repeats_needed(1), 4);
    assert_int_equal(stats_repeats_needed(72), 7);
    assert_int_equal(stats_repeats_needed(120), 8);
    assert_true(stats_repeats_needed((size_t)-1) < 64);
    for (size_t family = 1; family <= 120; family += family < 10 ? 1 : 10) {
        unsigned needed = stats_repeats_needed(family);
        assert_true(settles(family, needed));
        assert_false(settles(family, needed - 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(permeability_of_hollander_and_wolfe),
        cmocka_unit_test(blood_pressure_of_mehta_and_patel),
        cmocka_unit_test(critical_values_are_the_tabulated_ones),
        cmocka_unit_test(ties_are_counted_exactly),
        cmocka_unit_test(equal_repeats_are_no_difference),
        cmocka_unit_test(too_few_or_unusable_repeats),
        cmocka_unit_test(large_samples_stay_exact),
        cmocka_unit_test(interval_holds_the_ratio),
        cmocka_unit_test(interval_is_widened_to_hold_the_ratio),
        cmocka_unit_test(repeats_that_a_family_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
