/* test_latency.c - stamped rounds: only whole ones count, and the journal gives back what it was given */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/latency.h"

static const struct stamp_clock in_ns = {.ns_per_tick = 1};

/* A cell whose last visit had these calls; fsync 0: it has none. */
static void calls_are(struct cell *cell, uint64_t writes, uint64_t write_ns, uint64_t fsync_ns)
{
    latency_clear(cell);
    for (uint64_t i = 0; i < writes; i++)
        latency_add(cell->latency, &cell->latency->write, write_ns);
    if (fsync_ns)
        latency_add(cell->latency, &cell->latency->fsync, fsync_ns);
}

static struct stamped *make(struct cell *cell, unsigned rounds)
{
    struct error err = {0};
    struct stamped *s = stamped_create();
    assert_non_null(s);
    *cell = (struct cell){.threads = 1};
    assert_int_equal(stamped_reserve(s, rounds, &err), 0);
    assert_int_equal(latency_create(cell, &in_ns, &err), 0);
    return s;
}

static void only_whole_rounds_count(void **state)
{
    struct cell cell;
    struct stamped *s = make(&cell, 8);
    (void)state;
    calls_are(&cell, 10, 300, 5000);
    stamped_take(s, &cell, 450);
    stamped_keep(s, 1);
    calls_are(&cell, 10, 900, 9000);
    stamped_take(s, &cell, 999); /* its round was cut short */
    calls_are(&cell, 10, 500, 7000);
    stamped_take(s, &cell, 650);
    stamped_keep(s, 1);
    stamped_keep(s, 1); /* a round without its visit */
    assert_int_equal(s->rounds, 2);
    assert_true(s->write.n == 20 && s->write.sum == 8000 && s->write.max == 500);
    assert_true(s->fsync.n == 2 && s->fsync.min == 5000 && s->fsync.max == 7000);
    assert_true(s->write_ns[0] == 300 && s->write_ns[1] == 500);
    assert_true(s->fsync_ns[0] == 500 && s->fsync_ns[1] == 700); /* of each write */
    assert_true(s->call_ns[0] == 5000 && s->call_ns[1] == 7000);
    assert_true(s->path_ns[0] == 450 && s->path_ns[1] == 650);
    stamped_free(s);
    latency_destroy(&cell);
}

/* ns/op of several threads: their calls run side by side. */
static void shares_of_threads_are_of_the_op(void **state)
{
    struct cell cell;
    struct stamped *s = make(&cell, 1);
    (void)state;
    calls_are(&cell, 10, 300, 5000);
    stamped_take(s, &cell, 1);
    stamped_keep(s, 2);
    assert_true(s->write_ns[0] == 150 && s->fsync_ns[0] == 250 && s->call_ns[0] == 5000);
    stamped_free(s);
    latency_destroy(&cell);
}

static void a_visit_is_long_enough(void **state)
{
    struct stamped s;
    (void)state;
    const struct {
        uint64_t least, most;
        double ns;
        uint64_t periods;
    } cases[] = {{8, VISIT_PERIODS, 1000, 1000},
                 {8, VISIT_PERIODS, 10, VISIT_PERIODS},
                 {8, 100, 1000, 100},
                 {8, VISIT_PERIODS, 5e6, 8},
                 {8, VISIT_PERIODS, 0, 1024},
                 {1, VISIT_PERIODS, -5, 1024},
                 {20, 10, 1000, 20},
                 {1, VISIT_PERIODS << 4, 1, VISIT_PERIODS}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        stamped_plan(&s, cases[i].least, cases[i].most, cases[i].ns);
        assert_int_equal(s.periods, cases[i].periods);
    }
}

static void check_same(const struct stamped *a, const struct stamped *b)
{
    assert_memory_equal(&a->write, &b->write, sizeof(a->write));
    assert_memory_equal(&a->fsync, &b->fsync, sizeof(a->fsync));
    assert_true(a->periods == b->periods && a->rounds == b->rounds);
    for (unsigned r = 0; r < a->rounds; r++) {
        assert_true(a->write_ns[r] == b->write_ns[r] && a->fsync_ns[r] == b->fsync_ns[r]);
        assert_true(a->path_ns[r] == b->path_ns[r]);
        assert_true(a->call_ns[r] == b->call_ns[r] || (isnan(a->call_ns[r]) && isnan(b->call_ns[r])));
    }
}

/* Visit by visit, as a journal has them: each goes on where the one before ended. */
static void a_state_goes_on(void **state)
{
    (void)state;
    for (uint64_t fsync = 0; fsync < 2; fsync++) {
        struct cell cell, other;
        struct stamped *s = make(&cell, 8), *t = make(&other, 8);
        s->periods = 3;
        for (unsigned visit = 0; visit < 3; visit++) {
            unsigned first = s->rounds;
            for (unsigned r = 0; r < 2; r++) {
                calls_are(&cell, 10, 300 * visit + 7 * r, fsync * 60000);
                stamped_take(s, &cell, 400.5 + visit);
                stamped_keep(s, 1);
            }
            json_t *kept = stamped_state(s, first);
            assert_non_null(kept);
            assert_int_equal(json_array_size(json_object_get(kept, "rounds")), 2);
            assert_true(stamped_restore(t, kept, s->rounds));
            check_same(s, t);
            assert_false(stamped_restore(t, kept, s->rounds)); /* again: it does not go on there */
            json_decref(kept);
        }
        stamped_free(s);
        stamped_free(t);
        latency_destroy(&cell);
        latency_destroy(&other);
    }
}

static void damaged_states_are_refused(void **state)
{
    static const char *const bad[] = {
        "null",
        "{}",
        "{'periods': 1, 'write': {'n': 1, 'buckets': []}, 'fsync': {'n': 0, 'buckets': []}, 'rounds': []}",
        "{'periods': 1, 'write': {'n': 1, 'buckets': [[9999, 1]]}, 'fsync': {'n': 0}, 'rounds': []}",
        "{'periods': 1, 'write': {'n': 0}, 'rounds': []}",
        "{'periods': 1, 'write': {'n': 0}, 'fsync': {'n': 0}, 'rounds': [[1, 2, 3, 4]]}",
        "{'periods': 0, 'write': {'n': 0}, 'fsync': {'n': 0}, 'rounds': []}",
        "{'periods': 5000, 'write': {'n': 0}, 'fsync': {'n': 0}, 'rounds': []}"};
    (void)state;
    for (size_t i = 0; i <= sizeof(bad) / sizeof(bad[0]); i++) {
        static const char good[] = "{'periods': 5, 'write': {'n': 0}, 'fsync': {'n': 0}, 'rounds': []}";
        bool is_good = i == sizeof(bad) / sizeof(bad[0]);
        char *text = strdup(is_good ? good : bad[i]);
        for (char *c = text; *c; c++)
            *c = *c == '\'' ? '"' : *c;
        json_t *from = json_loads(text, JSON_DECODE_ANY, NULL);
        struct stamped *s = stamped_create();
        assert_non_null(from);
        assert_int_equal(stamped_restore(s, from, 0), is_good);
        stamped_free(s);
        json_decref(from);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_whole_rounds_count),    cmocka_unit_test(shares_of_threads_are_of_the_op),
        cmocka_unit_test(a_visit_is_long_enough),     cmocka_unit_test(a_state_goes_on),
        cmocka_unit_test(damaged_states_are_refused),
    };
    return cmocka_run_group_tests_name("stamped rounds", tests, NULL, NULL);
}
