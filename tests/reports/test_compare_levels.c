/* test_compare_levels.c - what a comparison says its times are, and how unlike the two runs were taken */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/compared.h"

static const struct compare_options everything = {.all = true}, one = {.cell = "size=64/"};

static void prints_in_both(const struct one *o, const struct compare_options *options, const char *what,
                           bool expected)
{
    assert_prints(compare_text, o->a, o->b, options, what, expected);
    assert_prints(compare_markdown, o->a, o->b, options, what, expected);
}

/* Two cells; the first `with` of A and all of B have levels. */
static struct one two_cells(size_t with)
{
    struct one o = {many_cells(2, 8), many_cells(2, 8)};
    for (size_t i = 0; i < 2; i++) {
        set_levels(cell_at(o.a, i), i < with ? 8 : 0, 900);
        set_levels(cell_at(o.b, i), 8, 900);
    }
    return o;
}

static void a_note_says_what_the_times_are(void **state)
{
    (void)state;
    static const char levels[] = "ns/op: levels, the 4 % quantile of each code layout, averaged";
    static const char medians[] = "ns/op: medians of the samples", both[] = "ns/op: levels (the 4 %";
    static const char *const notes[] = {medians, both, levels};
    for (size_t with = 0; with <= 2; with++) {
        struct one o = two_cells(with);
        for (size_t k = 0; k <= 2; k++)
            prints_in_both(&o, NULL, notes[k], k == with);
        prints_in_both(&o, &one, with ? levels : medians, true); /* of the shown cell alone */
        drop(o);
    }
}

static void each_cell_says_it_where_they_differ(void **state)
{
    (void)state;
    for (size_t with = 0; with <= 2; with++) {
        struct one o = two_cells(with);
        assert_prints(compare_text, o.a, o.b, &everything, "domain=adr of levels", with == 1);
        assert_prints(compare_text, o.a, o.b, &everything, "domain=adr of medians", with == 1);
        assert_prints(compare_text, o.a, o.b, NULL, "of levels", false);
        drop(o);
    }
}

static void one_cell_shows_levels_and_medians(void **state)
{
    (void)state;
    struct one o = two_cells(2);
    assert_prints(compare_text, o.a, o.b, &one, "in A 900 ns, level of 8 processes (median 1000 ns); write",
                  true);
    assert_prints(compare_text, o.a, o.b, &one, "in B 900 ns, level of 8 processes (median 1000 ns); write",
                  true);
    assert_prints(compare_text, o.a, o.b, &one, "Mann-Whitney, levels of 8 and 8 runs", true);
    drop(o);
    o = two_cells(0);
    assert_prints(compare_text, o.a, o.b, &one, "in B 1000 ns, median of 8 processes; write", true);
    assert_prints(compare_text, o.a, o.b, &one, "level of", false);
    drop(o);
}

static void set_spin(json_t *d, double ns)
{
    json_object_set_new(json_object_get(d, "machine"), "spin_ns", json_real(ns));
}

static void another_spin_is_a_difference(void **state)
{
    (void)state;
    struct one o = one_cell(1, 8);
    set_spin(o.a, 8152);
    prints_in_both(&o, NULL, "reference spin", false); /* not known in B */
    set_spin(o.b, 8152 * 1.019);
    prints_in_both(&o, NULL, "reference spin", false);
    set_spin(o.b, 9000);
    prints_in_both(&o, NULL, "reference spin: 8152 ns in A, 9000 ns in B", true);
    set_spin(o.b, 7900);
    prints_in_both(&o, NULL, "reference spin: 8152 ns in A, 7900 ns in B", true);
    drop(o);
}

static void set_rounds(json_t *d, size_t cell, json_int_t rounds)
{
    json_object_set_new(cell_at(d, cell), "rounds", json_integer(rounds));
}

static void other_rounds_a_process_are_a_difference(void **state)
{
    (void)state;
    struct one o = {many_cells(3, 8), many_cells(3, 4)};
    for (size_t i = 0; i < 3; i++) {
        set_rounds(o.a, i, 8 * 96);
        set_rounds(o.b, i, 4 * 140);
    }
    prints_in_both(&o, NULL, "rounds a process", false);
    set_rounds(o.b, 0, 4 * 5000); /* one cell of three */
    prints_in_both(&o, NULL, "rounds a process", false);
    set_rounds(o.b, 1, 4 * 1000);
    set_rounds(o.b, 2, 4 * 1000);
    prints_in_both(&o, NULL, "rounds a process: 96 in A, 1000 in B", true);
    drop(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_says_what_the_times_are),
        cmocka_unit_test(each_cell_says_it_where_they_differ),
        cmocka_unit_test(one_cell_shows_levels_and_medians),
        cmocka_unit_test(another_spin_is_a_difference),
        cmocka_unit_test(other_rounds_a_process_are_a_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
