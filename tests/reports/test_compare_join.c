/* test_compare_join.c - which cells of two files are compared, and what is said of the others */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/compared.h"

static const struct compare_unmatched *unmatched_of(const struct compare_pair *pair, const char *id,
                                                    char letter)
{
    for (size_t i = 0; i < pair->unmatched_count; i++)
        if (!strcmp(pair->unmatched[i].cell->id, id) && pair->unmatched[i].file->letter == letter)
            return &pair->unmatched[i];
    return NULL;
}

static void assert_unmatched(const struct compare_pair *pair, const json_t *cell, char letter,
                             const char *why)
{
    const char *id = json_string_value(json_object_get(cell, "id"));
    const struct compare_unmatched *u = unmatched_of(pair, id, letter);
    if (!u)
        fail_msg("not among the unmatched of %c: %s", letter, id);
    if (!strstr(u->reason, why))
        fail_msg("'%s' says nothing of '%s'", u->reason, why);
}

static void one_question_on_two_platforms_is_compared(void **state)
{
    (void)state;
    json_t *a = many_cells(3, 4), *b = many_cells(3, 4);
    for (size_t i = 0; i < 3; i++) {
        set_cell_domain(cell_at(b, i), "eadr");
        set_repeats(cell_at(b, i), 4, 2 * (1000 + (double)i), 0.004);
    }
    json_t *cells = json_object_get(b, "cells"), *first = json_incref(json_array_get(cells, 0));
    json_array_remove(cells, 0);
    json_array_append_new(cells, first); /* the order of files is no matter */
    struct compare *c = compared(a, b, NULL);
    assert_int_equal(c->pairs[0].count, 3);
    assert_int_equal(c->pairs[0].unmatched_count, 0);
    for (size_t i = 0; i < 3; i++) {
        const struct compare_item *item = &c->pairs[0].items[i];
        assert_string_equal(item->a->key, item->b->key);
        assert_string_equal(item->a->key, json_string_value(json_object_get(cell_at(a, i), "key")));
        assert_true(fabs(item->ratio.value - 2) < 1e-9);
    }
    compare_free(c);
    json_decref(a);
    json_decref(b);
}

static void several_domains_join_on_equal_ones_first(void **state)
{
    (void)state;
    json_t *a = new_document(), *b = new_document();
    json_t *a_adr = sized_cell(a, "eager", "64", 4, 100), *a_eadr = sized_cell(a, "eager", "64", 4, 200);
    json_t *b_hint = sized_cell(b, "eager", "64", 4, 300), *b_adr = sized_cell(b, "eager", "64", 4, 400);
    set_cell_domain(a_eadr, "eadr");
    set_cell_domain(b_hint, "hint");
    struct compare *c = compared(a, b, NULL);
    const struct compare_pair *pair = &c->pairs[0];
    assert_int_equal(pair->count, 1);
    assert_string_equal(pair->items[0].b->domain, "adr");
    assert_true(fabs(pair->items[0].ratio.value - 4) < 1e-9);
    assert_int_equal(pair->unmatched_count, 2);
    assert_unmatched(pair, a_eadr, 'A', "ambiguous");
    assert_unmatched(pair, b_hint, 'B', "ambiguous");
    compare_free(c);
    json_array_remove(json_object_get(b, "cells"), 0);
    c = compared(a, b, NULL);
    assert_int_equal(c->pairs[0].count, 1);
    assert_unmatched(&c->pairs[0], a_eadr, 'A', "not in B under domain eadr");
    compare_free(c);
    (void)a_adr;
    (void)b_adr;
    json_decref(a);
    json_decref(b);
}

static void two_domains_against_a_third_are_ambiguous(void **state)
{
    (void)state;
    json_t *a = new_document(), *b = new_document();
    json_t *first = sized_cell(a, "eager", "64", 4, 100), *second = sized_cell(a, "eager", "64", 4, 200);
    json_t *third = sized_cell(b, "eager", "64", 4, 300);
    set_cell_domain(second, "eadr");
    set_cell_domain(third, "hint");
    struct compare *c = compared(a, b, NULL);
    assert_int_equal(c->pairs[0].count, 0);
    assert_unmatched(&c->pairs[0], first, 'A', "ambiguous");
    assert_unmatched(&c->pairs[0], second, 'A', "ambiguous");
    assert_unmatched(&c->pairs[0], third, 'B', "ambiguous");
    compare_free(c);
    json_decref(a);
    json_decref(b);
}

static void what_is_not_measured_on_both_sides_is_listed_with_its_reason(void **state)
{
    (void)state;
    json_t *a = many_cells(6, 4), *b = many_cells(6, 4);
    set_text(cell_at(a, 0), "status", "failed");
    set_text(cell_at(a, 0), "reason", "line 7 is not what was written");
    set_text(cell_at(b, 1), "status", "skipped");
    set_text(cell_at(b, 1), "reason", "no movdir64b here");
    set_text(cell_at(a, 2), "status", "skipped");
    set_text(cell_at(b, 2), "status", "skipped");
    json_object_set_new(cell_at(b, 3), "repeat", json_array());
    json_object_set_new(cell_at(b, 3), "summary", json_null());
    json_t *extra = sized_cell(b, "hybrid", "64", 4, 100);
    json_t *missing = json_incref(cell_at(b, 5));
    json_array_remove(json_object_get(b, "cells"), 5);
    struct compare *c = compared(a, b, NULL);
    const struct compare_pair *pair = &c->pairs[0];
    assert_int_equal(pair->count, 1);
    assert_int_equal(pair->unmatched_count, 7);
    assert_unmatched(pair, cell_at(a, 0), 'A', "failed in A: line 7 is not what was written");
    assert_unmatched(pair, cell_at(b, 1), 'B', "skipped in B: no movdir64b here");
    assert_unmatched(pair, cell_at(a, 2), 'A', "skipped in A");
    assert_unmatched(pair, cell_at(b, 2), 'B', "skipped in B");
    assert_unmatched(pair, cell_at(b, 3), 'B', "no time was measured in B");
    assert_unmatched(pair, missing, 'A', "not in B");
    assert_unmatched(pair, extra, 'B', "not in A");
    compare_free(c);
    set_text(b, "status", "interrupted");
    c = compared(a, b, NULL);
    assert_unmatched(&c->pairs[0], missing, 'A', "did not come to its end");
    compare_free(c);
    json_decref(missing);
    json_decref(a);
    json_decref(b);
}

static void a_cell_twice_in_one_file_is_compared_once(void **state)
{
    (void)state;
    json_t *a = new_document(), *b = new_document();
    sized_cell(a, "eager", "64", 4, 100);
    json_t *twin = sized_cell(a, "eager", "64", 4, 100);
    sized_cell(b, "eager", "64", 4, 100);
    struct compare *c = compared(a, b, NULL);
    assert_int_equal(c->pairs[0].count, 1);
    assert_int_equal(c->pairs[0].unmatched_count, 1);
    assert_unmatched(&c->pairs[0], twin, 'A', "not in B under domain adr");
    compare_free(c);
    json_decref(a);
    json_decref(b);
}

static void other_work_is_told_and_compared(void **state)
{
    (void)state;
    json_t *a = many_cells(3, 4), *b = many_cells(3, 4);
    for (size_t i = 0; i < 3; i++) {
        set_text(cell_at(a, i), "stream_hash", "0123456789abcdef");
        set_text(cell_at(b, i), "stream_hash", i ? "fedcba9876543210" : "0123456789abcdef");
    }
    json_object_set_new(cell_at(a, 1), "footprint_bytes", json_integer(4 << 20));
    json_object_set_new(cell_at(b, 1), "footprint_bytes", json_integer(6 << 20));
    struct compare *c = compared(a, b, NULL);
    assert_int_equal(c->pairs[0].count, 3);
    assert_null(c->pairs[0].items[0].other_work);
    assert_string_equal(c->pairs[0].items[1].other_work, "footprint 4 MiB in A, 6 MiB in B");
    assert_string_equal(c->pairs[0].items[2].other_work, "another stream of writes");
    assert_int_equal(compare_tally(&c->pairs[0]).other_work, 2);
    compare_free(c);
    json_object_set_new(json_object_get(b, "run"), "seed", json_integer(9));
    c = compared(a, b, NULL);
    assert_string_equal(c->pairs[0].items[2].other_work, "seed 1 in A, 9 in B");
    compare_free(c);
    json_decref(a);
    json_decref(b);
}

static void files_are_limited_and_must_be_results(void **state)
{
    (void)state;
    struct error err = {0};
    json_t *d = many_cells(1, 4), *list = json_array();
    struct compare_source sources[COMPARE_FILES + 1];
    for (size_t i = 0; i <= COMPARE_FILES; i++)
        sources[i] = (struct compare_source){"x", d};
    assert_null(compare_new(sources, 1, NULL, &err));
    assert_int_equal(err.code, EXIT_USAGE);
    err = (struct error){0};
    assert_null(compare_new(sources, COMPARE_FILES + 1, NULL, &err));
    assert_int_equal(err.code, EXIT_USAGE);
    err = (struct error){0};
    sources[1].document = list;
    assert_null(compare_new(sources, 2, NULL, &err));
    assert_int_equal(err.code, EXIT_CANNOT);
    sources[1].document = d;
    err = (struct error){0};
    struct compare *c = compare_new(sources, COMPARE_FILES, NULL, &err);
    assert_non_null(c);
    assert_int_equal(c->pair_count, COMPARE_FILES - 1);
    assert_int_equal(c->files[COMPARE_FILES - 1].letter, 'Z');
    compare_free(c);
    json_decref(d);
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_question_on_two_platforms_is_compared),
        cmocka_unit_test(several_domains_join_on_equal_ones_first),
        cmocka_unit_test(two_domains_against_a_third_are_ambiguous),
        cmocka_unit_test(what_is_not_measured_on_both_sides_is_listed_with_its_reason),
        cmocka_unit_test(a_cell_twice_in_one_file_is_compared_once),
        cmocka_unit_test(other_work_is_told_and_compared),
        cmocka_unit_test(files_are_limited_and_must_be_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
