/* test_merge_run.c - what several processes say together: head, controls, comparisons, warnings; what cannot
 * be merged */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/results/documents.h"

static void head_is_of_the_first_and_noise_of_the_worst(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    put_at(d.at[1], "run.id", json_string("another"));
    put_at(d.at[1], "run.finished", json_string("2026-01-01T00:20:00Z"));
    put_at(d.at[2], "run.finished", json_string("2026-01-01T00:30:00Z"));
    put_numbers(&d, "run.measuring_s", 100.0, 20.0, 3.5);
    put_numbers(&d, "machine.load", 0.5, 2.0, 1.0);
    put_numbers(&d, "machine.clock_ns", 14.0, 16.0, 18.0);
    put_numbers(&d, "machine.trend_percent", 1.0, -3.0, 2.0);
    put_numbers(&d, "machine.huge_page_percent", 100.0, 40.0, 90.0);
    put_at(d.at[2], "machine.steal_percent", json_real(0.75));
    put_at(d.at[1], "machine.new_switches", json_integer(12));
    put_numbers(&d, "machine.spin_ns", 9000.0, 8000.0, 8200.0);
    json_t *document = merged(&d);
    assert_string_equal(text_at(document, "schema"), "pmembench-result");
    assert_near(number_at(document, "machine.spin_ns"), 8200);
    assert_string_equal(text_at(document, "run.id"), "20260101T000000Z-7");
    assert_string_equal(text_at(document, "run.finished"), "2026-01-01T00:30:00Z");
    assert_int_equal(json_array_size(place_of(document, "run.argv")), 4);
    assert_int_equal(json_integer_value(place_of(document, "run.repeats")), 3);
    assert_near(number_at(document, "run.measuring_s"), 123.5);
    assert_near(number_at(document, "machine.load"), 2);
    assert_near(number_at(document, "machine.clock_ns"), 14);
    assert_near(number_at(document, "machine.trend_percent"), -3);
    assert_near(number_at(document, "machine.huge_page_percent"), 40);
    assert_near(number_at(document, "machine.steal_percent"), 0.75);
    assert_near(number_at(document, "machine.new_switches"), 12);
    assert_near(number_at(document, "machine.drift_percent"), 1.7);
    assert_true(json_equal(json_object_get(document, "domain"), json_object_get(d.at[0], "domain")));
    json_decref(document);
    documents_free(&d);
}

static void a_tuning_stays_where_all_had_the_same(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    for (size_t i = 0; i < 3; i++)
        put_at(d.at[i], "run.tuning", json_string("hybrid@1536 from here"));
    json_t *document = merged(&d);
    assert_string_equal(text_at(document, "run.tuning"), "hybrid@1536 from here");
    json_decref(document);
    put_at(d.at[1], "run.tuning", json_string("hybrid@2048 from there"));
    document = merged(&d);
    assert_null(place_of(document, "run.tuning"));
    json_decref(document);
    json_object_del(place_of(d.at[0], "run"), "tuning");
    document = merged(&d);
    assert_null(place_of(document, "run.tuning"));
    json_decref(document);
    documents_free(&d);
}

static void status_is_the_worst(void **state)
{
    (void)state;
    static const struct {
        const char *of[3], *together;
    } cases[] = {{{"complete", "complete", "complete"}, "complete"},
                 {{"complete", "interrupted", "complete"}, "interrupted"},
                 {{"interrupted", "complete", "failed"}, "failed"}};
    for (size_t i = 0; i < 3; i++) {
        struct documents d = documents_make(3);
        for (size_t k = 0; k < 3; k++)
            put_at(d.at[k], "status", json_string(cases[i].of[k]));
        json_t *document = merged(&d);
        assert_string_equal(text_at(document, "status"), cases[i].together);
        json_decref(document);
        documents_free(&d);
    }
}

/* Group 1 did not hold in `failing` of `count` processes. */
static void assert_held(size_t count, size_t failing, bool wanted)
{
    struct documents d = documents_make(count);
    for (size_t i = 0; i < failing; i++)
        put_at(d.at[i], "controls.groups.1.held", json_false());
    json_t *document = merged(&d);
    assert_int_equal(json_array_size(place_of(document, "controls.groups")), 2);
    assert_true(truth_at(document, "controls.groups.0.held"));
    assert_int_equal(json_integer_value(place_of(document, "controls.groups.1.held_repeats")),
                     count - failing);
    assert_int_equal(truth_at(document, "controls.groups.1.held"), wanted);
    assert_int_equal(truth_at(document, "controls.held"), wanted);
    json_decref(document);
    documents_free(&d);
}

static void controls_hold_in_all_of_few_and_most_of_many(void **state)
{
    (void)state;
    assert_held(2, 0, true);
    assert_held(2, 1, false);
    assert_held(3, 1, false);
    assert_held(4, 1, true);
    assert_held(4, 2, false);
    assert_held(8, 2, true);
    assert_held(8, 3, false);
}

static void floors_come_from_the_merged_controls(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    put_numbers(&d, "controls.groups.0.same.ratio", 1.001, 1.03, 0.999);
    put_numbers(&d, "controls.groups.1.same.ci_low", 0.95, 0.96, 0.994);
    put_numbers(&d, "controls.groups.1.expected_different", 1.05, 1.046, 1.049);
    json_t *document = merged(&d);
    assert_near(number_at(document, "controls.groups.0.same.ratio"), 1.001);
    assert_near(number_at(document, "controls.groups.0.same.ci_low"), 0.994);
    assert_near(number_at(document, "controls.groups.0.same.ci_high"), 1.03);
    assert_near(number_at(document, "controls.groups.1.different.ci_low"), 1.047);
    assert_near(number_at(document, "controls.groups.1.expected_different"), 1.049);
    assert_near(number_at(document, "controls.floor_ratio"), 1 / 0.96); /* farther than 1.03 */
    json_decref(document);
    for (size_t i = 0; i < 3; i++) {
        put_at(d.at[i], "controls.groups.0.same.ci_high", json_null());
        put_at(d.at[i], "cells.1.bistable", json_true());
    }
    document = merged(&d);
    assert_true(json_is_null(place_of(document, "controls.floor_ratio")));
    assert_string_equal(text_at(document, "comparisons.0.verdict"), "unresolved");
    json_decref(document);
    documents_free(&d);
}

/* BASE at 100 and TRACKED at 100 times `ratio` in n rounds. */
static void put_ratio(json_t *document, size_t n, double ratio)
{
    put_samples_of(document, BASE, n, 1, 100, 100);
    put_samples_of(document, TRACKED, n, 1, 100 * ratio, 100 * ratio);
}

static void ratios_are_of_all_rounds_and_hold_each_process(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    put_ratio(d.at[0], 20, 1.1);
    put_ratio(d.at[1], 20, 1.1);
    put_ratio(d.at[2], 20, 1.1);
    json_t *document = merged(&d), *c = place_of(document, "comparisons.0");
    assert_int_equal(json_array_size(json_object_get(document, "comparisons")), 1);
    assert_string_equal(text_at(c, "a.id"), text_at(document, "cells.0.id"));
    assert_string_equal(text_at(c, "b.id"), text_at(document, "cells.1.id"));
    assert_string_equal(text_at(c, "key"), text_at(document, "cells.1.key"));
    assert_near(number_at(c, "ratio"), 1.1);
    assert_near(number_at(c, "ci_low"), 1.1);
    assert_near(number_at(c, "ci_high"), 1.1);
    assert_true(fabs(number_at(c, "p") / ldexp(1, -59) - 1) < 1e-6); /* all of 60 on one side */
    assert_string_equal(text_at(c, "verdict"), "slower");
    assert_string_equal(text_at(c, "method"), "paired by round in 3 processes, sign interval");
    assert_near(number_at(c, "rounds"), 60);
    assert_near(number_at(c, "more_rounds"), 0);
    json_decref(document);
    put_ratio(d.at[2], 1, 0.9); /* too few rounds to weigh, but a process */
    document = merged(&d), c = place_of(document, "comparisons.0");
    assert_near(number_at(c, "ratio"), 1.1);
    assert_near(number_at(c, "ci_low"), 0.9);
    assert_near(number_at(c, "ci_high"), 1.1);
    assert_string_equal(text_at(c, "verdict"), "unresolved");
    assert_near(number_at(c, "rounds"), 41);
    json_decref(document);
    documents_free(&d);
}

static void only_rounds_of_both_are_paired(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    put_ratio(d.at[0], 20, 1.1);
    put_ratio(d.at[1], 20, 1.1);
    put_samples_of(d.at[2], BASE, 20, 1, 100, 100);
    put_samples_of(d.at[2], TRACKED, 19, 1, 300, 300);
    put_at(d.at[1], "cells.1.status", json_string("skipped"));
    json_t *document = merged(&d), *c = place_of(document, "comparisons.0");
    assert_string_equal(text_at(c, "method"), "paired by round in 1 process, sign interval");
    assert_near(number_at(c, "rounds"), 20);
    assert_near(number_at(c, "ci_high"), 1.1);
    json_decref(document);
    documents_free(&d);
}

/* A second comparison, FLOOR with BASE, that the last process alone tells. */
static void compare_floor(struct documents *d)
{
    json_t *document = d->at[d->count - 1], *more = json_deep_copy(place_of(document, "comparisons.0"));
    put_at(more, "key", json_deep_copy(place_of(document, "cells.2.key")));
    put_at(more, "b.id", json_deep_copy(place_of(document, "cells.2.id")));
    json_array_append_new(place_of(document, "comparisons"), more);
}

static void one_family_is_adjusted_and_judged(void **state)
{
    (void)state;
    struct documents d = documents_make(2);
    compare_floor(&d);
    for (size_t i = 0; i < 2; i++) {
        put_ratio(d.at[i], 10, 1.1);
        put_samples_of(d.at[i], FLOOR, 10, 1, 101, 101);
    }
    json_t *document = merged(&d);
    assert_int_equal(json_array_size(json_object_get(document, "comparisons")), 2);
    assert_true(fabs(number_at(document, "comparisons.0.p_holm") / ldexp(1, -18) - 1) < 1e-6);
    assert_string_equal(text_at(document, "comparisons.0.verdict"), "slower");
    assert_string_equal(text_at(document, "comparisons.1.verdict"), "equivalent");
    json_decref(document);
    put_at(d.at[0], "cells.1.bistable", json_true());
    document = merged(&d);
    assert_string_equal(text_at(document, "comparisons.0.verdict"), "bistable");
    json_decref(document);
    put_at(d.at[1], "controls.groups.0.held", json_false());
    document = merged(&d);
    assert_string_equal(text_at(document, "comparisons.0.verdict"), "unresolved");
    assert_string_equal(text_at(document, "comparisons.1.verdict"), "unresolved");
    json_decref(document);
    documents_free(&d);
}

static void modelled_drains_stand_beside_the_merged_medians(void **state)
{
    (void)state;
    struct documents d = documents_make(2);
    put_ratio(d.at[0], 10, 1.1);
    put_ratio(d.at[1], 10, 1.3);
    json_t *document = merged(&d);
    assert_true(json_is_null(place_of(document, "comparisons.0.ratio_modelled")));
    json_decref(document);
    put_numbers(&d, "cells.1.modelled_ns", 60.0, 90.0);
    put_numbers(&d, "cells.1.modelled_serial_ns", 120.0, 90.0);
    document = merged(&d);
    assert_near(number_at(document, "cells.1.modelled_ns"), 60);
    assert_near(number_at(document, "comparisons.0.ratio_modelled"), (120 + 60) / 100.0);
    assert_near(number_at(document, "comparisons.0.ratio_modelled_serial"), (120 + 120) / 100.0);
    json_decref(document);
    put_at(d.at[0], "cells.0.modelled_ns", json_null()); /* not known */
    document = merged(&d);
    assert_true(json_is_null(place_of(document, "comparisons.0.ratio_modelled")));
    json_decref(document);
    documents_free(&d);
}

static void warnings_are_told_once(void **state)
{
    (void)state;
    struct documents d = documents_make(2);
    put_at(d.at[1], "warnings.0.message", json_string("another knee"));
    put_at(d.at[1], "warnings.1.code", json_string("STEAL"));
    json_t *document = merged(&d);
    assert_int_equal(json_array_size(json_object_get(document, "warnings")), 3);
    assert_string_equal(text_at(document, "warnings.0.code"), "LLC_SHARED");
    assert_non_null(strstr(text_at(document, "warnings.0.message"), "105 MiB"));
    assert_string_equal(text_at(document, "warnings.1.code"), "HYPERVISOR");
    assert_string_equal(text_at(document, "warnings.2.code"), "STEAL");
    json_decref(document);
    documents_free(&d);
}

/* The warning of that code in the merge of three whose STEAL says these; NULL: it has none. */
static void assert_steal(const char *const said[3], const char *wanted)
{
    struct documents d = documents_make(3);
    for (size_t i = 0; i < 3; i++)
        if (said[i]) {
            put_at(d.at[i], "warnings.1.code", json_string("STEAL"));
            put_at(d.at[i], "warnings.1.message", json_string(said[i]));
        }
    json_t *document = merged(&d);
    assert_string_equal(text_at(warning_at(document, "STEAL"), "message"), wanted);
    assert_null(strstr(text_at(warning_at(document, "LLC_SHARED"), "message"), "processes"));
    json_decref(document);
    documents_free(&d);
}

static void warnings_say_how_many_processes_gave_them(void **state)
{
    (void)state;
    assert_steal((const char *const[]){"2 %", "2 %", "2 %"}, "2 %");
    assert_steal((const char *const[]){NULL, "2 %", "2 %"}, "2 % (in 2 of 3 processes)");
    assert_steal((const char *const[]){NULL, NULL, "7 %"}, "7 % (in 1 of 3 processes)");
    assert_steal((const char *const[]){"2 %", "2 %", "7 %"}, "2 % (in 3 of 3 processes)");
}

/* Two processes whose medians are 100 and `other`, each known to `width`. */
static json_t *apart(double other, double width)
{
    struct documents d = documents_make(2);
    put_numbers(&d, "cells.0.summary.median", 100.0, other);
    put_numbers(&d, "cells.0.summary.ci_low", 100 - width / 2, other - width / 2);
    put_numbers(&d, "cells.0.summary.ci_high", 100 + width / 2, other + width / 2);
    put_numbers(&d, "cells.3.summary.median", 400.0, other > 140 ? 800.0 : 400.0);
    json_t *document = merged(&d);
    documents_free(&d);
    return document;
}

static void processes_that_differ_are_told(void **state)
{
    (void)state;
    static const struct {
        double other, width;
        bool told;
    } cases[] = {{104, 1, false}, {106, 1, true}, {106, 2.1, false}, {94, 1, true}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *document = apart(cases[i].other, cases[i].width);
        assert_int_equal(warning_at(document, "REPEATS_DIFFER") != NULL, cases[i].told);
        json_decref(document);
    }
    json_t *document = apart(150, 1);
    const char *message = text_at(warning_at(document, "REPEATS_DIFFER"), "message");
    assert_non_null(strstr(message, "in 2 cells; most, by 67 %"));
    assert_non_null(strstr(message, text_at(document, "cells.3.key")));
    json_decref(document);
}

static void assert_refused(struct documents *d, const char *part)
{
    assert_null(documents_merge(d));
    assert_int_equal(d->err.code, EXIT_CANNOT);
    if (!strstr(d->err.text, part) || !strstr(d->err.text, text_at(d->at[0], "cells.1.id")))
        fail_msg("'%s' does not say '%s' and the cell", d->err.text, part);
    d->err.code = EXIT_DONE;
}

static void other_streams_are_refused(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    put_at(d.at[2], "cells.1.stream_hash", json_string(""));
    json_decref(merged(&d));
    put_at(d.at[2], "cells.1.stream_hash", json_string("0123456789abcdee"));
    assert_refused(&d, "process 3 of 3 wrote another stream");
    put_at(d.at[0], "cells.1.stream_hash", json_string(""));
    assert_refused(&d, "process 3 of 3 wrote another stream");
    documents_free(&d);
}

static void only_interrupted_processes_may_lack_cells(void **state)
{
    (void)state;
    struct documents d = documents_make(3);
    json_array_remove(place_of(d.at[1], "cells"), TRACKED);
    assert_refused(&d, "not in process 2 of 3");
    put_at(d.at[1], "status", json_string("interrupted"));
    json_array_clear(place_of(d.at[1], "comparisons"));
    json_t *document = merged(&d);
    assert_int_equal(json_array_size(json_object_get(document, "cells")), 5);
    assert_string_equal(text_at(document, "cells.1.reason"), "measured in 2 of 3 processes");
    assert_near(number_at(document, "comparisons.0.rounds"), 80);
    json_decref(document);
    struct documents last_first = {{d.at[1], d.at[0]}, 2, {0}};
    document = merged(&last_first);
    assert_string_equal(text_at(document, "cells.4.path"), "deferred-bitmap"); /* after those of the first */
    assert_near(number_at(document, "comparisons.0.rounds"), 40);
    json_decref(document);
    documents_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(head_is_of_the_first_and_noise_of_the_worst),
        cmocka_unit_test(a_tuning_stays_where_all_had_the_same),
        cmocka_unit_test(status_is_the_worst),
        cmocka_unit_test(controls_hold_in_all_of_few_and_most_of_many),
        cmocka_unit_test(floors_come_from_the_merged_controls),
        cmocka_unit_test(ratios_are_of_all_rounds_and_hold_each_process),
        cmocka_unit_test(only_rounds_of_both_are_paired),
        cmocka_unit_test(one_family_is_adjusted_and_judged),
        cmocka_unit_test(modelled_drains_stand_beside_the_merged_medians),
        cmocka_unit_test(warnings_are_told_once),
        cmocka_unit_test(warnings_say_how_many_processes_gave_them),
        cmocka_unit_test(processes_that_differ_are_told),
        cmocka_unit_test(other_streams_are_refused),
        cmocka_unit_test(only_interrupted_processes_may_lack_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
