/* test_tune_hybrid.c - the proposal hybrid: of which situation it is, and what its proof measures */
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

#include "bench/tune_fresh.h"
#include "bench/tune_hybrid.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One situation with what was found in it; NAN: nothing, 0: it was not sought. */
struct seen {
    const char *id;
    bool primary;
    double size;
};

static void make(struct tuning *t, const struct seen *seen, size_t count)
{
    *t = (struct tuning){.situations = calloc(count, sizeof(*t->situations)),
                         .crossovers = calloc(2 * count, sizeof(*t->crossovers))};
    assert_true(t->situations && t->crossovers);
    for (size_t i = 0; i < count; i++) {
        struct tuning_situation *s = &t->situations[t->situation_count++];
        s->primary = seen[i].primary;
        snprintf(s->id, sizeof(s->id), "%s", seen[i].id);
        snprintf(s->question, sizeof(s->question), "%.*s", (int)strcspn(s->id, "/"), s->id);
    }
    for (size_t i = count; i-- > 0;) { /* in another order than the situations */
        struct tuning_crossover *other = &t->crossovers[t->crossover_count++];
        *other = (struct tuning_crossover){.size = 640};
        snprintf(other->id, sizeof(other->id), "%.300s/a>b", seen[i].id);
        snprintf(other->situation, sizeof(other->situation), "%s", seen[i].id);
        if (seen[i].size == 0)
            continue;
        struct tuning_crossover *x = &t->crossovers[t->crossover_count++];
        *x = (struct tuning_crossover){.size = seen[i].size};
        snprintf(x->id, sizeof(x->id), "hybrid%.300s", strchr(seen[i].id, '/'));
        snprintf(x->situation, sizeof(x->situation), "%s", seen[i].id);
    }
}

/* The value and id of what is proposed; id NULL: nothing is. */
static void assert_proposed(const struct seen *seen, size_t count, const char *value, const char *id,
                            const char *what)
{
    struct tuning t;
    struct error err = {0};
    make(&t, seen, count);
    assert_int_equal(tune_propose_hybrid(&t, &err), 0);
    assert_int_equal(t.proposal_count, id != NULL);
    if (id) {
        const struct tuning_proposal *p = t.proposals;
        assert_string_equal(p->id, "hybrid");
        assert_string_equal(p->kind, "constant");
        assert_string_equal(p->value, value);
        assert_string_equal(p->situation, id);
        if (strncmp(p->what, what, strlen(what)) != 0)
            fail_msg("%s", p->what);
        assert_true(!p->kept && !p->proven && *p->reason);
    }
    free(t.situations);
    free(t.crossovers);
    free(t.proposals);
}

#define SMALL "fsync/footprint=l2/overwrite=1/dirty=size"
#define MANY  "fsync/footprint=l2/overwrite=1/dirty=16384"
#define LARGE "fsync/footprint=llc/overwrite=8/dirty=16384"

static void the_primary_situation_comes_first(void **state)
{
    (void)state;
    const struct seen both[] = {
        {LARGE, false, 900}, {SMALL, true, 1663}, {MANY, false, 2112}, {"durable/x=1", true, 64}};
    assert_proposed(both, 4, "1664", SMALL, "where an fsync follows each write: writes below this size");
    const struct seen least[] = {{SMALL, true, 3}};
    assert_proposed(least, 1, "64", SMALL, "where an fsync follows each write: ");
}

static void else_the_nearest_in_which_it_was_found(void **state)
{
    (void)state;
    const struct seen seen[] = {{"durable/offset=0", true, 500},
                                {SMALL, true, NAN},
                                {"fsync/footprint=l2/overwrite=8/dirty=size", false, 0},
                                {MANY, false, 2100},
                                {LARGE, false, 900}};
    assert_proposed(seen, 5, "2112", MANY, "where an fsync follows 16 KiB of writes: writes below this size");
    const struct seen far[] = {{SMALL, true, NAN}, {MANY, false, NAN}, {LARGE, false, 900}};
    assert_proposed(
        far, 3, "896", LARGE,
        "where an fsync follows 16 KiB of writes, the range fits the last-level cache, each place "
        "is written 8 times: writes below this size copy cached and are marked for fsync, from it "
        "on they bypass the cache");
}

static void nothing_is_proposed_where_nothing_was_found(void **state)
{
    (void)state;
    const struct seen seen[] = {{"durable/offset=0", true, 500}, {SMALL, true, NAN}, {MANY, false, 0}};
    assert_proposed(seen, 3, NULL, NULL, NULL);
}

static void assert_member(const json_t *block, const char *name, const char *wanted)
{
    const char *is = json_string_value(json_object_get(block, name));
    if (!is || strcmp(is, wanted) != 0)
        fail_msg("%s is %s and not %s", name, is ? is : "no text", wanted);
}

static void the_proof_measures_its_situation(void **state)
{
    (void)state;
    static const struct {
        const char *situation, *footprint, *overwrite, *dirty, *file_size;
        size_t members;
    } cases[] = {{"", "l2", "1", "size", NULL, 6},
                 {MANY, "l2", "1", "16384", NULL, 6},
                 {LARGE, "llc", "8", "16384", NULL, 6},
                 {"fsync/colour=red/file-size=16G/overwrite=8", "l2", "8", "size", "16G", 7}};
    static const char *const paths[] = {"hybrid@64", "bypass"};
    static const struct tune_sizes sizes = {{72, 712}, 2};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tune_fresh fresh;
        struct error err = {0};
        assert_int_equal(tune_fresh_paths(&fresh, NULL, cases[i].situation, paths, 2, 0, &err), 0);
        assert_int_equal(tune_fresh_sizes(&fresh, &sizes, &err), 0);
        const json_t *blocks = json_object_get(fresh.plan, "blocks"), *block = json_array_get(blocks, 0);
        assert_int_equal(json_array_size(blocks), 1);
        assert_int_equal(json_object_size(block), cases[i].members);
        assert_member(block, "kernel", "write_fsync");
        assert_member(block, "footprint", cases[i].footprint);
        assert_member(block, "overwrite", cases[i].overwrite);
        assert_member(block, "dirty", cases[i].dirty);
        if (cases[i].file_size)
            assert_member(block, "file-size", cases[i].file_size);
        assert_int_equal(json_array_size(json_object_get(block, "size")), 2);
        assert_int_equal(json_array_size(json_object_get(block, "paths")), 2);
        tune_fresh_close(&fresh);
    }
}

/* Whatever the situation says: the sizes are those that were drawn. */
static void a_situation_is_not_a_size(void **state)
{
    (void)state;
    static const char *const paths[] = {"bypass"};
    static const struct tune_sizes sizes = {{72, 712}, 2};
    struct tune_fresh fresh;
    struct error err = {0};
    assert_int_equal(tune_fresh_paths(&fresh, NULL, "fsync/size=9", paths, 1, 0, &err), 0);
    assert_int_equal(tune_fresh_sizes(&fresh, &sizes, &err), 0);
    const json_t *block = json_array_get(json_object_get(fresh.plan, "blocks"), 0);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(block, "size"), 0)), 72);
    tune_fresh_close(&fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_primary_situation_comes_first),
        cmocka_unit_test(else_the_nearest_in_which_it_was_found),
        cmocka_unit_test(nothing_is_proposed_where_nothing_was_found),
        cmocka_unit_test(the_proof_measures_its_situation),
        cmocka_unit_test(a_situation_is_not_a_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
