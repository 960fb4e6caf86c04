/* test_compare_text.c - a comparison as people read it: its page, its first lines, ledgers side by side */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/compared.h"

static const struct compare_options everything = {.all = true};

static void prints(const json_t *a, const json_t *b, const char *what, bool expected)
{
    char *text = printed(compare_text, a, b, NULL);
    assert_fits(text);
    free(text);
    assert_prints(compare_text, a, b, NULL, what, expected);
}

/* How often `what` is in the text. */
static size_t times(const char *text, const char *what)
{
    size_t n = 0;
    for (; (text = strstr(text, what)); text++)
        n++;
    return n;
}

static void controls_come_first_then_what_differs(void **state)
{
    (void)state;
    json_t *a = many_cells(2, 8), *b = many_cells(2, 8);
    prints(a, b, "differs nothing between A and B", true);
    set_member(b, "machine", "kernel", "6.12");
    set_member(b, "domain", "name", "eadr");
    json_object_set_new(json_object_get(b, "controls"), "held", json_false());
    for (int markdown = 0; markdown < 2; markdown++) {
        char *text = printed(markdown ? compare_markdown : compare_text, a, b, NULL);
        const char *controls = strstr(text, "controls"),
                   *kernel = strstr(text, "kernel: 6.1.0 in A, 6.12 in B");
        const char *domain = strstr(text, "domain: adr in A, eadr in B"),
                   *verdict = strstr(text, "Of 2 cells in both");
        assert_true(controls && kernel && domain && verdict);
        assert_true(controls < domain && domain < kernel && kernel < verdict);
        assert_true(markdown || controls == text);
        assert_int_equal(times(text, "differs"), 2);
        free(text);
    }
    prints(a, b, "B (b.json): NOT HELD over the run", true);
    prints(a, b, "A (a.json): HELD in 1 group, floor 0.8 %", true);
    json_array_append_new(json_object_get(json_object_get(b, "controls"), "groups"),
                          json_pack("{s:s, s:b}", "group", "somewhere", "held", 0));
    prints(a, b, "NOT HELD in 1 of 2 groups", true);
    json_object_set_new(json_object_get(b, "controls"), "groups", json_array());
    prints(a, b, "B (b.json): NOT RUN", true);
    json_decref(a);
    json_decref(b);
}

static void each_fact_that_differs_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *part, *inner, *member, *what;
    } facts[] = {
        {"machine", NULL, "host", "host"},
        {"machine", "cpu", "model", "cpu"},
        {"region", NULL, "medium", "medium"},
        {"domain", NULL, "name", "domain"},
        {"region", NULL, "provenance", "provenance"},
        {"machine", NULL, "kernel", "kernel"},
        {"machine", "cpu", "microcode", "microcode"},
        {"machine", NULL, "governor", "governor"},
        {"machine", NULL, "turbo", "turbo"},
        {"machine", NULL, "smt", "smt"},
        {"machine", NULL, "hypervisor", "hypervisor"},
        {"machine", NULL, "huge_pages", "huge pages"},
        {"machine", NULL, "nodes", "nodes"},
        {"machine", "cpu", "clwb", "clwb"},
        {"region", NULL, "page_bytes", "page_bytes"},
        {"region", NULL, "map_sync", "map_sync"},
        {"region", NULL, "provider", "provider"},
        {"run", NULL, "version", "version"},
        {"run", NULL, "git", "git"},
        {"run", NULL, "compiler", "compiler"},
        {"run", NULL, "flags", "flags"},
        {"run", NULL, "seed", "seed"},
        {"run", NULL, "plan", "plan"},
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        json_t *a = many_cells(1, 8), *b = many_cells(1, 8), *object = json_object_get(b, facts[i].part);
        char expected[200];
        set_text(facts[i].inner ? json_object_get(object, facts[i].inner) : object, facts[i].member,
                 "quite-other");
        snprintf(expected, sizeof expected, "differs %s: ", facts[i].what);
        prints(a, b, expected, true);
        prints(a, b, "in A, quite-other in B", true);
        json_decref(a);
        json_decref(b);
    }
}

static void the_measured_llc_differs_only_when_far(void **state)
{
    (void)state;
    json_t *a = many_cells(1, 8), *b = many_cells(1, 8);
    json_object_set_new(json_object_get(a, "machine"), "llc_bytes_measured", json_integer(32 << 20));
    json_object_set_new(json_object_get(b, "machine"), "llc_bytes_measured", json_integer(36 << 20));
    prints(a, b, "measured LLC", false);
    json_object_set_new(json_object_get(b, "machine"), "llc_bytes_measured", json_integer(64 << 20));
    prints(a, b, "measured LLC: 32 MiB in A, 64 MiB in B", true);
    prints(b, a, "measured LLC: 64 MiB in A, 32 MiB in B", true);
    json_decref(a);
    json_decref(b);
}

static void the_verdict_is_told_in_words_and_the_worst_comes_first(void **state)
{
    (void)state;
    json_t *a = many_cells(30, 9), *b = many_cells(30, 9);
    set_repeats(cell_at(b, 4), 9, 1004 * 0.9, 0.004);
    set_repeats(cell_at(b, 7), 9, 1007 * 1.1, 0.004);
    set_repeats(cell_at(b, 9), 9, 1009 * 1.3, 0.004);
    set_repeats(cell_at(b, 11), 2, 1011, 0.004);
    json_object_set_new(cell_at(b, 12), "bistable", json_true());
    prints(a, b, "Of 30 cells in both, B is slower in 2 (worst 1.30 times: deferred-xarray 640 B/l2", true);
    prints(
        a, b,
        "faster in 1, equal in 25, bistable in 1, unresolved in 1 (1 for want of repeats: run with --repeats",
        true);
    char *text = printed(compare_text, a, b, NULL);
    const char *order[] = {"\nslower", "\nslower", "\nfaster", "\nbistable", "\nfew repeats"};
    const char *at = text;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        at = strstr(at, order[i]);
        assert_non_null(at);
        assert_true(i || strstr(at, "1.30") == at + strcspn(at, "1"));
        at++;
    }
    assert_int_equal(times(text, "\nequal"), 0);
    assert_true(says(text, "... 25 more: --all"));
    free(text);
    text = printed(compare_text, a, b, &everything);
    assert_int_equal(times(text, "\nequal"), 25);
    free(text);
    json_decref(a);
    json_decref(b);
}

static void withheld_ratios_stand_in_parentheses(void **state)
{
    (void)state;
    static const struct compare_options force = {.force = true};
    json_t *a = many_cells(1, 8), *b = many_cells(1, 8);
    set_repeats(cell_at(b, 0), 8, 1500, 0.004);
    set_member(b, "region", "provenance", "emulated");
    prints(a, b, "withheld (1.50)", true);
    prints(a, b, "unresolved in 1 (1 withheld: B is emulated", true);
    assert_prints(compare_text, a, b, &force, "forced", true);
    assert_prints(compare_text, a, b, &force, "slower 1.50", true);
    json_decref(a);
    json_decref(b);
}

static void other_work_is_marked_and_counted(void **state)
{
    (void)state;
    json_t *a = many_cells(3, 8), *b = many_cells(3, 8);
    for (size_t i = 0; i < 2; i++) {
        set_text(cell_at(a, i), "stream_hash", "0123456789abcdef");
        set_text(cell_at(b, i), "stream_hash", "fedcba9876543210");
        json_object_set_new(cell_at(a, i), "footprint_bytes", json_integer(4 << 20));
        json_object_set_new(cell_at(b, i), "footprint_bytes", json_integer(6 << 20));
    }
    prints(a, b, "# other work: footprint 4 MiB in A, 6 MiB in B (2 of the cells", true);
    char *text = printed(compare_text, a, b, NULL);
    assert_int_equal(times(text, "  # deferred-xarray"), 2);
    free(text);
    assert_prints(compare_text, a, b, &everything, "other work: footprint 4 MiB in A, 6 MiB in B", true);
    json_decref(a);
    json_decref(b);
}

static void ledgers_and_counts_stand_side_by_side(void **state)
{
    (void)state;
    json_t *a = document_with_ledger(1.2, "slower", 200), *b = document_with_ledger(1.2, "slower", 200);
    json_t *rows = json_object_get(cell_at(b, 1), "ledger");
    json_array_remove(rows, json_array_size(rows) - 2); /* writeback: no caches to flush under eadr */
    add_row(cell_at(b, 1), "drain", "fsync", 333, 3);
    add_row(cell_at(b, 1), "lookup", "write", 11, 3);
    json_t *lookup = json_incref(json_array_get(rows, json_array_size(rows) - 1));
    json_array_remove(rows, json_array_size(rows) - 1);
    json_array_insert_new(rows, 1, lookup);
    for (size_t i = 0; i < 2; i++) {
        json_object_set_new(json_object_get(cell_at(a, i), "counts"), "lines_flushed", json_integer(64));
        json_object_set_new(json_object_get(cell_at(b, i), "counts"), "lines_flushed", json_integer(0));
    }
    prints(a, b, "Counts an op differ: lines_flushed in 2 (most: 64 in A, 0 in B", true);
    prints(a, b, "counts an op: deferred-xarray 4 KiB/l2", true);
    prints(a, b, "fsync: writeback 200 -200", true);
    prints(a, b, "fsync: drain 333 +333", true);
    prints(a, b, "copy 400 400 0", true);
    prints(a, b, "lookup 11.0 +11.0", true);
    prints(a, b, "entry-lock 50.0 50.0 0", true);
    prints(a, b, "= to persistence 800 933 +133", true);
    prints(a, b, "= the whole path 1200 1200 0", true); /* the medians: unattributed is not known */
    prints(a, b, "lines_flushed 64 0", true);
    set_member(b, "region", "provenance", "emulated");
    prints(a, b, "fsync: writeback 200 (-200)", true);
    assert_prints(compare_text, a, b, &everything, "counts an op: bypass 4 KiB/l2", true);
    static const struct compare_options one = {.cell = "/bypass/"};
    assert_prints(compare_text, a, b, &one, "counts an op: bypass 4 KiB/l2", true);
    assert_prints(compare_text, a, b, &one, "deferred-xarray", false);
    json_decref(a);
    json_decref(b);
}

static void one_cell_has_its_numbers(void **state)
{
    (void)state;
    static const struct compare_options one = {.cell = "size=128/"};
    json_t *a = many_cells(3, 8), *b = many_cells(2, 8);
    assert_prints(compare_text, a, b, &one, "Mann-Whitney, medians of 8 and 8 runs", true);
    assert_prints(compare_text, a, b, &one, "after Holm over 1 comparison", true);
    assert_prints(compare_text, a, b, &one, "size=64/", false);
    static const struct compare_options lost = {.cell = "size=192/"};
    assert_prints(compare_text, a, b, &lost, "No cell is measured in both", true);
    assert_prints(compare_text, a, b, &lost, "not in B", true);
    struct error err = {0};
    struct compare_source sources[] = {{"a", a}, {"b", b}};
    static const struct compare_options none = {.cell = "size=129/"};
    assert_null(compare_new(sources, 2, &none, &err));
    assert_int_equal(err.code, EXIT_CANNOT);
    assert_true(says(err.text, "nearest"));
    json_decref(a);
    json_decref(b);
}

static void the_modelled_ratio_has_its_own_column(void **state)
{
    (void)state;
    json_t *a = many_cells(1, 8), *b = many_cells(1, 8);
    prints(a, b, "modelled drain", false);
    json_object_set_new(cell_at(a, 0), "modelled_ns", json_real(0));
    json_object_set_new(cell_at(b, 0), "modelled_ns", json_real(500));
    prints(a, b, "95 % + modelled drain", true);
    prints(a, b, "equal ~1.00 1.00..1.00 ~1.50", false); /* only what was measured is judged */
    prints(a, b, "equal ~1.00 1.00..1.00 1.50", true);
    json_decref(a);
    json_decref(b);
}

static void unmatched_cells_are_told_by_reason(void **state)
{
    (void)state;
    json_t *a = many_cells(5, 8), *b = many_cells(3, 8);
    set_text(cell_at(b, 0), "status", "skipped");
    set_text(cell_at(b, 0), "reason", "no movdir64b here");
    prints(a, b, "unmatched: 2 cells of A: not in B; first: deferred-xarray 256 B/l2", true);
    prints(a, b, "unmatched: 1 cell of B: skipped in B: no movdir64b here; deferred-xarray 64 B/l2", true);
    set_text(cell_at(a, 0), "status", "skipped");
    prints(a, b, "unmatched: 1 cell of A and B: skipped in A", true);
    prints(a, b, "skipped in B", false);
    json_decref(a);
    json_decref(b);
}

static void a_file_against_itself_is_warned_of(void **state)
{
    (void)state;
    json_t *a = many_cells(2, 8), *b = many_cells(2, 8), *other = many_cells(2, 9);
    prints(a, b, "A and B are the same result", true);
    prints(a, other, "the same result", false);
    json_decref(a);
    json_decref(b);
    json_decref(other);
}

static void everything_fits_a_page(void **state)
{
    (void)state;
    json_t *a = load_fixture(), *b = load_fixture(), *run = json_object_get(b, "run");
    char word[301];
    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = 0;
    for (size_t i = 0; i < json_array_size(json_object_get(b, "cells")); i += 7) {
        set_text(cell_at(b, i), "status", i % 2 ? "skipped" : "failed");
        set_text(cell_at(b, i), "reason", i % 3 ? word : "short");
    }
    set_text(b, "status", "interrupted");
    set_text(run, "flags", word);
    set_text(run, "git", word);
    set_member(b, "machine", "kernel", word);
    char *text = printed(compare_text, a, b, NULL);
    assert_fits(text);
    assert_clean(text);
    assert_memory_equal(text, "controls", 8);
    free(text);
    struct compare_source sources[COMPARE_FILES];
    for (size_t i = 0; i < COMPARE_FILES; i++)
        sources[i] = (struct compare_source){word, i % 2 ? a : b};
    for (size_t n = 3; n <= COMPARE_FILES; n += 8) {
        struct error err = {0};
        struct compare *c = compare_new(sources, n, NULL, &err);
        size_t bytes;
        FILE *out = open_memstream(&text, &bytes);
        assert_true(c && out && !compare_text(c, out, &err));
        fclose(out);
        compare_free(c);
        assert_fits(text);
        free(text);
    }
    json_decref(a);
    json_decref(b);
}

static json_t *whole_document(void)
{
    json_t *d = document_with_ledger(1.2, "slower", 200);
    set_repeats(cell_at(d, 0), 4, 1000, 0.004);
    return d;
}

static void all_formats_live(const json_t *document)
{
    static make_comparison *const formats[] = {compare_text, compare_markdown, compare_csv, compare_json};
    json_t *whole = whole_document();
    for (size_t i = 0; i < 2 * sizeof formats / sizeof *formats; i++) {
        const json_t *a = i % 2 ? whole : document, *b = i % 2 ? document : whole;
        char *text = printed(formats[i / 2], a, b, i % 3 ? &everything : NULL);
        assert_clean(text);
        free(text);
    }
    json_decref(whole);
}

static void anything_may_be_missing(void **state)
{
    (void)state;
    json_t *d = whole_document();
    each_null(d, d, all_formats_live);
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(controls_come_first_then_what_differs),
        cmocka_unit_test(each_fact_that_differs_is_named),
        cmocka_unit_test(the_measured_llc_differs_only_when_far),
        cmocka_unit_test(the_verdict_is_told_in_words_and_the_worst_comes_first),
        cmocka_unit_test(withheld_ratios_stand_in_parentheses),
        cmocka_unit_test(other_work_is_marked_and_counted),
        cmocka_unit_test(ledgers_and_counts_stand_side_by_side),
        cmocka_unit_test(one_cell_has_its_numbers),
        cmocka_unit_test(the_modelled_ratio_has_its_own_column),
        cmocka_unit_test(unmatched_cells_are_told_by_reason),
        cmocka_unit_test(a_file_against_itself_is_warned_of),
        cmocka_unit_test(everything_fits_a_page),
        cmocka_unit_test(anything_may_be_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
