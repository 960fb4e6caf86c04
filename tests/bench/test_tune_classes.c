/* test_tune_classes.c - the classes of a proof, by made-up processes: a gain on the whole may hide no loss */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/tune_made.h"

/* A: 5 % cheaper, most where the first cell's lines are whole, least where the last cell's are not. */
static double a_gains(const struct tune_set *set, size_t cell, uint64_t size)
{
    bool whole = is_whole_lines(size);
    return !has(set, "A") ? 1 : !cell && whole ? 0.9 : cell == 3 && !whole ? 0.99 : 0.95;
}

/* A: a tenth cheaper, but dearer where the second cell's lines are whole. */
static double a_harms(const struct tune_set *set, size_t cell, uint64_t size)
{
    return !has(set, "A") ? 1 : cell == 1 && is_whole_lines(size) ? 1.38 : 0.9;
}

/* The same, by less than the margin. */
static double a_harms_little(const struct tune_set *set, size_t cell, uint64_t size)
{
    return !has(set, "A") ? 1 : cell == 1 && is_whole_lines(size) ? 1.02 : 0.9;
}

/* A: dearer by a tenth in one class; by much more at half of the sizes of another, and much cheaper at the
 * others. */
static double a_is_wild(const struct tune_set *set, size_t cell, uint64_t size)
{
    bool whole = is_whole_lines(size);
    return !has(set, "A")        ? 1
           : cell == 1 && whole  ? 1.1
           : cell == 2 && !whole ? (size / 8 % 2 ? 9 : 0.2)
                                 : 0.5;
}

/* A: cheaper or dearer by the size, in all cells and over all sizes as much as nothing; no process differs.
 */
static double a_depends(const struct tune_set *set, size_t cell, uint64_t size)
{
    (void)cell;
    return has(set, "A") ? exp(0.2 * sin((double)size)) : 1;
}

/* A and C gain, C dearer by it where whole lines are in the last cell, but only beside A. */
static double c_harms_beside_a(const struct tune_set *set, size_t cell, uint64_t size)
{
    bool both = has(set, "A") && has(set, "C");
    return (has(set, "A") ? 0.8 : 1) * (has(set, "C") ? 0.95 : 1) *
           (both && cell == 3 && is_whole_lines(size) ? 1.5 : 1);
}

/* From 1664 B on whole lines are dearer. */
static double large_whole_lines_lose(const struct tune_set *set, size_t cell, uint64_t size)
{
    (void)set;
    (void)cell;
    return size >= 1664 && is_whole_lines(size) ? 1.2 : 0.8;
}

static int rising(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Those of every process, each once, rising. */
static void all_sizes_are_told(const struct tuning_proof *p, const struct made *m)
{
    assert_true(p->size_count > 4 * PROVE_SIZES);
    for (size_t i = 1; i < p->size_count; i++)
        assert_true(p->sizes[i] > p->sizes[i - 1]);
    size_t found = 0;
    for (unsigned i = 0; i < m->ran; i++)
        for (size_t z = 0; z < m->sizes[i].count; z++)
            found +=
                bsearch(&m->sizes[i].list[z], p->sizes, p->size_count, sizeof(*p->sizes), rising) != NULL;
    assert_int_equal(found, m->ran * PROVE_SIZES);
}

static void a_gain_is_kept(void **state)
{
    (void)state;
    struct tuning t = {0};
    struct made m = make(nothing, 0.01);
    m.by_size = a_gains;
    add(&t, "A", 0.95);
    assert_int_equal(judge(&t, &m), TUNE_RAN);
    assert_int_equal(t.proof_count, 1);
    const struct tuning_proof *p = proof_of(&t, "libpmem/A");
    assert_true(t.proposals[0].kept && t.proposals[0].proven && !*t.proposals[0].reason);
    assert_true(p->kept && p->ratio.value > 0.93 && p->ratio.value < 0.97 && p->ratio.high < 1);
    assert_string_equal(p->verdict, "faster");
    assert_string_equal(p->proposal, "libpmem/A");
    assert_string_equal(p->against, "no environment");
    assert_int_equal(p->pairs, TUNE_ROUNDS);
    assert_int_equal(p->seed, 42);
    all_sizes_are_told(p, &m);
    assert_string_equal(p->best.where, "whole lines, cell 0");
    assert_string_equal(p->worst.where, "partial lines, cell 3");
    assert_true(fabs(p->best.ratio - 0.9) < 0.02 && p->best.low < p->best.ratio && p->best.high < 0.93);
    assert_true(fabs(p->worst.ratio - 0.99) < 0.02 && p->worst.low > 0.95);
    drop(&t);
}

static void a_gain_that_harms_a_class_is_withdrawn(void **state)
{
    (void)state;
    for (int much = 0; much < 2; much++) {
        struct tuning t = {0};
        struct made m = make(nothing, 0.002);
        m.by_size = much ? a_harms : a_harms_little;
        add(&t, "A", 0.9);
        assert_int_equal(judge(&t, &m), TUNE_RAN);
        const struct tuning_proof *p = proof_of(&t, "libpmem/A");
        assert_true(p->ratio.high < 1);
        assert_string_equal(p->verdict, "faster");
        assert_string_equal(p->worst.where, "whole lines, cell 1");
        assert_true(fabs(p->worst.ratio - (much ? 1.38 : 1.02)) < 0.01);
        assert_true(t.proposals[0].proven && t.proposals[0].kept == !much && p->kept == !much);
        assert_true(!much == !*t.proposals[0].reason);
        if (much)
            assert_non_null(
                strstr(t.proposals[0].reason, "), but whole lines, cell 1 cost 1.38 times as much"));
        if (much)
            assert_ptr_equal(strstr(t.proposals[0].reason, "cheaper on the whole (0.9"),
                             t.proposals[0].reason);
        drop(&t);
    }
}

static void the_worst_class_is_one_that_provably_loses(void **state)
{
    (void)state;
    struct tuning t = {0};
    struct made m = make(nothing, 0.002);
    m.by_size = a_is_wild;
    add(&t, "A", 0.9);
    assert_int_equal(judge(&t, &m), TUNE_RAN);
    assert_string_equal(t.proofs[0].worst.where, "whole lines, cell 1");
    assert_true(t.proofs[0].worst.low > TUNING_MARGIN && !t.proofs[0].kept);
    drop(&t);
}

/* No process differs from another: all that is unknown is what other sizes would have given. */
static void the_choice_of_sizes_is_in_the_interval(void **state)
{
    (void)state;
    unsigned kept = 0, outside = 0;
    for (unsigned i = 0; i < 200; i++) {
        struct tuning t = {0};
        struct made m = make(nothing, 0);
        struct error err = {0};
        struct tune_source source = source_of(&m);
        struct tune_ground other = ground;
        m.by_size = a_depends;
        other.rounds_seed = i;
        add(&t, "A", 0.9);
        assert_int_equal(tune_judge_environment(&t, &source, &other, &err), TUNE_RAN);
        const struct interval *ratio = &t.proofs[0].ratio;
        assert_true(ratio->high > ratio->low);
        kept += t.proposals[0].kept;
        outside += !(ratio->low <= 1 && 1 <= ratio->high);
        drop(&t);
    }
    assert_in_range(kept, 0, 12); /* 2.5 % would be 5 */
    assert_in_range(outside, 0, 20);
}

static void what_harms_a_class_beside_another_is_not_added(void **state)
{
    (void)state;
    struct tuning t = {0};
    struct made m = make(nothing, 0.002);
    m.by_size = c_harms_beside_a;
    add(&t, "A", 0.9);
    add(&t, "C", 0.95);
    assert_int_equal(judge(&t, &m), TUNE_RAN);
    assert_true(t.proposals[0].kept && !t.proposals[1].kept);
    assert_non_null(strstr(t.proposals[1].reason, "whole lines, cell 3 1.4"));
    assert_false(proof_of(&t, "libpmem")->kept);
    drop(&t);
}

static void hybrid_may_not_lose_on_one_side_of_its_size(void **state)
{
    (void)state;
    static const char *const pure[] = {"bypass", "deferred-bitmap2"};
    struct error err = {0};
    struct tuning t = {0};
    struct made m = make(nothing, 0.002);
    struct tune_ground at = ground;
    m.paths = 3;
    m.by_size = large_whole_lines_lose;
    at.draw.from = 1664;
    struct tune_source source = source_of(&m);
    add(&t, "hybrid", NAN);
    strcpy(t.proposals[0].id, "hybrid");
    assert_int_equal(tune_judge_hybrid(&t, &t.proposals[0], pure, 2, &source, 1, &at, &err), TUNE_RAN);
    assert_true(t.proofs[0].ratio.high < 1 && !t.proofs[0].kept && !t.proofs[1].kept);
    assert_string_equal(t.proofs[0].worst.where, "whole lines, from 1664 B on");
    assert_false(t.proposals[0].kept);
    assert_ptr_equal(strstr(t.proposals[0].reason, "against deferred-bitmap2 cheaper on the whole (0.8"),
                     t.proposals[0].reason);
    drop(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gain_is_kept),
        cmocka_unit_test(a_gain_that_harms_a_class_is_withdrawn),
        cmocka_unit_test(the_worst_class_is_one_that_provably_loses),
        cmocka_unit_test(the_choice_of_sizes_is_in_the_interval),
        cmocka_unit_test(what_harms_a_class_beside_another_is_not_added),
        cmocka_unit_test(hybrid_may_not_lose_on_one_side_of_its_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
