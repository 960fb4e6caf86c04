/* test_text.c - the text report: its page, its claims, flips, sums, hostile strings */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/documents.h"

#include <math.h>

#include "reports/sections.h"

static char *text_of(const json_t *d)
{
    static const struct report_options options = {.source = "runs/x"};
    char *text = report_string(report_text, d, &options, NULL);
    assert_fits(text);
    assert_clean(text);
    return text;
}

static void assert_says(const json_t *d, const char *what, bool expected)
{
    char *text = text_of(d), *plain = unwrapped(text);
    if (says(plain, what) != expected)
        fail_msg("%s%s in:\n%s", expected ? "" : "must not be: ", what, text);
    free(plain);
    free(text);
}

static void the_fixture_fits_a_page_and_begins_with_its_controls(void **state)
{
    (void)state;
    json_t *d = load_fixture();
    char *text = text_of(d);
    assert_memory_equal(text, "controls  HELD", 14);
    assert_true(says(text, "differences below"));
    assert_true(says(text, "what the CPU does is real, the medium is not"));
    assert_true(says(text, "Where it moved"));
    assert_true(says(text, "Trackers alone"));
    assert_true(says(text, "flips"));
    assert_true(says(text, "LLC_SHARED"));
    assert_true(says(text, "report runs/x --all"));
    free(text);
    json_decref(d);
}

static void many_warnings_and_failures_still_fit(void **state)
{
    (void)state;
    json_t *d = load_fixture(), *cells = json_object_get(d, "cells");
    char message[2000];
    memset(message, 'w', sizeof message - 1);
    message[sizeof message - 1] = 0;
    for (int i = 0; i < 50; i++)
        json_array_append_new(
            json_object_get(d, "warnings"),
            json_pack("{s:s, s:s, s:s}", "code", "W", "message", i % 2 ? message : "short", "hint", message));
    for (size_t i = 0; i < json_array_size(cells); i += 3) {
        json_object_set_new(json_array_get(cells, i), "status", json_string("failed"));
        json_object_set_new(json_array_get(cells, i), "reason", json_string("bytes differ"));
    }
    json_object_set_new(d, "status", json_string("interrupted"));
    assert_says(d, "INTERRUPTED", true);
    assert_says(d, "FAILED", true);
    json_decref(d);
}

/* With one more line each time, some document needs exactly a line too much. */
static void no_number_of_lines_is_too_many(void **state)
{
    (void)state;
    json_t *d = load_fixture();
    for (int i = 0; i < 12; i++) {
        json_array_append_new(json_object_get(d, "warnings"),
                              json_pack("{s:s, s:s, s:s}", "code", "W", "message", "short", "hint", ""));
        free(text_of(d));
    }
    json_decref(d);
    d = document_with_ledger(1.2, "slower", 200);
    for (int i = 0; i < 40; i++) {
        json_t *cell = add_cell(d, "write_fsync", "eager", "none", "4096", "l2", "1", 1);
        json_object_set_new(cell, "status", json_string("failed"));
        free(text_of(d));
    }
    json_decref(d);
}

static void words_longer_than_a_line_are_cut(void **state)
{
    (void)state;
    json_t *d = document_with_ledger(1.2, "slower", 200);
    char word[301];
    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = 0;
    json_object_set_new(json_object_get(json_object_get(d, "machine"), "cpu"), "model", json_string(word));
    json_object_set_new(json_array_get(json_object_get(d, "cells"), 1), "path", json_string(word));
    free(text_of(d));
    json_decref(d);
}

static void a_failed_run_and_a_failed_cell_are_said(void **state)
{
    (void)state;
    json_t *d = new_document();
    add_pair(d, "4096", "l2", "1", 1.6, "slower");
    json_t *cell = add_cell(d, "write_fsync", "eager", "none", "4096", "l2", "1", 1);
    json_object_set_new(cell, "status", json_string("failed"));
    json_object_set_new(cell, "reason", json_string("line 7 is not what was written"));
    json_object_set_new(d, "status", json_string("failed"));
    assert_says(d, "FAILED: 2 of 3 cells measured", true);
    assert_says(d, "FAILED eager", true);
    assert_says(d, "line 7 is not what was written", true);
    json_decref(d);
}

static void large_surfaces_fit(void **state)
{
    (void)state;
    static const char *const footprints[] = {"l2", "llc", "beyond", "4096", "8192", "16384", "32768"};
    json_t *d = new_document();
    char size[24], overwrite[24];
    for (int o = 1; o <= 8; o++)
        for (int s = 0; s < 15; s++)
            for (size_t f = 0; f < sizeof footprints / sizeof *footprints; f += o == 1 ? 1 : 3) {
                snprintf(size, sizeof size, "%d", 64 << s);
                snprintf(overwrite, sizeof overwrite, "%d", o);
                add_pair(d, size, footprints[f], overwrite, s < 7 ? 1.5 : 0.5, s < 7 ? "slower" : "faster");
            }
    assert_says(d, "4 KiB..8 KiB", true);
    json_decref(d);
}

static void small_results_say_each_path(void **state)
{
    (void)state;
    json_t *d = new_document();
    add_cell(d, "write_fsync", "bypass", "none", "4096", "l2", "1", 1234);
    assert_says(d, "1234", true);
    assert_says(d, "No answer", true);
    json_array_clear(json_object_get(d, "cells"));
    add_pair(d, "4096", "l2", "1", 1.62, "slower");
    assert_says(d, "1.62 times bypass", true);
    assert_says(d, "1.62 slower", true);
    json_array_clear(json_object_get(d, "cells"));
    json_array_clear(json_object_get(d, "comparisons"));
    add_cell(d, "track", "xarray", "xarray", "4096", "l2", "1", 40);
    add_cell(d, "track", "bitmap", "bitmap", "4096", "l2", "1", 20);
    assert_says(d, "20.0 (0.50)", true);
    json_decref(d);
}

static void no_cell_measured_is_said_with_reasons(void **state)
{
    (void)state;
    json_t *d = new_document();
    json_t *cell = add_cell(d, "write_fsync", "bypass-wide", "none", "4096", "l2", "1", 1);
    json_object_set_new(cell, "status", json_string("skipped"));
    json_object_set_new(cell, "reason", json_string("no MOVDIR64B"));
    json_object_set_new(cell, "summary", json_null());
    assert_says(d, "No cell was measured", true);
    assert_says(d, "no MOVDIR64B", true);
    json_array_clear(json_object_get(d, "cells"));
    assert_says(d, "No cell was measured", true);
    json_decref(d);
}

static void nothing_is_claimed_that_is_unresolved(void **state)
{
    (void)state;
    static const char *const open_verdicts[] = {"unresolved", "bistable", "a word of a later version"};
    static const char *const claims[] = {"slower", "faster", "cheaper", "dearer", "bring", "wins"};
    json_t *d = document_with_ledger(1.2, "slower", 200);
    assert_says(d, "slower", true);
    assert_says(d, "The copy gets 200 ns cheaper", true);
    json_t *comparison = json_array_get(json_object_get(d, "comparisons"), 0);
    for (size_t i = 0; i < 3; i++) {
        json_object_set_new(comparison, "verdict", json_string(open_verdicts[i]));
        for (size_t c = 0; c < sizeof claims / sizeof *claims; c++)
            assert_says(d, claims[c], false);
    }
    json_object_set_new(comparison, "verdict", json_string("unresolved"));
    assert_says(d, "unresolved", true);
    assert_says(d, "?1.20", true);
    json_object_set_new(comparison, "verdict", json_string("slower"));
    json_object_set_new(json_array_get(json_object_get(d, "cells"), 1), "bistable", json_true());
    assert_says(d, "slower", false);
    json_decref(d);
}

static void nothing_is_claimed_where_the_controls_did_not_hold(void **state)
{
    (void)state;
    json_t *d = document_with_ledger(1.2, "slower", 200), *controls = json_object_get(d, "controls");
    char group[700];
    snprintf(group, sizeof group, "write_fsync/size=4096/offset=0/footprint=l2/dirty=size/overwrite=1%s",
             tail);
    json_array_append_new(json_object_get(controls, "groups"),
                          json_pack("{s:s, s:b}", "group", group, "held", 0));
    json_object_set_new(controls, "held", json_false());
    assert_says(d, "NOT HELD in 1 of 2 groups", true);
    assert_says(d, "!1.20", true);
    assert_says(d, "slower", false);
    assert_says(d, "cheaper", false);
    json_object_del(d, "controls");
    assert_says(d, "NOT RUN", true);
    json_decref(d);
}

static void counts_are_those_of_the_comparisons(void **state)
{
    (void)state;
    json_t *d = new_document();
    add_pair(d, "64", "l2", "1", 0.5, "faster");
    add_pair(d, "512", "l2", "1", 1.0, "equivalent");
    add_pair(d, "4096", "l2", "1", 1.2, "unresolved");
    add_pair(d, "65536", "l2", "1", 1.4, "slower");
    add_pair(d, "65536", "llc", "1", 1.8, "slower");
    assert_says(d, "Over 5 points deferred-xarray is faster in 1, slower in 2, equal in 1, unresolved in 1",
                true);
    assert_says(d, "(0.50 to 1.80 times)", true);
    json_decref(d);
}

static struct flip flip_of(json_t *d, size_t column)
{
    struct model m;
    struct surface s;
    struct error err = {0};
    assert_int_equal(model_load(&m, d, &err), 0);
    surface_find(&s, &m);
    assert_string_equal(s.path, "deferred-xarray");
    struct flip flip = surface_flip(&s, s.blocks[0], column, s.path);
    model_free(&m);
    return flip;
}

static void flip_sizes_are_right(void **state)
{
    (void)state;
    json_t *d = new_document();
    add_pair(d, "65536", "l2", "1", 1.9, "slower");
    add_pair(d, "64", "l2", "1", 0.5, "faster");
    add_pair(d, "4096", "l2", "1", 1.3, "slower");
    add_pair(d, "512", "l2", "1", 1.0, "unresolved");
    add_pair(d, "64", "beyond", "1", 1.5, "slower");
    add_pair(d, "4096", "beyond", "1", 1.6, "slower");
    add_pair(d, "64", "llc", "1", 1.0, "unresolved");
    struct flip l2 = flip_of(d, 0), llc = flip_of(d, 1), beyond = flip_of(d, 2);
    assert_int_equal(l2.kind, FLIP_BETWEEN);
    assert_int_equal(l2.low, 0);
    assert_int_equal(l2.high, 2);
    assert_int_equal(l2.turns, 1);
    assert_true(l2.faster_first);
    assert_int_equal(llc.kind, FLIP_UNKNOWN);
    assert_int_equal(beyond.kind, FLIP_NEVER_FASTER);
    assert_says(d, "64 B..4 KiB", true);
    assert_says(d, "It flips with size in 1 of 3 columns", true);
    json_decref(d);
}

static void bypass_wins_everywhere_only_when_it_does(void **state)
{
    (void)state;
    json_t *d = new_document();
    add_pair(d, "64", "l2", "1", 1.5, "slower");
    add_pair(d, "4096", "l2", "1", 1.6, "slower");
    assert_says(d, "bypass wins everywhere", true);
    assert_says(d, "never", true);
    json_t *cell = add_cell(d, "write_fsync", "deferred-xarray", "xarray", "65536", "l2", "1", 1);
    json_object_set_new(cell, "status", json_string("skipped"));
    assert_says(d, "never", true);
    json_object_set_new(cell, "status", json_string("failed"));
    assert_says(d, "never", false);
    json_object_set_new(cell, "status", json_string("skipped"));
    add_pair(d, "512", "l2", "1", 1.0, "unresolved");
    assert_says(d, "wins everywhere", false);
    assert_says(d, "never", false);
    assert_says(d, "none seen", true);
    json_decref(d);
}

static double persistence(json_t *d, size_t cell)
{
    struct model m;
    struct error err = {0};
    assert_int_equal(model_load(&m, d, &err), 0);
    double value = ledger_persistence(&m.cells[cell]).value;
    model_free(&m);
    return value;
}

static void sums_to_persistence_are_of_their_rows(void **state)
{
    (void)state;
    json_t *d = document_with_ledger(1.2, "slower", 200);
    assert_float_equal(persistence(d, 0), 600, 1e-9);
    assert_float_equal(persistence(d, 1), 50 + 400 + 40 + 60 + 30 + 200 + 20, 1e-9);
    assert_says(d, "= to persistence 600 800", true);
    json_object_set_new(json_array_get(json_object_get(d, "cells"), 1), "persistence_ns",
                        json_pack("{s:f, s:f, s:f}", "value", 777.0, "low", 770.0, "high", 780.0));
    assert_float_equal(persistence(d, 1), 777, 1e-9);
    json_decref(d);
}

static void the_share_that_comes_back_is_told_only_where_something_is_saved(void **state)
{
    (void)state;
    json_t *d = document_with_ledger(1.2, "slower", 200);
    assert_says(d, "400 ns back", true);
    assert_says(d, "200 % of what was saved", true);
    json_decref(d);
    static const double not_saved[] = {2, -2, -100};
    for (size_t i = 0; i < 3; i++) {
        d = document_with_ledger(1.5, "slower", not_saved[i]);
        assert_says(d, "Nothing saved", true);
        assert_says(d, "of what was saved", false);
        json_decref(d);
    }
}

static void rows_below_the_floor_are_not_numbers(void **state)
{
    (void)state;
    json_t *d = document_with_ledger(1.2, "slower", 200);
    json_t *bypass = json_array_get(json_object_get(d, "cells"), 0);
    add_row(bypass, "lookup", "write", 7.77, 1);
    assert_says(d, "< floor", true);
    assert_says(d, "7.77", false);
    json_object_set_new(json_array_get(json_object_get(bypass, "ledger"), 1), "first_fence", json_true());
    assert_says(d, "600*", true);
    assert_says(d, "the first step with a store fence", true);
    add_row(bypass, "lock", "write", 55.5, 60);
    assert_says(d, "?55.5", true);
    json_decref(d);
}

static void check_null(const json_t *d)
{
    free(text_of(d));
}

static void any_member_may_be_null(void **state)
{
    (void)state;
    json_t *d = document_with_ledger(1.2, "slower", 200);
    add_pair(d, "64", "llc", "8", 0.5, "faster");
    add_cell(d, "track", "xarray", "xarray", "4096", "l2", "1", 40);
    json_array_append_new(json_object_get(d, "warnings"),
                          json_pack("{s:s, s:s, s:s}", "code", "A", "message", "b", "hint", "c"));
    each_null(d, d, check_null);
    json_t *empty = json_object();
    assert_says(empty, "No cell was measured", true);
    json_decref(empty);
    json_decref(d);
}

static void hostile_strings_are_harmless(void **state)
{
    (void)state;
    static const char evil[] = "\033[31m\a\r\nX\xc2\x9b"
                               "2J\xe2\x80\xae\x7f";
    json_t *d = document_with_ledger(1.2, "slower", 200), *cell;
    json_object_set_new(json_object_get(json_object_get(d, "machine"), "cpu"), "model", json_string(evil));
    json_object_set_new(d, "status", json_string(evil));
    size_t i;
    json_array_foreach(json_object_get(d, "cells"), i, cell)
    {
        const char *name;
        json_t *value;
        void *next;
        json_object_foreach_safe(cell, next, name, value)
        {
            if (json_is_string(value) && strcmp(name, "id") && strcmp(name, "status") && strcmp(name, "key"))
                json_object_set_new(cell, name, json_string(evil));
        }
    }
    struct report_options options = {.source = "a dir/\033]0;x\a it's", .all = true};
    char *text = report_string(report_text, d, &options, NULL);
    assert_clean(text);
    assert_true(says(text, "$'a dir/\\x1b]0;x\\x07 it\\x27s'"));
    free(text);
    free(text_of(d));
    json_decref(d);
}

static void colour_only_where_it_is_asked_for(void **state)
{
    (void)state;
    struct report_options options = {.colour = true};
    json_t *d = document_with_ledger(1.2, "slower", 200);
    char *text = report_string(report_text, d, &options, NULL);
    assert_true(says(text, "\033[31m"));
    assert_true(says(text, "\033[0m"));
    free(text);
    free(text_of(d));
    json_decref(d);
}

static void one_cell_is_found_by_a_part_and_shown_in_full(void **state)
{
    (void)state;
    json_t *d = document_with_ledger(1.2, "slower", 200);
    json_object_set_new(json_array_get(json_object_get(d, "cells"), 1), "counts",
                        json_pack("{s:f, s:f}", "lines_flushed", 64.0, "lines_dirtied", 16.0));
    struct report_options options = {.cell = "deferred-xarray"};
    char *text = report_string(report_text, d, &options, NULL);
    assert_true(!strncmp(text, "controls  HELD in this cell's group", 35));
    assert_true(says(text, "4.00 lines flushed for each line dirtied"));
    assert_true(says(text, "397..403"));
    assert_true(says(text, "pmembench run --cell write_fsync/deferred-xarray/size=4096"));
    free(text);
    json_decref(d);
}

static void an_unknown_cell_is_an_error_with_the_nearest(void **state)
{
    (void)state;
    json_t *d = document_with_ledger(1.2, "slower", 200);
    struct report_options options = {.cell = "defered-xaray"};
    struct error err = {0};
    assert_null(report_string(report_text, d, &options, &err));
    assert_int_equal(err.code, EXIT_CANNOT);
    assert_true(says(err.text, "nearest is write_fsync/deferred-xarray/size=4096"));
    struct error ambiguous = {0};
    options.cell = "size=4096";
    assert_null(report_string(report_text, d, &options, &ambiguous));
    assert_int_equal(ambiguous.code, EXIT_CANNOT);
    assert_true(says(ambiguous.text, "2 cells"));
    json_decref(d);
}

static void all_has_every_cell(void **state)
{
    (void)state;
    json_t *d = load_fixture(), *cell;
    struct report_options options = {.all = true};
    char *text = report_string(report_text, d, &options, NULL);
    size_t i;
    json_array_foreach(json_object_get(d, "cells"), i, cell)
        assert_true(says(text, json_string_value(json_object_get(cell, "id"))));
    assert_clean(text);
    free(text);
    json_decref(d);
}

static void what_is_no_document_is_refused(void **state)
{
    (void)state;
    json_t *d = json_array();
    struct error err = {0};
    assert_null(report_string(report_text, d, NULL, &err));
    assert_int_equal(err.code, EXIT_CANNOT);
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fixture_fits_a_page_and_begins_with_its_controls),
        cmocka_unit_test(many_warnings_and_failures_still_fit),
        cmocka_unit_test(no_number_of_lines_is_too_many),
        cmocka_unit_test(words_longer_than_a_line_are_cut),
        cmocka_unit_test(a_failed_run_and_a_failed_cell_are_said),
        cmocka_unit_test(large_surfaces_fit),
        cmocka_unit_test(small_results_say_each_path),
        cmocka_unit_test(no_cell_measured_is_said_with_reasons),
        cmocka_unit_test(nothing_is_claimed_that_is_unresolved),
        cmocka_unit_test(nothing_is_claimed_where_the_controls_did_not_hold),
        cmocka_unit_test(counts_are_those_of_the_comparisons),
        cmocka_unit_test(flip_sizes_are_right),
        cmocka_unit_test(bypass_wins_everywhere_only_when_it_does),
        cmocka_unit_test(sums_to_persistence_are_of_their_rows),
        cmocka_unit_test(the_share_that_comes_back_is_told_only_where_something_is_saved),
        cmocka_unit_test(rows_below_the_floor_are_not_numbers),
        cmocka_unit_test(any_member_may_be_null),
        cmocka_unit_test(hostile_strings_are_harmless),
        cmocka_unit_test(colour_only_where_it_is_asked_for),
        cmocka_unit_test(one_cell_is_found_by_a_part_and_shown_in_full),
        cmocka_unit_test(an_unknown_cell_is_an_error_with_the_nearest),
        cmocka_unit_test(all_has_every_cell),
        cmocka_unit_test(what_is_no_document_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
