/* test_merge.c - cells of several processes as one: samples, intervals, ledgers, counts, latencies, status */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/results/documents.h"

/* Value, low and high at the place, by the names given. */
static void assert_interval(const json_t *object, const char *names, double value, double low, double high)
{
    char name[3][32];
    assert_int_equal(sscanf(names, "%31s %31s %31s", name[0], name[1], name[2]), 3);
    assert_near(number_at(object, name[0]), value);
    assert_near(number_at(object, name[1]), low);
    assert_near(number_at(object, name[2]), high);
}

static void one_document_is_itself(void **state)
{
    (void)state;
    struct documents d = documents_make(1);
    json_t *one = merged(&d);
    assert_int_equal(json_integer_value(place_of(one, "run.repeats")), 1);
    assert_int_equal(json_array_size(place_of(one, "cells.0.repeat")), 1);
    assert_near(number_at(one, "cells.0.repeat.0"), number_at(d.at[0], "cells.0.summary.median"));
    assert_int_equal(json_array_size(place_of(one, "cells.4.repeat")), 0);
    for (unsigned i = 0; i < 5; i++)
        json_array_clear(place_of(json_array_get(json_object_get(one, "cells"), i), "repeat"));
    put_at(d.at[0], "run.repeats", json_integer(1));
    assert_true(json_equal(one, d.at[0]));
    json_decref(one);
    documents_free(&d);
}

static void borrowed_documents_stay_as_they_were(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    json_t *before = json_deep_copy(d.at[1]), *document = merged(&d);
    put_at(document, "run.argv", json_array());
    put_at(document, "cells.1.counts.fences", json_integer(0));
    put_at(document, "cells.4.reason", json_string("else"));
    for (size_t i = 0; i < 3; i++)
        assert_true(json_equal(d.at[i], before));
    json_decref(before);
    json_decref(document);
    documents_free(&d);
}

static void samples_follow_each_other(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    put_samples_of(d.at[0], BASE, 2, 1, 100, 101);
    put_samples_of(d.at[1], BASE, 3, 1, 200, 201);
    put_samples_of(d.at[2], BASE, 1, 1, 300, 301);
    put_at(d.at[1], "cells.0.rounds", json_integer(3));
    put_at(d.at[2], "cells.0.dropped", json_integer(5));
    put_at(d.at[1], "cells.0.ended_by", json_string("time"));
    put_at(d.at[0], "cells.1.layouts", json_array());
    put_at(d.at[0], "cells.0.level", json_pack("[f]", 90.0));
    json_object_del(place_of(d.at[1], "cells.0"), "level");
    put_at(d.at[2], "cells.0.level", json_pack("[f]", 280.0));
    json_t *document = merged(&d), *cell = place_of(document, "cells.0");
    static const double samples[] = {100, 101, 200, 201, 200, 300};
    static const int layouts[] = {0, 1, 0, 1, 2, 0};
    assert_int_equal(json_array_size(json_object_get(cell, "samples")), 6);
    assert_int_equal(json_array_size(json_object_get(cell, "layouts")), 6);
    for (size_t i = 0; i < 6; i++) {
        assert_near(json_real_value(json_array_get(json_object_get(cell, "samples"), i)), samples[i]);
        assert_int_equal(json_integer_value(json_array_get(json_object_get(cell, "layouts"), i)), layouts[i]);
    }
    assert_near(number_at(cell, "rounds"), 40 + 3 + 40);
    assert_near(number_at(cell, "dropped"), 40 + 40 + 5);
    assert_string_equal(text_at(cell, "ended_by"), "time");
    assert_string_equal(text_at(document, "cells.1.ended_by"), "precision");
    assert_int_equal(json_array_size(json_object_get(cell, "repeat")), 3);
    assert_near(number_at(cell, "repeat.0"), 100.5);
    assert_near(number_at(cell, "repeat.1"), 200);
    assert_near(number_at(cell, "repeat.2"), 300);
    assert_int_equal(json_array_size(json_object_get(cell, "level")), 2); /* the second document has none */
    assert_near(number_at(cell, "level.0"), 90);
    assert_near(number_at(cell, "level.1"), 280);
    assert_int_equal(json_array_size(place_of(document, "cells.1.layouts")), 0); /* not one a sample */
    json_decref(document);
    documents_free(&d);
}

static void summary_is_of_all_samples_around_the_processes_median(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    put_samples_of(d.at[0], BASE, 10, 1, 100, 100);
    put_samples_of(d.at[1], BASE, 10, 1, 110, 110);
    put_samples_of(d.at[2], BASE, 1, 1, 104, 104);
    put_numbers(&d, "cells.0.summary.ci_low", 99.0, 109.0, 103.0);
    put_numbers(&d, "cells.0.summary.ci_high", 101.0, 120.0, 117.0);
    put_numbers(&d, "cells.0.gb_per_s", 4.0, 9.0, 9.0);
    json_t *document = merged(&d), *summary = place_of(document, "cells.0.summary");
    assert_interval(summary, "median ci_low ci_high", 104, 100, 117); /* lows 103 held 100, highs held 110 */
    assert_near(number_at(summary, "p50"), 104);
    assert_near(number_at(summary, "max"), 110);
    assert_near(number_at(summary, "n"), 21);
    assert_true(json_is_null(json_object_get(summary, "p90")));
    assert_near(number_at(document, "cells.0.gb_per_s"), 400.0 / 104);
    json_decref(document);
    documents_free(&d);
}

static void few_processes_are_held_whole_and_many_by_their_sign_interval(void **state)
{
    (void)state;
    struct documents d = documents_make(9);
    put_numbers(&d, "cells.0.summary.median", 101., 102., 103., 104., 105., 106., 107., 108., 200.);
    for (size_t i = 0; i < 9; i++) {
        put_at(d.at[i], "cells.0.summary.ci_low", json_real(104.5));
        put_at(d.at[i], "cells.0.summary.ci_high", json_real(105.5));
    }
    static const double wanted[][4] = {{2, 101.5, 101, 105.5},
                                       {5, 103, 101, 105.5},
                                       {6, 103.5, 101, 106},
                                       {8, 104.5, 101, 108},
                                       {9, 105, 102, 108}};
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        struct documents some = d;
        some.count = (size_t)wanted[i][0];
        json_t *document = merged(&some), *summary = place_of(document, "cells.0.summary");
        assert_interval(summary, "median ci_low ci_high", wanted[i][1], wanted[i][2], wanted[i][3]);
        json_decref(document);
    }
    documents_free(&d);
}

static void unknown_bounds_are_known_from_six_processes_on(void **state)
{
    (void)state;
    struct documents d = documents_make(6);
    put_numbers(&d, "cells.0.summary.median", 101., 102., 103., 104., 105., 106.);
    for (size_t i = 0; i < 6; i++) {
        put_at(d.at[i], "cells.0.summary.ci_low", json_null());
        put_at(d.at[i], "cells.0.summary.ci_high", json_null());
    }
    json_t *document = merged(&d);
    assert_interval(place_of(document, "cells.0.summary"), "median ci_low ci_high", 103.5, 101, 106);
    json_decref(document);
    json_decref(d.at[--d.count]);
    document = merged(&d);
    assert_near(number_at(document, "cells.0.summary.median"), 103);
    assert_true(json_is_null(place_of(document, "cells.0.summary.ci_low")));
    assert_true(json_is_null(place_of(document, "cells.0.summary.ci_high")));
    json_decref(document);
    documents_free(&d);
}

static void parts_are_medians_of_the_processes(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    put_numbers(&d, "cells.1.write.median", 50.0, 60.0, 52.0);
    put_numbers(&d, "cells.1.write.ci_low", 49.0, 59.0, 51.0);
    put_numbers(&d, "cells.1.write.ci_high", 51.0, 61.0, 53.0);
    put_numbers(&d, "cells.1.write.mad", 1.0, 4.0, 2.0);
    put_numbers(&d, "cells.1.write.max", 70.0, 90.0, 80.0);
    put_at(d.at[0], "cells.1.write.outliers", json_integer(3));
    put_at(d.at[1], "cells.1.write.outliers", json_integer(2));
    put_at(d.at[2], "cells.1.write.outliers", json_integer(0));
    put_at(d.at[0], "cells.1.fsync", json_null());
    json_t *document = merged(&d), *write = place_of(document, "cells.1.write");
    assert_interval(write, "median ci_low ci_high", 52, 50, 60);
    assert_near(number_at(write, "mad"), 2);
    assert_near(number_at(write, "max"), 90);
    assert_near(number_at(write, "n"), 120);
    assert_near(number_at(write, "outliers"), 5);
    assert_near(number_at(document, "cells.1.fsync.n"), 80); /* of the two that have it */
    assert_true(json_is_null(place_of(document, "cells.2.fsync")));
    json_decref(document);
    documents_free(&d);
}

static void threads_have_the_median_of_their_medians(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    for (size_t i = 0; i < 3; i++)
        put_at(d.at[i], "cells.0.thread_ns", json_pack("[f, f]", 500.0 + 10.0 * (double)i, 900.0));
    put_at(d.at[1], "cells.0.thread_ns.1", json_real(700));
    json_t *document = merged(&d);
    assert_int_equal(json_array_size(place_of(document, "cells.0.thread_ns")), 2);
    assert_near(number_at(document, "cells.0.thread_ns.0"), 510);
    assert_near(number_at(document, "cells.0.thread_ns.1"), 900);
    assert_int_equal(json_array_size(place_of(document, "cells.1.thread_ns")), 0);
    json_decref(document);
    documents_free(&d);
}

static void cells_fail_in_one_and_are_skipped_in_all(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    put_at(d.at[1], "cells.0.status", json_string("failed"));
    put_at(d.at[1], "cells.0.reason", json_string("byte 3 is wrong"));
    put_at(d.at[0], "cells.1.status", json_string("skipped"));
    put_at(d.at[0], "cells.1.reason", json_string("no time"));
    json_t *document = merged(&d);
    assert_string_equal(text_at(document, "cells.0.status"), "failed");
    assert_string_equal(text_at(document, "cells.0.reason"), "in process 2 of 3: byte 3 is wrong");
    assert_string_equal(text_at(document, "cells.1.status"), "measured");
    assert_string_equal(text_at(document, "cells.1.reason"), "measured in 2 of 3 processes");
    assert_int_equal(json_array_size(place_of(document, "cells.1.repeat")), 2);
    assert_int_equal(json_array_size(place_of(document, "cells.1.samples")), 80);
    assert_string_equal(text_at(document, "cells.2.reason"), "");
    assert_string_equal(text_at(document, "cells.4.status"), "skipped");
    assert_string_equal(text_at(document, "cells.4.reason"), "this CPU has no MOVDIR64B");
    assert_int_equal(json_array_size(json_object_get(document, "comparisons")), 0); /* one side failed */
    json_decref(document);
    documents_free(&d);
}

static void rows_are_joined_by_stage_and_side(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    for (size_t i = 0; i < 3; i++)
        put_at(d.at[i], "cells.1.ledger.4.stage", json_string("fence")); /* of the other side */
    json_t *rows = place_of(d.at[1], "cells.1.ledger"), *first = json_incref(json_array_get(rows, 0));
    json_array_remove(rows, 0);
    json_array_append_new(rows, first); /* another order: "loop" is the last of process 2 */
    put_numbers(&d, "cells.1.ledger.7.ns_added", 88.0, 8.0, 94.0);
    put_numbers(&d, "cells.1.ledger.0.ns_added", 6.0, 21.5, 7.0); /* process 2: surround */
    put_at(d.at[1], "cells.1.ledger.0.ns_added", json_real(231));
    for (size_t i = 0; i < 3; i++)
        put_at(d.at[i], "cells.1.ledger.3.ns_saved", json_null());
    json_t *document = merged(&d), *ledger = place_of(document, "cells.1.ledger");
    assert_int_equal(json_array_size(ledger), 8);
    assert_string_equal(text_at(ledger, "0.stage"), "loop");
    /* 6.1 (0.97 - 0.5, 1.03 + 0.5) made to hold 6, 8 and 7 */
    assert_interval(json_array_get(ledger, 0), "ns_added added_low added_high", 7, 5.417, 8);
    assert_string_equal(text_at(ledger, "7.stage"), "fence");
    assert_interval(json_array_get(ledger, 7), "ns_added added_low added_high", 88, 84.86, 94);
    assert_string_equal(text_at(ledger, "2.stage"), "lock");
    assert_true(truth_at(ledger, "2.overlaps") && truth_at(ledger, "2.first_fence"));
    assert_interval(json_array_get(ledger, 2), "ns_saved saved_low saved_high", 6.2, 5.514, 6.886);
    assert_false(truth_at(ledger, "3.overlaps"));
    json_decref(document);
    documents_free(&d);
}

static void rows_and_what_is_left_make_the_whole(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    put_numbers(&d, "cells.1.summary.median", 750.0, 760.0, 780.0);
    put_numbers(&d, "cells.1.persistence_ns.value", 490.0, 470.0, 500.0);
    put_numbers(&d, "cells.1.overlap_ns.low", 70.0, 80.0, 84.0);
    put_at(d.at[0], "cells.1.overlap_ns", json_null());
    json_t *document = merged(&d), *cell = place_of(document, "cells.1");
    double rows = 6.1 + 231 + 21.5 + 71 + 13.4 + 9.2 + 312 + 88;
    assert_interval(json_object_get(cell, "unattributed_ns"), "value low high", 760 - rows, -6, 760 - rows);
    assert_interval(json_object_get(cell, "persistence_ns"), "value low high", 490, 470, 500);
    assert_interval(json_object_get(cell, "overlap_ns"), "value low high", 85.5, 82, 91);
    assert_true(json_is_null(place_of(document, "cells.0.unattributed_ns")));
    json_decref(document);
    put_numbers(&d, "cells.1.summary.median", 750.0, 700.0, 690.0);
    document = merged(&d);
    assert_interval(place_of(document, "cells.1.unattributed_ns"), "value low high", 700 - rows, 700 - rows,
                    1.25);
    assert_int_equal(json_array_size(place_of(document, "cells.0.ledger")), 0);
    json_decref(document);
    documents_free(&d);
}

static void counts_are_of_the_first_and_faults_the_most(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    put_numbers(&d, "cells.1.counts.faults", 0.0, 0.25, 0.125);
    json_t *document = merged(&d);
    assert_near(number_at(document, "cells.1.counts.faults"), 0.25);
    assert_near(number_at(document, "cells.1.counts.locked_ops"), 9);
    assert_null(warning_at(document, "COUNTS_DIFFER"));
    json_decref(document);
    put_numbers(&d, "cells.1.counts.fences", 2.0, 2.0, 3.0);
    document = merged(&d);
    assert_near(number_at(document, "cells.1.counts.fences"), 2);
    const char *message = text_at(warning_at(document, "COUNTS_DIFFER"), "message");
    assert_non_null(strstr(message, "in 1 cells"));
    assert_non_null(strstr(message, text_at(document, "cells.1.key")));
    json_decref(document);
    documents_free(&d);
}

static void put_latency(json_t *document, const char *buckets, int n, int min, int max)
{
    json_t *list = json_loads(buckets, 0, NULL);
    put_at(document, "cells.1.latency",
           json_pack("{s:s, s:f, s:f, s:i, s:{s:i, s:i, s:i, s:n, s:n, s:n, s:n, s:n, s:o}, s:n}", "unit",
                     "ns", "stamp_ns", 20.0 + n, "path_ns", 700.0 - n, "buckets_an_octave", 32, "write", "n",
                     n, "min", min, "max", max, "p50", "p90", "p99", "p999", "p9999", "buckets", list,
                     "fsync"));
}

static void histograms_are_added_up(void **state)
{
    (void)state;
    struct documents d = documents_make(2);
    put_latency(d.at[0], "[[50, 30], [64, 20], [128, 10]]", 60, 50, 131);
    json_t *document = merged(&d);
    assert_true(json_is_null(place_of(document, "cells.1.latency"))); /* not in all */
    json_decref(document);
    put_latency(d.at[1], "[[49, 1], [64, 4], [128, 30], [4096, 5]]", 40, 49, 4100);
    document = merged(&d);
    json_t *latency = place_of(document, "cells.1.latency"), *write = json_object_get(latency, "write");
    json_t *buckets = json_loads("[[49, 1], [50, 30], [64, 24], [128, 40], [4096, 5]]", 0, NULL);
    assert_true(json_equal(json_object_get(write, "buckets"), buckets));
    assert_near(number_at(write, "n"), 100);
    assert_near(number_at(write, "min"), 49);
    assert_near(number_at(write, "max"), 4100);
    assert_near(number_at(write, "p50"), 65);  /* two ns wide: 64 and 65 */
    assert_near(number_at(write, "p90"), 131); /* four */
    assert_true(json_is_null(json_object_get(write, "p99")));
    assert_near(number_at(latency, "stamp_ns"), 70);
    assert_near(number_at(latency, "path_ns"), 650);
    assert_true(json_is_null(json_object_get(latency, "fsync")));
    json_decref(buckets);
    json_decref(document);
    for (size_t i = 0; i < 2; i++) { /* the last bucket that there is has all that took longer */
        put_latency(d.at[i], "[[135291469824, 50]]", 50, 0, 0);
        put_at(d.at[i], "cells.1.latency.write.max", json_integer((json_int_t)1 << 40));
    }
    document = merged(&d);
    assert_near(number_at(document, "cells.1.latency.write.p90"), ldexp(1, 40));
    json_decref(document);
    documents_free(&d);
}

/* All cells of the group steady, in all processes. */
static void make_steady(struct documents *d)
{
    for (size_t i = 0; i < d->count; i++)
        for (unsigned cell = BASE; cell <= FLOOR; cell++)
            put_samples_of(d->at[i], cell, 24, 1, 100, 101);
}

static bool is_bistable(struct documents *d)
{
    json_t *document = merged(d);
    bool bistable = truth_at(document, "cells.1.bistable");
    json_decref(document);
    return bistable;
}

static void two_speeds_are_those_of_half_the_processes_or_of_all_rounds(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    make_steady(&d);
    assert_false(is_bistable(&d));
    put_at(d.at[0], "cells.1.bistable", json_true());
    assert_false(is_bistable(&d));
    put_at(d.at[1], "cells.1.bistable", json_true());
    assert_true(is_bistable(&d));
    put_at(d.at[0], "cells.1.bistable", json_false());
    put_at(d.at[1], "cells.1.bistable", json_false());
    put_samples_of(d.at[0], TRACKED, 24, 1, 160, 161); /* a level of its own is no second speed */
    assert_false(is_bistable(&d));
    for (size_t i = 0; i < 3; i++)
        put_samples_of(d.at[i], TRACKED, 24, 1, 100, 130);
    assert_true(is_bistable(&d));
    for (size_t i = 0; i < 3; i++) /* rounds that are slow for all are not the cell's */
        for (unsigned cell = BASE; cell <= FLOOR; cell++)
            put_samples_of(d.at[i], cell, 24, 1, 100, 130);
    assert_false(is_bistable(&d));
    documents_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_document_is_itself),
        cmocka_unit_test(borrowed_documents_stay_as_they_were),
        cmocka_unit_test(samples_follow_each_other),
        cmocka_unit_test(summary_is_of_all_samples_around_the_processes_median),
        cmocka_unit_test(few_processes_are_held_whole_and_many_by_their_sign_interval),
        cmocka_unit_test(unknown_bounds_are_known_from_six_processes_on),
        cmocka_unit_test(parts_are_medians_of_the_processes),
        cmocka_unit_test(threads_have_the_median_of_their_medians),
        cmocka_unit_test(cells_fail_in_one_and_are_skipped_in_all),
        cmocka_unit_test(rows_are_joined_by_stage_and_side),
        cmocka_unit_test(rows_and_what_is_left_make_the_whole),
        cmocka_unit_test(counts_are_of_the_first_and_faults_the_most),
        cmocka_unit_test(histograms_are_added_up),
        cmocka_unit_test(two_speeds_are_those_of_half_the_processes_or_of_all_rounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
