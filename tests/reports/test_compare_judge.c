/* test_compare_judge.c - when a cell is called faster, slower, equal, and when nothing may be said */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/compared.h"

/* One cell, B costing `ratio` times A, `n` processes a side. */
struct one {
    json_t *a, *b;
};

static struct one one_cell(double ratio, size_t n)
{
    struct one o = {many_cells(1, n), many_cells(1, n)};
    set_repeats(cell_at(o.b, 0), n, 1000 * ratio, 0.004);
    return o;
}

static void drop(struct one o)
{
    json_decref(o.a);
    json_decref(o.b);
}

static void judged_with(struct one o, const struct compare_options *options, enum verdict verdict,
                        enum compare_why why, const char *reason)
{
    struct compare *c = compared(o.a, o.b, options);
    const struct compare_item *item = &c->pairs[0].items[0];
    assert_int_equal(c->pairs[0].count, 1);
    if (item->verdict != verdict || item->why != why || !strstr(item->reason, reason))
        fail_msg("%s, why %d: '%s'; expected %s, %d, '%s'", stats_verdict_name(item->verdict), (int)item->why,
                 item->reason, stats_verdict_name(verdict), (int)why, reason);
    assert_true(isfinite(item->ratio.value));
    compare_free(c);
}

static void judged(struct one o, enum verdict verdict, enum compare_why why, const char *reason)
{
    judged_with(o, NULL, verdict, why, reason);
}

static void verdicts_are_said_of_b(void **state)
{
    (void)state;
    static const struct {
        double ratio;
        enum verdict verdict;
    } table[] = {{1.1, VERDICT_SLOWER}, {0.9, VERDICT_FASTER}, {1.0, VERDICT_EQUIVALENT}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct one o = one_cell(table[i].ratio, 8);
        judged(o, table[i].verdict, WHY_JUDGED, "");
        drop(o);
    }
    struct one wide = one_cell(1.01, 8);
    set_repeats(cell_at(wide.b, 0), 8, 1010, 0.2);
    judged(wide, VERDICT_UNRESOLVED, WHY_WIDE, "--repeats 16");
    drop(wide);
}

static void set_levels(json_t *cell, size_t n, double ns)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_real(ns * (1 + 0.0001 * (double)i)));
    json_object_set_new(cell, "level", list);
}

/* What the machine's noise leaves alone decides, where both files have it; else the medians do. */
static void levels_are_compared_where_both_have_them(void **state)
{
    (void)state;
    struct one o = one_cell(1.5, 8);
    set_levels(cell_at(o.b, 0), 8, 900);
    judged(o, VERDICT_SLOWER, WHY_JUDGED, "");
    set_levels(cell_at(o.a, 0), 8, 1000);
    judged(o, VERDICT_FASTER, WHY_JUDGED, "");
    set_levels(cell_at(o.a, 0), 8, 900);
    judged(o, VERDICT_EQUIVALENT, WHY_JUDGED, "");
    drop(o);
}

static void the_family_says_how_many_repeats_it_takes(void **state)
{
    (void)state;
    static const struct {
        size_t family, n;
        bool enough;
        const char *reason;
    } table[] = {{1, 3, false, "run with --repeats 4"},   {1, 4, true, ""},
                 {72, 6, false, "run with --repeats 7"},  {72, 7, true, ""},
                 {120, 7, false, "run with --repeats 8"}, {120, 8, true, ""}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        json_t *a = many_cells(table[i].family, table[i].n), *b = many_cells(table[i].family, table[i].n);
        for (size_t k = 0; k < table[i].family; k++)
            set_repeats(cell_at(b, k), table[i].n, 2000, 0.004);
        struct compare *c = compared(a, b, NULL);
        const struct compare_item *item = &c->pairs[0].items[0];
        assert_int_equal(item->verdict, table[i].enough ? VERDICT_SLOWER : VERDICT_UNRESOLVED);
        assert_int_equal(item->why, table[i].enough ? WHY_JUDGED : WHY_REPEATS);
        assert_string_equal(item->reason, table[i].reason);
        assert_true(fabs(item->p_holm - fmin(1, item->p * (double)table[i].family)) < 1e-9);
        compare_free(c);
        json_decref(a);
        json_decref(b);
    }
}

static void a_single_process_gives_a_ratio_and_no_verdict(void **state)
{
    (void)state;
    struct one o = one_cell(1.5, 0);
    json_object_set_new(json_object_get(cell_at(o.b, 0), "summary"), "median", json_real(1500));
    struct compare *c = compared(o.a, o.b, NULL);
    const struct compare_item *item = &c->pairs[0].items[0];
    assert_true(fabs(item->ratio.value - 1.5) < 1e-9);
    assert_false(isfinite(item->ratio.low));
    assert_int_equal(item->repeats_a, 1);
    assert_int_equal(item->verdict, VERDICT_UNRESOLVED);
    assert_string_equal(item->reason, "run with --repeats 4");
    assert_string_equal(item->method, "Mann-Whitney over 1 and 1 processes");
    compare_free(c);
    json_object_del(cell_at(o.a, 0), "repeat");
    judged(o, VERDICT_UNRESOLVED, WHY_REPEATS, "--repeats 4");
    drop(o);
}

static void repeats_that_are_no_times_do_not_count(void **state)
{
    (void)state;
    struct one o = one_cell(1.5, 4);
    json_t *list = json_object_get(cell_at(o.b, 0), "repeat");
    json_array_append_new(list, json_null());
    json_array_append_new(list, json_real(-5));
    json_array_append_new(list, json_string("1"));
    struct compare *c = compared(o.a, o.b, NULL);
    assert_int_equal(c->pairs[0].items[0].repeats_b, 4);
    assert_int_equal(c->pairs[0].items[0].verdict, VERDICT_SLOWER);
    compare_free(c);
    set_repeats(cell_at(o.a, 0), 3, 1000, 0.004); /* the fewer of the two count */
    judged(o, VERDICT_UNRESOLVED, WHY_REPEATS, "--repeats 4");
    drop(o);
}

static void set_group(json_t *d, double low, double high, bool held)
{
    json_t *controls = json_object_get(d, "controls");
    char group[700];
    snprintf(group, sizeof group, "write_fsync/size=64/offset=0/footprint=l2/dirty=size/overwrite=1%s", tail);
    json_t *groups =
        json_pack("[{s:s, s:{s:f, s:f, s:f}, s:{}, s:f, s:b}]", "group", group, "same", "ratio", 1.0,
                  "ci_low", low, "ci_high", high, "different", "expected_different", 1.05, "held", (int)held);
    assert_non_null(groups);
    json_object_set_new(controls, "groups", groups);
    json_object_set_new(controls, "held", json_boolean(held));
}

static void the_larger_floor_counts(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        struct one o = one_cell(1.04, 8);
        judged(o, VERDICT_SLOWER, WHY_JUDGED, "");
        set_group(side ? o.b : o.a, 0.99, 1.05, true);
        judged(o, VERDICT_UNRESOLVED, WHY_FLOOR, "noise floor of 5.0 %");
        set_group(side ? o.b : o.a, 1 / 1.05, 1.01, true);
        judged(o, VERDICT_UNRESOLVED, WHY_FLOOR, "noise floor of 5.0 %");
        set_group(side ? o.b : o.a, 0.99, 1.01, true);
        judged(o, VERDICT_SLOWER, WHY_JUDGED, "");
        json_object_set_new(json_object_get(side ? o.b : o.a, "controls"), "floor_ratio", json_null());
        judged(o, VERDICT_SLOWER, WHY_JUDGED, "");
        json_object_set_new(json_object_get(side ? o.b : o.a, "controls"), "groups",
                            json_pack("[{s:s, s:b}]", "group", "elsewhere", "held", 1));
        judged(o, VERDICT_UNRESOLVED, WHY_FLOOR, "not known");
        drop(o);
    }
}

static void without_controls_nothing_is_claimed(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        struct one o = one_cell(1.5, 8);
        const char *where = side ? "controls not held in B" : "controls not held in A";
        json_t *d = side ? o.b : o.a, *controls = json_object_get(d, "controls");
        set_group(d, 0.99, 1.01, false);
        judged(o, VERDICT_UNRESOLVED, WHY_DISTRUSTED, where);
        set_group(d, 0.99, 1.01, true);
        judged(o, VERDICT_SLOWER, WHY_JUDGED, "");
        json_object_set_new(controls, "held", json_false());
        judged(o, VERDICT_UNRESOLVED, WHY_DISTRUSTED, where);
        json_object_set_new(controls, "held", json_true());
        json_object_set_new(controls, "groups", json_array());
        judged(o, VERDICT_UNRESOLVED, WHY_DISTRUSTED, where);
        drop(o);
    }
    struct one both = one_cell(1.5, 8);
    set_group(both.a, 0.99, 1.01, false);
    set_group(both.b, 0.99, 1.01, false);
    judged(both, VERDICT_UNRESOLVED, WHY_DISTRUSTED, "in A and B");
    drop(both);
}

static void bistable_on_either_side_is_bistable(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        struct one o = one_cell(1.5, 2);
        json_object_set_new(cell_at(side ? o.b : o.a, 0), "bistable", json_true());
        judged(o, VERDICT_BISTABLE, WHY_BISTABLE, side ? "in B" : "in A");
        drop(o);
    }
}

static void times_that_mean_little_are_withheld_unless_forced(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *reason;
    } table[] = {
        {"emulated", "real", "A is emulated"},
        {"stand-in", "emulated", "B is emulated"},
        {"emulated", "emulated", "A and B are emulated"},
        {"real", "stand-in", "real in A and stand-in in B"},
    };
    static const struct compare_options force = {.force = true};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct one o = one_cell(1.5, 8);
        set_member(o.a, "region", "provenance", table[i].a);
        set_member(o.b, "region", "provenance", table[i].b);
        judged(o, VERDICT_UNRESOLVED, WHY_WITHHELD, table[i].reason);
        judged_with(o, &force, VERDICT_SLOWER, WHY_JUDGED, "");
        drop(o);
    }
    for (int side = 0; side < 2; side++) {
        struct one o = one_cell(1.5, 8);
        warn(side ? o.b : o.a, "FEW_LAYOUTS_NOT");
        judged(o, VERDICT_SLOWER, WHY_JUDGED, "");
        warn(side ? o.b : o.a, "FEW_LAYOUTS");
        judged(o, VERDICT_UNRESOLVED, WHY_WITHHELD, side ? "B was built with few" : "A was built with few");
        judged_with(o, &force, VERDICT_SLOWER, WHY_JUDGED, "");
        drop(o);
    }
}

static void force_does_not_mend_controls(void **state)
{
    (void)state;
    static const struct compare_options force = {.force = true};
    struct one o = one_cell(1.5, 8);
    set_member(o.b, "region", "provenance", "emulated");
    set_group(o.b, 0.99, 1.01, false);
    judged_with(o, &force, VERDICT_UNRESOLVED, WHY_DISTRUSTED, "controls not held in B");
    drop(o);
}

static void modelled_drains_stand_apart(void **state)
{
    (void)state;
    static const struct {
        double a, b, expected;
    } table[] = {{0, 0, NAN}, {NAN, 500, NAN}, {500, NAN, NAN}, {0, 500, 2}, {1000, 0, 0.75}, {500, 0, 1}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct one o = one_cell(1.5, 8);
        if (isfinite(table[i].a))
            json_object_set_new(cell_at(o.a, 0), "modelled_ns", json_real(table[i].a));
        if (isfinite(table[i].b))
            json_object_set_new(cell_at(o.b, 0), "modelled_ns", json_real(table[i].b));
        struct compare *c = compared(o.a, o.b, NULL);
        const struct compare_item *item = &c->pairs[0].items[0];
        assert_true(fabs(item->ratio.value - 1.5) < 1e-9);
        if (isfinite(table[i].expected))
            assert_true(fabs(item->ratio_modelled - table[i].expected) < 1e-9);
        else
            assert_false(isfinite(item->ratio_modelled));
        assert_false(isfinite(item->ratio_modelled_serial));
        compare_free(c);
        drop(o);
    }
}

static void gated(struct one o, double percent, enum exit_code code, const char *says_what)
{
    struct error err = {0};
    struct compare *c = compared(o.a, o.b, NULL);
    int rc = compare_gate(c, percent, &err);
    if (err.code != code || (rc == 0) != (code == EXIT_DONE) || !strstr(err.text, says_what))
        fail_msg("exit %d '%s', expected %d '%s'", (int)err.code, err.text, (int)code, says_what);
    compare_free(c);
}

static void the_gate_fails_on_slower_beyond_the_percentage(void **state)
{
    (void)state;
    struct one o = one_cell(1.04, 8);
    gated(o, 0, EXIT_REGRESSION, "1 of 1 cells slower");
    gated(o, 3.9, EXIT_REGRESSION, "1.04");
    gated(o, 5, EXIT_DONE, "");
    drop(o);
    o = one_cell(1.0, 8);
    gated(o, 0, EXIT_DONE, "");
    drop(o);
    o = one_cell(0.5, 8);
    gated(o, 0, EXIT_DONE, "");
    drop(o);
}

static void the_gate_says_what_it_could_not_judge(void **state)
{
    (void)state;
    struct one o = one_cell(2, 3);
    gated(o, 5, EXIT_CANNOT, "could not judge 1 of 1 cells: run with --repeats 4; first: write_fsync/");
    drop(o);
    o = one_cell(2, 8);
    set_group(o.a, 0.99, 1.01, false);
    gated(o, 5, EXIT_CANNOT, "controls not held in 1");
    drop(o);
    o = one_cell(2, 8);
    set_member(o.b, "region", "provenance", "emulated");
    gated(o, 5, EXIT_CANNOT, "1 withheld (B is emulated");
    drop(o);
    o = one_cell(2, 8);
    json_object_set_new(cell_at(o.a, 0), "bistable", json_true());
    gated(o, 5, EXIT_CANNOT, "1 bistable");
    drop(o);
    o = one_cell(1, 8);
    set_repeats(cell_at(o.b, 0), 8, 1000, 0.2);
    gated(o, 5, EXIT_CANNOT, "run with --repeats 16");
    gated(o, 20, EXIT_DONE, "");
    drop(o);
    o = one_cell(1, 8);
    json_t *lost = json_deep_copy(cell_at(o.a, 0)); /* a second cell, which the base alone has */
    set_text(lost, "key", "write_fsync/lost/size=64");
    set_text(lost, "id", "write_fsync/lost/size=64/domain=adr");
    json_array_append_new(json_object_get(o.a, "cells"), lost);
    gated(o, 5, EXIT_CANNOT, "could not judge 1 cells of the base: not in B; first: write_fsync/lost");
    drop(o);
    o = one_cell(1, 8);
    set_text(cell_at(o.b, 0), "status", "skipped");
    gated(o, 5, EXIT_CANNOT, "no cell is measured in both a.json and b.json");
    drop(o);
}

static void a_regression_is_told_before_what_could_not_be_judged(void **state)
{
    (void)state;
    struct one o = {many_cells(2, 8), many_cells(2, 8)};
    set_repeats(cell_at(o.b, 0), 8, 1500, 0.004);
    json_object_set_new(cell_at(o.b, 1), "bistable", json_true());
    gated(o, 5, EXIT_REGRESSION, "1 of 2 cells slower by more than 5 %: worst 1.50 times");
    drop(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_are_said_of_b),
        cmocka_unit_test(levels_are_compared_where_both_have_them),
        cmocka_unit_test(the_family_says_how_many_repeats_it_takes),
        cmocka_unit_test(a_single_process_gives_a_ratio_and_no_verdict),
        cmocka_unit_test(repeats_that_are_no_times_do_not_count),
        cmocka_unit_test(the_larger_floor_counts),
        cmocka_unit_test(without_controls_nothing_is_claimed),
        cmocka_unit_test(bistable_on_either_side_is_bistable),
        cmocka_unit_test(times_that_mean_little_are_withheld_unless_forced),
        cmocka_unit_test(force_does_not_mend_controls),
        cmocka_unit_test(modelled_drains_stand_apart),
        cmocka_unit_test(the_gate_fails_on_slower_beyond_the_percentage),
        cmocka_unit_test(the_gate_says_what_it_could_not_judge),
        cmocka_unit_test(a_regression_is_told_before_what_could_not_be_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
