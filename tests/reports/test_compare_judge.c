/* test_compare_judge.c - when a cell is called faster, slower, equal, and when nothing may be said */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/compared.h"

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
    set_levels(cell_at(o.a, 0), 7, 900); /* one process has none */
    judged(o, VERDICT_SLOWER, WHY_JUDGED, "");
    drop(o);
}

static void the_method_says_what_was_compared_in_39_characters(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        bool levels;
        const char *method;
    } table[] = {{8, true, "Mann-Whitney, levels of 8 and 8 runs"},
                 {8, false, "Mann-Whitney, medians of 8 and 8 runs"},
                 {99, false, "Mann-Whitney, medians of 99 and 99 runs"},
                 {100, false, "Mann-Whitney, medians of 100 and 100"},
                 {9999, false, "Mann-Whitney, medians of 9999 and 9999"},
                 {10000, true, "Mann-Whitney, levels"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct one o = one_cell(1.5, table[i].n);
        set_levels(cell_at(o.a, 0), table[i].levels ? table[i].n : 0, 1000);
        set_levels(cell_at(o.b, 0), table[i].n, 1000);
        struct compare *c = compared(o.a, o.b, NULL);
        assert_string_equal(c->pairs[0].items[0].method, table[i].method);
        assert_true(strlen(c->pairs[0].items[0].method) < NAME_TEXT);
        compare_free(c);
        drop(o);
    }
}

static void more_repeats_than_can_be_judged_have_a_reason_of_their_own(void **state)
{
    (void)state;
    struct one o = one_cell(1.5, 100);
    judged(o, VERDICT_SLOWER, WHY_JUDGED, "");
    set_repeats(cell_at(o.a, 0), 101, 1000, 0.004);
    judged(o, VERDICT_UNRESOLVED, WHY_MANY,
           "more than 200 repeats in all cannot be judged exactly: use at most 100 a file");
    set_repeats(cell_at(o.b, 0), 3, 1500, 0.004);
    judged(o, VERDICT_UNRESOLVED, WHY_REPEATS, "--repeats 4");
    drop(o);
    static const struct {
        size_t n;
        const char *reason;
    } wide[] = {{40, "too wide: run with --repeats 80"},
                {60, "too wide: run with --repeats 100"},
                {100, "too wide: use a quieter machine"}};
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        o = one_cell(1, wide[i].n);
        set_repeats(cell_at(o.b, 0), wide[i].n, 1000, 1);
        judged(o, VERDICT_UNRESOLVED, WHY_WIDE, wide[i].reason);
        drop(o);
    }
}

static void a_named_cell_is_a_family_of_its_own(void **state)
{
    (void)state;
    static const struct compare_options named = {.cell = "size=128/"};
    json_t *a = many_cells(72, 4), *b = many_cells(72, 4);
    set_repeats(cell_at(b, 1), 4, 2000, 0.004);
    struct compare *c = compared(a, b, NULL);
    assert_int_equal(c->pairs[0].family, 72);
    assert_int_equal(c->pairs[0].repeats_needed, 7);
    assert_int_equal(c->pairs[0].items[1].why, WHY_REPEATS);
    compare_free(c);
    c = compared(a, b, &named);
    const struct compare_item *item = &c->pairs[0].items[1], *hidden = &c->pairs[0].items[0];
    assert_int_equal(c->pairs[0].family, 1);
    assert_int_equal(c->pairs[0].repeats_needed, 4);
    assert_int_equal(item->verdict, VERDICT_SLOWER);
    assert_true(fabs(item->p_holm - item->p) < 1e-12);
    assert_false(hidden->shown);
    assert_int_equal(hidden->verdict, VERDICT_UNRESOLVED);
    struct error err = {0};
    assert_int_equal(compare_gate(c, 5, &err), -1);
    assert_int_equal(err.code, EXIT_REGRESSION);
    compare_free(c);
    json_decref(a);
    json_decref(b);
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
    assert_string_equal(item->method, "Mann-Whitney, medians of 1 and 1 runs");
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
        json_object_set_new(json_object_get(cell_at(o.b, 0), "summary"), "median", json_real(1500));
        set_levels(cell_at(o.a, 0), 8, 900); /* a drain is added to the median */
        set_levels(cell_at(o.b, 0), 8, 1350);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_are_said_of_b),
        cmocka_unit_test(levels_are_compared_where_both_have_them),
        cmocka_unit_test(the_method_says_what_was_compared_in_39_characters),
        cmocka_unit_test(more_repeats_than_can_be_judged_have_a_reason_of_their_own),
        cmocka_unit_test(a_named_cell_is_a_family_of_its_own),
        cmocka_unit_test(the_family_says_how_many_repeats_it_takes),
        cmocka_unit_test(a_single_process_gives_a_ratio_and_no_verdict),
        cmocka_unit_test(repeats_that_are_no_times_do_not_count),
        cmocka_unit_test(the_larger_floor_counts),
        cmocka_unit_test(without_controls_nothing_is_claimed),
        cmocka_unit_test(bistable_on_either_side_is_bistable),
        cmocka_unit_test(times_that_mean_little_are_withheld_unless_forced),
        cmocka_unit_test(force_does_not_mend_controls),
        cmocka_unit_test(modelled_drains_stand_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
