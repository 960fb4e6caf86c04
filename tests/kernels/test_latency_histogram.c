/* test_latency_histogram.c - a histogram keeps every value in its bucket, and its percentiles within one
 * bucket
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "kernels/latency.h"

enum { LINEAR = 2 * HISTOGRAM_AN_OCTAVE }; /* ns that have a bucket each */

/* The bounds by the rule that the result's schema states, not by the code's own way. */
static void buckets_lie_side_by_side(void **state)
{
    (void)state;
    uint64_t next = 0;
    for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++) {
        uint64_t low = histogram_low(b), width = 1;
        while (low / width >= LINEAR)
            width *= 2;
        assert_true(low == next);
        next = low + width;
        assert_true(histogram_high(b) == (b + 1 < HISTOGRAM_BUCKETS ? next - 1 : UINT64_MAX));
        assert_true(low < LINEAR ? width == 1 : width * HISTOGRAM_AN_OCTAVE <= low);
    }
    assert_true(next == 1ull << HISTOGRAM_OCTAVES); /* 137 s, above the 100 s that are asked for */
    assert_true(next > 100000000000);
}

static void check_value(uint64_t ns)
{
    unsigned b = histogram_bucket(ns);
    assert_true(b < HISTOGRAM_BUCKETS);
    assert_true(histogram_low(b) <= ns && ns <= histogram_high(b));
}

/* All small values, both sides of every bound, and values of every magnitude. */
static void every_value_is_in_its_bucket(void **state)
{
    (void)state;
    struct rng r = {.state = 5};
    for (uint64_t ns = 0; ns < 1 << 16; ns++)
        check_value(ns);
    for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++) {
        check_value(histogram_low(b));
        check_value(histogram_high(b));
        assert_int_equal(histogram_bucket(histogram_low(b)), b);
        assert_int_equal(histogram_bucket(histogram_high(b)), b);
    }
    for (unsigned i = 0; i < 1000000; i++)
        check_value(rng_next(&r) >> (i % 64));
    check_value(UINT64_MAX);
}

/* Values of many magnitudes, most of them small, as latencies are. */
static uint64_t random_ns(struct rng *r)
{
    return (rng_next(r) >> 44) >> rng_below(r, 20);
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The value of this rank is never above the percentile, and that is never above the value's bucket. */
static void check_percentiles(const struct histogram *h, const uint64_t *sorted, size_t n)
{
    static const uint64_t one_in[] = {2, 10, 100, 1000, 10000};
    for (unsigned i = 0; i < sizeof(one_in) / sizeof(one_in[0]); i++) {
        uint64_t ns = 12345678;
        bool known = histogram_percentile(h, one_in[i], &ns);
        assert_int_equal(known, n >= 5 * one_in[i]); /* n (1-p) >= 5 */
        if (!known) {
            assert_int_equal(ns, 12345678);
            continue;
        }
        uint64_t exact = sorted[n - n / one_in[i] - 1]; /* nearest rank: ceil(n p) */
        assert_true(ns >= exact && ns <= sorted[n - 1]);
        assert_true(ns - exact <= exact / HISTOGRAM_AN_OCTAVE);
        assert_int_equal(histogram_bucket(ns), histogram_bucket(exact));
    }
}

static void percentiles_are_those_of_the_sorted_values(void **state)
{
    static const size_t counts[] = {0,   1,    9,    10,   11,    49,    50,    499,  500,
                                    501, 4999, 5000, 5001, 49999, 50000, 50001, 99991};
    (void)state;
    for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
        size_t n = counts[c];
        uint64_t *values = calloc(n + 1, sizeof(*values)), sum = 0;
        struct histogram *h = calloc(1, sizeof(*h));
        struct rng r = {.state = c};
        assert_non_null(values);
        assert_non_null(h);
        for (size_t i = 0; i < n; i++) {
            values[i] = random_ns(&r);
            sum += values[i];
            histogram_add(h, values[i]);
        }
        qsort(values, n, sizeof(*values), compare_u64);
        assert_true(h->n == n && h->sum == sum);
        assert_true(!n || (h->min == values[0] && h->max == values[n - 1]));
        check_percentiles(h, values, n);
        free(values);
        free(h);
    }
}

static void merged_is_as_if_one(void **state)
{
    enum { PARTS = 3, VALUES = 3000 };
    static struct histogram parts[PARTS + 1], whole, merged; /* the last part stays empty */
    (void)state;
    struct rng r = {.state = 8};
    for (unsigned i = 0; i < VALUES; i++) {
        uint64_t ns = random_ns(&r) + 100; /* an empty histogram's min of 0 is none */
        histogram_add(&parts[i % PARTS], ns);
        histogram_add(&whole, ns);
    }
    for (unsigned order = 0; order < 2; order++) {
        memset(&merged, 0, sizeof(merged));
        for (unsigned i = 0; i <= PARTS; i++)
            histogram_merge(&merged, &parts[order ? PARTS - i : i]);
        assert_memory_equal(&merged, &whole, sizeof(whole));
    }
}

/* What is longer than the range is counted in the last bucket, and told by its exact maximum. */
static void beyond_the_range_nothing_is_lost(void **state)
{
    static const uint64_t longer[] = {1ull << 37, (1ull << 37) + 1, 1ull << 50, UINT64_MAX / 64};
    static struct histogram h;
    uint64_t ns;
    (void)state;
    memset(&h, 0, sizeof(h));
    for (unsigned i = 0; i < 40; i++)
        histogram_add(&h, longer[i % 4]);
    assert_true(h.n == 40 && h.count[HISTOGRAM_BUCKETS - 1] == 40);
    assert_true(h.min == longer[0] && h.max == longer[3]);
    assert_true(histogram_percentile(&h, 2, &ns) && ns == longer[3]);
    histogram_add(&h, (1ull << 37) - 1);
    assert_true(h.count[HISTOGRAM_BUCKETS - 1] == 41 && h.min == (1ull << 37) - 1);
}

/* A stretch that is no longer than that of nothing is 0 ns, not 2^64; the rest is rounded to whole ns. */
static void ticks_become_ns(void **state)
{
    static struct latency l;
    (void)state;
    memset(&l, 0, sizeof(l));
    l.clock = (struct stamp_clock){.ns_per_tick = 0.4, .empty_ticks = 50};
    latency_add(&l, &l.write, 0);
    latency_add(&l, &l.write, 49);
    latency_add(&l, &l.write, 50);
    assert_true(l.write.n == 3 && l.write.max == 0 && l.write.count[0] == 3);
    latency_add(&l, &l.write, 51); /* 0.4 */
    assert_true(l.write.count[0] == 4);
    latency_add(&l, &l.write, 52); /* 0.8 */
    assert_true(l.write.max == 1 && l.write.count[1] == 1);
    latency_add(&l, &l.fsync, 50 + 2500000000u);
    assert_true(l.fsync.min == 1000000000 && l.fsync.n == 1 && l.write.n == 5);
    latency_add(&l, &l.fsync, UINT64_MAX - 5); /* counters that disagree */
    assert_true(l.fsync.min == 0 && l.fsync.max == 1000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_lie_side_by_side),
        cmocka_unit_test(every_value_is_in_its_bucket),
        cmocka_unit_test(percentiles_are_those_of_the_sorted_values),
        cmocka_unit_test(merged_is_as_if_one),
        cmocka_unit_test(beyond_the_range_nothing_is_lost),
        cmocka_unit_test(ticks_become_ns),
    };
    return cmocka_run_group_tests_name("histograms", tests, NULL, NULL);
}
