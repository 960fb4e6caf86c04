/* test_tune_prove.c - what fresh processes would prove, by made-up ones: sizes, pairs, and what is kept */
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

/* A wins in most rounds by much, and loses in some. */
static double a_wavers(const struct tune_set *set, unsigned round, size_t size)
{
    (void)size;
    return !has(set, "A") ? 1 : round % 3 == 2 ? 1.02 : 0.8;
}

/* A and B gain, each by itself; together as much more. */
static double both_gain(const struct tune_set *set, unsigned round, size_t size)
{
    (void)round;
    (void)size;
    return (has(set, "A") ? 0.9 : 1) * (has(set, "B") ? 0.95 : 1);
}

/* A, B and C gain, but C nothing beside A. */
static double c_adds_nothing(const struct tune_set *set, unsigned round, size_t size)
{
    double a = has(set, "A") ? 0.85 : has(set, "C") ? 0.88 : 1;
    (void)round;
    (void)size;
    return a * (has(set, "B") ? 0.9 : 1);
}

/* A and B gain, but less together than A alone. */
static double they_quarrel(const struct tune_set *set, unsigned round, size_t size)
{
    (void)round;
    (void)size;
    return has(set, "A") && has(set, "B") ? 0.97 : has(set, "A") ? 0.9 : has(set, "B") ? 0.95 : 1;
}

static double rivals_gain(const struct tune_set *set, unsigned round, size_t size)
{
    (void)round;
    (void)size;
    return has(set, "PMEM_NO_MOVNT") ? 0.9 : has(set, "PMEM_MOVNT_THRESHOLD") ? 0.95 : 1;
}

static double by_value(const struct tune_set *set, unsigned round, size_t size)
{
    (void)round;
    (void)size;
    return set->count ? strtod(set->list[0].value, NULL) / 100 : 1;
}

static double a_tenth_less(const struct tune_set *set, unsigned round, size_t size)
{
    (void)set;
    (void)round;
    (void)size;
    return 0.9;
}

static double a_tenth_more(const struct tune_set *set, unsigned round, size_t size)
{
    return 2 - a_tenth_less(set, round, size);
}

static void rounds_turn_and_have_seeds_of_their_own(void **state)
{
    (void)state;
    struct tuning t = {0};
    struct made m = make(nothing, 0.01);
    add(&t, "A", NAN);
    assert_int_equal(judge(&t, &m), TUNE_RAN);
    assert_int_equal(m.ran, 2 * TUNE_ROUNDS);
    for (unsigned i = 0; i < m.ran; i += 2) {
        assert_true(m.seeds[i] == m.seeds[i + 1] && m.seeds[i] <= INT64_MAX);
        assert_memory_equal(&m.sizes[i], &m.sizes[i + 1], sizeof(m.sizes[i]));
        assert_int_equal(m.sets[i], i / 2 % 2); /* AB, BA */
        assert_int_equal(m.sets[i + 1], !(i / 2 % 2));
        for (unsigned k = 0; k < i; k++)
            assert_true(m.seeds[k] != m.seeds[i]);
        for (unsigned k = 0; k < i; k += 2)
            assert_true(memcmp(&m.sizes[k], &m.sizes[i], sizeof(m.sizes[i])) != 0);
        for (size_t z = 0; z < PROVE_SIZES; z++) /* 64 and 128 are the search's: the first has none */
            assert_int_equal(is_whole_lines(m.sizes[i].list[z]), z && (z + i / 2) % 2 == 0);
    }
    drop(&t);
}

static void identical_variants_are_not_kept(void **state)
{
    (void)state;
    unsigned kept = 0;
    for (unsigned i = 0; i < 200; i++) {
        struct tuning t = {0};
        struct made m = make(nothing, 0.02);
        m.rng.state = i;
        add(&t, "A", 0.95);
        assert_int_equal(judge(&t, &m), TUNE_RAN);
        assert_true(t.proposals[0].proven);
        assert_int_equal(t.proposals[0].kept, t.proofs[0].kept);
        assert_true(t.proposals[0].kept == !*t.proposals[0].reason);
        kept += t.proposals[0].kept;
        drop(&t);
    }
    assert_in_range(kept, 0, 12); /* 2.5 % would be 5 */
}

static void a_gain_in_the_mean_alone_is_withdrawn(void **state)
{
    (void)state;
    struct tuning t = {0};
    struct made m = make(a_wavers, 0);
    add(&t, "A", 0.8);
    assert_int_equal(judge(&t, &m), TUNE_RAN);
    const struct tuning_proof *p = proof_of(&t, "libpmem/A");
    assert_true(p->ratio.value < 0.85 && p->ratio.high > 1);
    assert_string_equal(p->verdict, "unresolved");
    assert_true(t.proposals[0].proven && !t.proposals[0].kept);
    assert_non_null(strstr(t.proposals[0].reason, "not provably less"));
    drop(&t);
}

static void winners_are_kept_together(void **state)
{
    (void)state;
    struct tuning t = {0};
    struct made m = make(both_gain, 0.005);
    add(&t, "A", 0.9);
    add(&t, "C", 0.99);
    add(&t, "B", 0.95);
    assert_int_equal(judge(&t, &m), TUNE_RAN);
    assert_true(t.proposals[0].kept && t.proposals[2].kept && !t.proposals[1].kept);
    const struct tuning_proof *p = proof_of(&t, "libpmem");
    assert_true(p->kept && fabs(p->ratio.value - 0.855) < 0.02);
    assert_string_equal(p->proposal, "libpmem");
    drop(&t);
}

static void what_loses_together_leaves_the_best_alone(void **state)
{
    (void)state;
    struct tuning t = {0};
    struct made m = make(they_quarrel, 0.005);
    add(&t, "B", 0.9);
    add(&t, "A", 0.95);
    assert_int_equal(judge(&t, &m), TUNE_RAN);
    assert_true(t.proposals[1].kept && !t.proposals[0].kept && t.proposals[0].proven);
    assert_ptr_equal(strstr(t.proposals[0].reason, "beside A it costs 1.0"), t.proposals[0].reason);
    assert_false(proof_of(&t, "libpmem")->kept);
    assert_true(proof_of(&t, "libpmem/B")->kept);
    drop(&t);
}

static void what_adds_nothing_provable_is_not_added(void **state)
{
    (void)state;
    struct tuning t = {0};
    struct made m = make(c_adds_nothing, 0.005);
    add(&t, "A", 0.9);
    add(&t, "C", 0.95);
    add(&t, "B", 0.95);
    assert_int_equal(judge(&t, &m), TUNE_RAN);
    assert_true(t.proposals[0].kept && t.proposals[2].kept && !t.proposals[1].kept);
    assert_true(proof_of(&t, "libpmem/C")->kept && proof_of(&t, "libpmem")->kept);
    assert_true(fabs(proof_of(&t, "libpmem")->ratio.value - 0.765) < 0.02); /* A and B */
    assert_ptr_equal(strstr(t.proposals[1].reason, "beside A it costs "), t.proposals[1].reason);
    drop(&t);
}

static void of_rivals_the_better_is_kept(void **state)
{
    (void)state;
    struct tuning t = {0};
    struct made m = make(rivals_gain, 0.005);
    add(&t, "PMEM_MOVNT_THRESHOLD", 0.9);
    add(&t, "PMEM_NO_MOVNT", 0.95);
    assert_int_equal(judge(&t, &m), TUNE_RAN);
    assert_true(t.proposals[1].kept && !t.proposals[0].kept);
    assert_non_null(strstr(t.proposals[0].reason, "PMEM_NO_MOVNT"));
    assert_null(proof_of(&t, "libpmem"));
    assert_false(tune_rivals("PMEM_NO_MOVNT", "PMEM_NO_CLWB"));
    assert_false(tune_rivals("PMEM_AVX512F", "PMEM_MOVNT_THRESHOLD"));
    drop(&t);
}

static void without_time_the_least_gains_stay_unproven(void **state)
{
    (void)state;
    struct tuning t = {0};
    struct made m = make(both_gain, 0.001);
    m.most = 3 * TUNE_ROUNDS_LEAST + 3 * TUNE_ROUNDS_LEAST; /* two alone, and together */
    add(&t, "C", 0.99);
    add(&t, "A", 0.9);
    add(&t, "B", 0.95);
    assert_int_equal(judge(&t, &m), TUNE_RAN);
    assert_true(t.proposals[1].kept && t.proposals[2].kept);
    assert_false(t.proposals[0].proven || t.proposals[0].kept);
    assert_string_equal(t.proposals[0].reason, "the time was spent before it was proven");
    assert_int_equal(proof_of(&t, "libpmem")->pairs, TUNE_ROUNDS_LEAST);
    assert_int_equal(m.ran, m.most);
    drop(&t);
}

static void ends_leave_what_was_not_proven_unkept(void **state)
{
    (void)state;
    static const struct {
        enum tune_end end;
        const char *reason;
    } ends[] = {{TUNE_TIME, "the time was spent before it was proven"},
                {TUNE_SIGNAL, "interrupted before it was proven"},
                {TUNE_FAILED, "a process failed before it was proven"}};
    for (size_t e = 0; e < 3; e++)
        for (unsigned most = 0; most < 80; most++) {
            struct tuning t = {0};
            struct made m = make(both_gain, 0.001);
            m.ends = ends[e].end;
            m.most = most;
            add(&t, "A", 0.9);
            add(&t, "B", 0.95);
            enum tune_end end = judge(&t, &m);
            assert_true(end == TUNE_RAN || end == ends[e].end);
            for (size_t i = 0; i < 2; i++) {
                const struct tuning_proposal *p = &t.proposals[i];
                assert_true(p->proven == (proof_of(&t, p->id) != NULL));
                assert_true(p->kept ? p->proven && !*p->reason : *p->reason);
                if (!p->proven && strcmp(p->reason, ends[0].reason) != 0)
                    assert_string_equal(p->reason, ends[e].reason);
            }
            assert_true(!t.proposals[1].kept || !t.proposals[0].kept || proof_of(&t, "libpmem"));
            for (size_t i = 0; i < t.proof_count; i++)
                assert_true(t.proofs[i].pairs >= TUNE_ROUNDS_LEAST);
            drop(&t);
        }
}

static void hybrid_must_win_both(void **state)
{
    (void)state;
    static const char *const pure[] = {"bypass", "deferred-bitmap2"};
    static const double others[] = {1, 0.85, 1.3}; /* of the second */
    for (int i = 0; i < 3; i++) {
        struct error err = {0};
        struct tuning t = {0};
        struct made m = make(i == 2 ? a_tenth_more : a_tenth_less, 0.01);
        m.paths = 3;
        m.last = others[i];
        struct tune_source source = source_of(&m);
        add(&t, "hybrid", NAN);
        strcpy(t.proposals[0].id, "hybrid");
        assert_int_equal(tune_judge_hybrid(&t, &t.proposals[0], pure, 2, &source, 1, &ground, &err),
                         TUNE_RAN);
        assert_int_equal(t.proof_count, 2);
        assert_string_equal(t.proofs[0].id, "hybrid/bypass");
        assert_string_equal(t.proofs[1].id, "hybrid/deferred-bitmap2");
        assert_string_equal(t.proofs[1].against, "deferred-bitmap2");
        assert_true(t.proofs[0].kept == (i != 2) && t.proofs[1].kept == (i != 1));
        assert_true(t.proposals[0].proven && t.proposals[0].kept == !i);
        assert_true(!*t.proposals[0].reason == !i);
        assert_int_equal(m.ran, TUNE_ROUNDS);
        drop(&t);
    }
}

static size_t tried_with(struct tuning *t, struct made *m, const struct tune_candidate *list, size_t count)
{
    struct error err = {0};
    struct tune_source source = source_of(m);
    unsigned tried;
    assert_int_not_equal(tune_try(t, list, count, &source, 3, &tried, &err), TUNE_FAILED);
    return tried;
}

static void trials_propose_the_best_value_of_each_variable(void **state)
{
    (void)state;
    static const struct tune_candidate list[] = {{{"T", "95"}, "t"}, {{"T", "90"}, "t"}, {{"T", "99"}, "t"},
                                                 {{"N", "100"}, ""}, {{"U", "105"}, ""}, {{"V", "97"}, "v"}};
    struct tuning t = {0};
    struct made m = make(by_value, 0.001);
    assert_int_equal(tried_with(&t, &m, list, 6), 6);
    assert_true(t.proposal_count >= 2 && t.proposal_count <= 3); /* N, by chance in one of 64 */
    assert_string_equal(t.proposals[0].id, "libpmem/T");
    assert_string_equal(t.proposals[0].kind, "environment");
    assert_string_equal(t.proposals[0].value, "90");
    assert_string_equal(t.proposals[t.proposal_count - 1].name, "V");
    assert_true(fabs(t.proposals[0].found_gain - 0.9) < 0.01);
    assert_false(t.proposals[0].proven || t.proposals[0].kept);
    drop(&t);
    t = (struct tuning){0};
    m = make(by_value, 0.001);
    m.most = 15; /* room for one candidate or two */
    size_t tried = tried_with(&t, &m, list, 6);
    assert_in_range(tried, 1, 2);
    assert_string_equal(t.proposals[0].name, "T");
    drop(&t);
    t = (struct tuning){0};
    m = make(by_value, 0.001);
    m.ends = TUNE_SIGNAL;
    m.most = 12; /* winners have won some rounds */
    m.unforeseen = RUNS;
    assert_in_range(tried_with(&t, &m, list, 6), 1, 3);
    assert_int_equal(t.proposal_count, 0);
}

static void rounds_are_those_that_use_the_time(void **state)
{
    (void)state;
    assert_int_equal(tune_rounds_wanted(24, 2), 12);
    assert_int_equal(tune_rounds_wanted(23, 2), 9);
    assert_int_equal(tune_rounds_wanted(17, 2), 6);
    assert_int_equal(tune_rounds_wanted(0, 2), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounds_turn_and_have_seeds_of_their_own),
        cmocka_unit_test(identical_variants_are_not_kept),
        cmocka_unit_test(a_gain_in_the_mean_alone_is_withdrawn),
        cmocka_unit_test(winners_are_kept_together),
        cmocka_unit_test(what_loses_together_leaves_the_best_alone),
        cmocka_unit_test(what_adds_nothing_provable_is_not_added),
        cmocka_unit_test(of_rivals_the_better_is_kept),
        cmocka_unit_test(without_time_the_least_gains_stay_unproven),
        cmocka_unit_test(ends_leave_what_was_not_proven_unkept),
        cmocka_unit_test(hybrid_must_win_both),
        cmocka_unit_test(trials_propose_the_best_value_of_each_variable),
        cmocka_unit_test(rounds_are_those_that_use_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
