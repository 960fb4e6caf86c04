/* test_compare_gate.c - --fail-on slower: when it fails, and when it says that it cannot tell */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/compared.h"

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

/* Slower for sure; the ratio is within what is allowed, its interval is not. */
static void slower_by_perhaps_more_than_allowed_is_not_passed(void **state)
{
    (void)state;
    struct one o = one_cell(1.04, 8);
    set_repeats(cell_at(o.b, 0), 8, 1040, 0.04);
    struct compare *c = compared(o.a, o.b, NULL);
    const struct compare_item *item = &c->pairs[0].items[0];
    double high = item->ratio.high;
    assert_int_equal(item->verdict, VERDICT_SLOWER);
    assert_true(item->ratio.value < 1.045 && high > 1.05);
    compare_free(c);
    gated(o, 3, EXIT_REGRESSION, "1 of 1 cells slower by more than 3 %: worst 1.04");
    gated(
        o, 4.5, EXIT_CANNOT,
        "could not judge 1 of 1 cells: run with --repeats 16, 1 slower by less, yet perhaps by more; first");
    gated(o, (high - 1) * 100 + 0.01, EXIT_DONE, "");
    drop(o);
}

static void the_gate_does_not_ask_for_more_than_can_be_judged(void **state)
{
    (void)state;
    struct one o = one_cell(1, 101);
    gated(o, 5, EXIT_CANNOT, "1 with more than 200 repeats in all (use at most 100 a file); first");
    drop(o);
    o = one_cell(1, 100);
    set_repeats(cell_at(o.b, 0), 100, 1000, 1);
    gated(o, 5, EXIT_CANNOT,
          "could not judge 1 of 1 cells: 1 with too wide an interval (use a quieter machine)");
    drop(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gate_fails_on_slower_beyond_the_percentage),
        cmocka_unit_test(slower_by_perhaps_more_than_allowed_is_not_passed),
        cmocka_unit_test(the_gate_says_what_it_could_not_judge),
        cmocka_unit_test(the_gate_does_not_ask_for_more_than_can_be_judged),
        cmocka_unit_test(a_regression_is_told_before_what_could_not_be_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
