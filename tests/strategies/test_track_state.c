/* test_track_state.c - what a tracker's state costs: nodes, bytes, and LOCKed operations a step */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

#include "strategies/trace.h"
#include "strategies/track.h"

enum { GRANULE = 4096, NODE = 576 };

static const enum track_id real_trackers[] = {TRACK_radix, TRACK_xarray, TRACK_bitmap, TRACK_bitmap2};

/* The tree grows as the kernel's: the head alone, then a level when the index asks for it. */
static void trees_grow_as_in_the_kernel(void **state)
{
    const struct track *f = track_get(*(const enum track_id *)*state, 0);
    static const struct {
        uint64_t index, nodes;
    } steps[] = {{0, 0}, {1, 1}, {63, 1}, {64, 3}, {4096, 6}, {4097, 6}, {1 << 18, 10}, {1 << 24, 15}};
    struct tracker *t = f->create(1ull << 40, GRANULE, NULL);
    uint64_t before = f->memory(t);
    for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        f->mark(t, steps[i].index, 1);
        assert_int_equal(f->memory(t) - before, steps[i].nodes * NODE);
    }
    f->destroy(t);
    t = f->create(1ull << 40, GRANULE, NULL);
    f->mark(t, 1 << 24, 1); /* the sparse write: one node a level */
    assert_int_equal(f->memory(t) - before, 5 * NODE);
    f->destroy(t);
    t = f->create(16 << 20, GRANULE, NULL);
    f->mark(t, 0, 4096);
    assert_int_equal(f->memory(t) - before, 65 * NODE);
    f->destroy(t);
}

static void bitmaps_take_a_bit_a_granule(void **state)
{
    (void)state;
    const struct track *one = track_get(TRACK_bitmap, 0), *two = track_get(TRACK_bitmap2, 0);
    struct tracker *small = one->create(16 << 20, GRANULE, NULL),
                   *large = one->create(1ull << 40, GRANULE, NULL);
    assert_int_equal(one->memory(large) - one->memory(small), (32 << 20) - 512);
    one->destroy(small);
    one->destroy(large);
    small = two->create(16 << 20, GRANULE, NULL), large = two->create(1ull << 40, GRANULE, NULL);
    assert_int_equal(two->memory(large) - two->memory(small), (32 << 20) + (512 << 10) - 512 - 8);
    two->destroy(small);
    two->destroy(large);
}

static void memory_that_is_not_there_is_an_error(void **state)
{
    for (unsigned i = 0; i < 4; i++) {
        struct error err = {0};
        assert_null(track_get(real_trackers[i], 0)->create(1ull << 62, 64, &err));
        assert_int_equal(err.code, EXIT_CANNOT);
    }
    (void)state;
}

static void none_remembers_nothing(void **state)
{
    (void)state;
    const struct track *f = track_get(TRACK_none, 0);
    struct tracker *t = f->create(1ull << 40, GRANULE, NULL);
    assert_int_equal(f->shape, SHAPE_DIRECT);
    assert_true(f->empty(t));
    assert_in_range(f->memory(t), 1, 64);
    f->destroy(t);
}

/* Counts of LOCKed operations in the counting layout. */
struct counted {
    const struct track *f;
    struct tracker *t;
    struct trace trace;
};

static uint64_t locked_since(struct counted *c)
{
    uint64_t n = c->trace.locked_ops;
    c->trace.locked_ops = 0;
    return n;
}

static uint64_t locked_of_sync(struct counted *c)
{
    struct track_cursor cur = {0};
    struct track_run run;
    if (c->f->tag(c->t, &cur))
        while (c->f->next(c->t, &cur, &run))
            if (c->f->hold(c->t, &cur, &run)) {
                c->f->take(c->t, &cur, &run);
                c->f->release(c->t, &cur, &run);
            }
    c->f->end(c->t, &cur);
    return locked_since(c);
}

static void bitmaps_execute_the_stated_locked_operations(void **state)
{
    (void)state;
    struct counted c = {.f = track_get(TRACK_bitmap, LAYOUT_TRACE)};
    struct trace *before = trace_use(&c.trace);
    c.t = c.f->create(16 << 20, GRANULE, NULL);
    assert_int_equal(locked_of_sync(&c), 0);
    c.f->mark(c.t, 5, 1);
    assert_int_equal(locked_since(&c), 1);
    c.f->mark(c.t, 16, 16);
    assert_int_equal(locked_since(&c), 1);
    c.f->mark(c.t, 60, 8);
    assert_int_equal(locked_since(&c), 2);
    assert_int_equal(locked_of_sync(&c), 1 + 2 * 2 + 1); /* enter; claim and take two words; leave */
    assert_int_equal(locked_of_sync(&c), 0);
    c.f->destroy(c.t);
    c.f = track_get(TRACK_bitmap2, LAYOUT_TRACE);
    c.t = c.f->create(16 << 20, GRANULE, NULL);
    c.f->mark(c.t, 5, 1);
    assert_int_equal(locked_since(&c), 2);
    c.f->mark(c.t, 16, 16); /* the summary is set already */
    assert_int_equal(locked_since(&c), 1);
    assert_int_equal(locked_of_sync(&c), 1 + 3 + 1);
    c.f->destroy(c.t);
    trace_use(before);
}

/* One a lock acquisition, and nothing else. */
static void trees_execute_the_stated_locked_operations(void **state)
{
    enum track_id id = *(const enum track_id *)*state;
    struct counted c = {.f = track_get(id, LAYOUT_TRACE)};
    unsigned insert = id == TRACK_radix; /* drops and retakes the lock before it inserts */
    unsigned gang = id == TRACK_radix;   /* holds no lock between calls */
    struct trace *before = trace_use(&c.trace);
    c.t = c.f->create(1ull << 40, GRANULE, NULL);
    c.f->entry_lock(c.t, 1000000);
    assert_int_equal(locked_since(&c), 1 + insert);
    c.f->entry_mark_unlock(c.t, 1000000);
    assert_int_equal(locked_since(&c), 1);
    c.f->entry_lock(c.t, 1000000);
    c.f->entry_unlock(c.t, 1000000);
    assert_int_equal(locked_since(&c), 2);
    c.f->mark(c.t, 1000001, 9);
    assert_int_equal(locked_since(&c), 9 + 9 * insert);
    /* tag; xarray: the scan's lock, and one after each write-back; radix: a gang, two an entry, an empty gang
     */
    assert_int_equal(locked_of_sync(&c), gang ? 1 + 1 + 10 * 2 + 1 : 1 + 1 + 10);
    assert_int_equal(locked_of_sync(&c), 1);
    c.f->destroy(c.t);
    trace_use(before);
}

/* Both rest every 4096 entries. */
static void xarray_drops_its_lock_between_batches(void **state)
{
    (void)state;
    struct counted c = {.f = track_get(TRACK_xarray, LAYOUT_TRACE)};
    struct track_cursor cur = {0};
    struct track_run run;
    c.t = c.f->create(1ull << 30, GRANULE, NULL);
    c.f->mark(c.t, 0, 10000);
    struct trace *before = trace_use(&c.trace);
    assert_true(c.f->tag(c.t, &cur));
    assert_int_equal(locked_since(&c), 1 + 2);
    while (c.f->next(c.t, &cur, &run))
        continue;
    c.f->end(c.t, &cur);
    assert_int_equal(locked_since(&c), 1 + 2);
    trace_use(before);
    c.f->destroy(c.t);
}

#define OF(test, id) ((struct CMUnitTest){#test ": " #id, test, NULL, NULL, (void *)&real_trackers[id]})

int main(void)
{
    const struct CMUnitTest tests[] = {
        OF(trees_grow_as_in_the_kernel, 0),
        OF(trees_grow_as_in_the_kernel, 1),
        OF(trees_execute_the_stated_locked_operations, 0),
        OF(trees_execute_the_stated_locked_operations, 1),
        cmocka_unit_test(bitmaps_take_a_bit_a_granule),
        cmocka_unit_test(memory_that_is_not_there_is_an_error),
        cmocka_unit_test(none_remembers_nothing),
        cmocka_unit_test(bitmaps_execute_the_stated_locked_operations),
        cmocka_unit_test(xarray_drops_its_lock_between_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
