/* test_latency.c - a report shows latencies where there are any, and compares the tails of what it compares
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/documents.h"

static char *text_of(const json_t *d, const struct report_options *options)
{
    char *text = report_string(report_text, d, options, NULL), *plain = unwrapped(text);
    assert_clean(text);
    if (!options->all && !options->cell)
        assert_fits(text);
    free(text);
    return plain;
}

static const struct report_options page = {.source = "runs/x"};

/* Calls whose percentiles are p50 and multiples of it; without p99.9 and p99 when `few`. */
static json_t *some_calls(int p50, bool few)
{
    json_t *calls =
        json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:n, s:[[i,i],[i,i]]}", "n", few ? 64 : 6000, "min",
                  p50 / 2, "max", p50 * 50, "p50", p50, "p90", 2 * p50, "p99", 4 * p50, "p999", 16 * p50,
                  "p9999", "buckets", p50, few ? 63 : 5999, p50 * 32, 1);
    assert_non_null(calls);
    if (few) {
        json_object_set_new(calls, "p99", json_null());
        json_object_set_new(calls, "p999", json_null());
    }
    return calls;
}

static void set_latency(json_t *document, size_t cell, json_t *write, json_t *fsync)
{
    json_t *latency = json_pack("{s:s, s:f, s:f, s:i, s:o, s:o}", "unit", "ns", "stamp_ns", 12.5, "path_ns",
                                1200.0, "buckets_an_octave", 32, "write", write, "fsync", fsync);
    assert_non_null(latency);
    json_object_set_new(json_array_get(json_object_get(document, "cells"), cell), "latency", latency);
}

static json_t *pair(void)
{
    json_t *d = new_document();
    add_pair(d, "4096", "l2", "1", 1.5, "slower");
    return d;
}

static void without_latencies_there_is_no_section(void **state)
{
    (void)state;
    json_t *d = pair();
    char *text = text_of(d, &page);
    assert_false(says(text, "Latency"));
    free(text);
    json_decref(d);
}

static void the_tails_are_compared(void **state)
{
    (void)state;
    json_t *d = pair();
    set_latency(d, 0, some_calls(200, false), some_calls(40, false));
    set_latency(d, 1, some_calls(100, false), some_calls(4000, false));
    char *text = text_of(d, &page);
    assert_true(says(text, "Latency of each call (stamped)"));
    assert_true(says(text, "write() p99 of deferred-xarray is 400 ns, 0.50 times bypass's 800 ns"));
    assert_true(says(text, "fsync() p99.9 of deferred-xarray is 64.0 us, 100 times bypass's 640 ns") ||
                says(text, "fsync() p99.9 of deferred-xarray is 64000 ns, 100 times bypass's 640 ns"));
    assert_true(says(text, "never to be added up"));
    free(text);
    struct report_options all = {.source = "runs/x", .all = true};
    text = text_of(d, &all);
    assert_true(says(text, "Latency of each call (stamped), every cell"));
    free(text);
    json_decref(d);
}

static void no_ratio_to_the_clock_s_steps(void **state)
{
    (void)state;
    json_t *d = pair();
    set_latency(d, 0, some_calls(200, false), some_calls(2, false)); /* p99.9 of 32 ns, stamps of 12.5 ns */
    set_latency(d, 1, some_calls(100, false), some_calls(4000, false));
    char *text = text_of(d, &page);
    assert_true(says(text, "bypass's is 32.0 ns, about what stamps resolve"));
    assert_false(says(text, "times bypass's 32.0 ns"));
    free(text);
    json_decref(d);
}

static void what_is_too_few_is_said(void **state)
{
    (void)state;
    json_t *d = pair();
    set_latency(d, 0, some_calls(200, false), some_calls(40, true));
    set_latency(d, 1, some_calls(100, false), some_calls(4000, true));
    char *text = text_of(d, &page);
    assert_true(says(text, "64 calls of fsync() are too few for its p99"));
    assert_false(says(text, "fsync() p99 of"));
    free(text);
    set_latency(d, 0, some_calls(200, false), json_null()); /* dirty=never: nothing is said of fsync() */
    set_latency(d, 1, some_calls(100, false), json_null());
    text = text_of(d, &page);
    assert_true(says(text, "write() p99 of deferred-xarray"));
    assert_false(says(text, "too few"));
    free(text);
    json_decref(d);
}

static void one_cell_shows_its_histograms(void **state)
{
    (void)state;
    json_t *d = pair();
    set_latency(d, 1, some_calls(100, false), some_calls(4000, false));
    struct report_options one = {.source = "runs/x", .cell = "deferred-xarray"};
    char *text = text_of(d, &one);
    assert_true(says(text, "p50 100 ns, p90 200 ns, p99 400 ns, p99.9 1600 ns, p99.99 -"));
    assert_true(says(text, "write() from calls %"));
    assert_true(says(text, "96.0 ns 5999")); /* a quarter of an octave is a row */
    assert_true(says(text, "3072 ns 1 "));
    assert_true(says(text, "fsync() from calls %"));
    free(text);
    json_decref(d);
}

static void check_any(const json_t *document)
{
    struct report_options one = {.source = "runs/x", .cell = "deferred-xarray"};
    struct error err = {0};
    free(report_string(report_text, document, &page, &err));
    free(report_string(report_text, document, &one, &err));
    free(report_string(report_markdown, document, &page, &err));
}

static void any_member_may_be_null(void **state)
{
    (void)state;
    json_t *d = pair();
    set_latency(d, 0, some_calls(200, false), some_calls(40, false));
    set_latency(d, 1, some_calls(100, false), some_calls(4000, false));
    each_null(d, json_object_get(json_array_get(json_object_get(d, "cells"), 1), "latency"), check_any);
    json_t *low = json_array_get(
        json_array_get(
            json_object_get(
                json_object_get(json_object_get(json_array_get(json_object_get(d, "cells"), 1), "latency"),
                                "write"),
                "buckets"),
            0),
        0);
    static const json_int_t lows[] = {-1, 0, 1, 7, 8, INT64_MAX};
    for (size_t i = 0; i < sizeof(lows) / sizeof(lows[0]); i++) {
        json_integer_set(low, lows[i]);
        check_any(d);
    }
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_latencies_there_is_no_section), cmocka_unit_test(the_tails_are_compared),
        cmocka_unit_test(no_ratio_to_the_clock_s_steps),         cmocka_unit_test(what_is_too_few_is_said),
        cmocka_unit_test(one_cell_shows_its_histograms),         cmocka_unit_test(any_member_may_be_null),
    };
    return cmocka_run_group_tests_name("latencies reported", tests, NULL, NULL);
}
