/* test_track_state.c - what a tracker's state costs: nodes, bytes, and LOCKed operations a step */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

#include "strategies/trace.h"
#include "strategies/track/tree.h"

enum { GRANULE = 4096, NODE = 576 };

static const enum track_id real_trackers[] = {TRACK_radix,   TRACK_xarray,    TRACK_bitmap,
                                              TRACK_bitmap2, TRACK_radix_4_7, TRACK_xarray_order};

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

/* An entry of 2 MiB: never in the head, and in a node as high as its order asks for. */
static void entries_of_many_granules_grow_as_in_the_kernel(void **state)
{
    (void)state;
    const struct track *f = track_get(TRACK_xarray_order, 0);
    static const struct {
        uint64_t index, nodes;
    } steps[] = {{5, 1}, {511, 1}, {512, 1}, {4095, 1}, {4096, 3}, {1 << 18, 6}, {1 << 24, 10}};
    static const struct {
        uint32_t granule, one, nodes; /* of one entry, and a dense file: 512 in leaves of 8, 32, 8, 64, 64 */
    } dense[] = {
        {64, 1, 64 + 1}, {256, 1, 16 + 1}, {4096, 1, 64 + 1}, {32 << 10, 1, 8 + 1}, {2 << 20, 0, 8 + 1}};
    struct tracker *t = f->create(1ull << 40, GRANULE, NULL);
    uint64_t before = f->memory(t);
    for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        f->entry_lock(t, steps[i].index);
        f->entry_mark_unlock(t, steps[i].index);
        assert_int_equal(f->memory(t) - before, steps[i].nodes * NODE);
    }
    f->destroy(t);
    for (unsigned i = 0; i < sizeof(dense) / sizeof(dense[0]); i++) {
        t = f->create(1 << 30, dense[i].granule, NULL);
        f->mark(t, 0, 1);
        assert_int_equal(f->memory(t) - before, dense[i].one * NODE);
        f->mark(t, 0, (1 << 30) / dense[i].granule);
        assert_int_equal(f->memory(t) - before, dense[i].nodes * NODE);
        f->destroy(t);
    }
}

/* The node that holds granule 1536's entry at 4 KiB: canonical slot 24 and seven siblings. */
static void an_entry_is_a_canonical_slot_and_siblings(void **state)
{
    (void)state;
    const struct track *f = track_get(TRACK_xarray_order, 0);
    struct tracker *t = f->create(16 << 20, GRANULE, NULL);
    f->entry_lock(t, 1536 + 300);
    struct tree_node *node = to_node(t->head);
    struct place p;
    for (uint64_t index = 1536; index < 2048; index++) { /* by whichever granule */
        assert_true(tree_lookup(t, index, 9, &p));
        assert_ptr_equal(p.at, &node->slots[24]);
    }
    assert_false(tree_lookup(t, 1535, 9, &p) || tree_lookup(t, 2048, 9, &p));
    assert_int_equal(node->shift, 6);
    assert_int_equal(node->count, 8);
    for (unsigned turn = 0; turn < 2; turn++) {
        assert_int_equal(node->slots[24], entry_of(1536) | (turn ? 0 : ENTRY_LOCKED));
        for (unsigned i = 0; i < TREE_SLOTS; i++)
            if (i != 24)
                assert_int_equal(node->slots[i], i > 24 && i < 32 ? sibling_of(24) : 0);
        assert_int_equal(node->marks[MARK_DIRTY], turn ? 1ull << 24 : 0);
        if (turn)
            break;
        for (unsigned i = 25; i < 32; i++)
            node->slots[i] = 0;           /* a store writes them again */
        node->slots[31] = sibling_of(24); /* found by its last granule */
        f->entry_mark_unlock(t, 2047);
    }
    f->destroy(t);
}

static void a_dense_file_stays_within_its_bytes(void **state)
{
    enum track_id id = *(const enum track_id *)*state;
    const struct track *f = track_get(id, 0);
    static const uint32_t granules[] = {64, 256, 4096, 2 << 20};
    enum { PAGES = 1 << 18, FIXED = 8192 /* lock, queues, claims */ };
    for (unsigned i = 0; i < sizeof(granules) / sizeof(granules[0]); i++) {
        struct tracker *t = f->create((uint64_t)PAGES * granules[i], granules[i], NULL);
        uint64_t most = PAGES / 8 + FIXED + (id == TRACK_bitmap2 ? PAGES / 8 / 64 : 0);
        f->mark(t, 0, PAGES);
        if (f->shape == SHAPE_TREE) /* all levels: 9 bytes in the leaves, a 64th of it above */
            most = PAGES * 93 / 10;
        assert_in_range(f->memory(t), f->shape == SHAPE_TREE ? 1 : PAGES / 8, most);
        f->destroy(t);
    }
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
    for (unsigned i = 0; i < sizeof(real_trackers) / sizeof(real_trackers[0]); i++) {
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
            if (!c->f->hold || c->f->hold(c->t, &cur, &run)) {
                c->f->take(c->t, &cur, &run);
                c->f->release(c->t, &cur, &run);
            }
    c->f->end(c->t, &cur);
    return locked_since(c);
}

static void count_others(void *user, enum trace_kind kind, const void *address, uint64_t bytes)
{
    (void)address, (void)bytes;
    *(uint64_t *)user += kind != TRACE_LOCKED;
}

/* One granule, one word: the summary bit of bitmap2 is the only other thing, where it is not set yet. */
static void a_mark_in_a_bitmap_is_one_locked_operation(void **state)
{
    enum track_id id = *(const enum track_id *)*state;
    uint64_t others = 0, locked[3];
    struct counted c = {.f = track_get(id, LAYOUT_TRACE),
                        .trace = {.on_event = count_others, .user = &others}};
    static const uint32_t granules[] = {64, 256, 4096, 2 << 20};
    for (unsigned i = 0; i < sizeof(granules) / sizeof(granules[0]); i++) {
        c.t = c.f->create(1 << 30, granules[i], NULL);
        struct trace *before = trace_use(&c.trace);
        for (unsigned n = 0; n < 3; n++) { /* first of its word, second, and set already */
            c.f->mark(c.t, 100 + (n ? 1 : 0), 1);
            locked[n] = locked_since(&c);
        }
        trace_use(before);
        c.f->destroy(c.t);
        assert_int_equal(locked[0], id == TRACK_bitmap2 ? 2 : 1);
        assert_int_equal(locked[1], 1);
        assert_int_equal(locked[2], 1);
        assert_int_equal(others, 0);
    }
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

/* 4.7: the entry is stored and tagged in a section before the one that unlocks it; each gang is looked up
 * from the start, and what an fsync has found the next one finds again. */
static void radix_4_7_executes_the_stated_locked_operations(void **state)
{
    (void)state;
    struct counted c = {.f = track_get(TRACK_radix_4_7, LAYOUT_TRACE)};
    struct trace *before = trace_use(&c.trace);
    c.t = c.f->create(1ull << 40, GRANULE, NULL);
    c.f->entry_lock(c.t, 1000000);
    assert_int_equal(locked_since(&c), 2); /* dropped and retaken to insert */
    c.f->entry_mark_unlock(c.t, 1000000);
    assert_int_equal(locked_since(&c), 2);
    c.f->entry_lock(c.t, 1000000);
    assert_int_equal(locked_since(&c), 1);
    c.f->entry_unlock(c.t, 1000000);
    assert_int_equal(locked_since(&c), 1);
    c.f->mark(c.t, 1000001, 29);
    assert_int_equal(locked_since(&c), 2 * 29);
    for (unsigned i = 0; i < 3; i++) /* tag; gangs of 14, 14, 2 and none; looked at and cleared */
        assert_int_equal(locked_of_sync(&c), 1 + 4 + 30 * 2);
    c.f->destroy(c.t);
    trace_use(before);
}

static void xarray_order_executes_the_stated_locked_operations(void **state)
{
    (void)state;
    struct counted c = {.f = track_get(TRACK_xarray_order, LAYOUT_TRACE)};
    struct trace *before = trace_use(&c.trace);
    c.t = c.f->create(1ull << 40, GRANULE, NULL);
    c.f->entry_lock(c.t, 1000000);
    c.f->entry_mark_unlock(c.t, 1000010);
    c.f->mark(c.t, 999936, 512); /* the same entry */
    assert_int_equal(locked_since(&c), 3);
    c.f->mark(c.t, 1000447, 514); /* its last granule, the next entry, and the first granule after that */
    assert_int_equal(locked_since(&c), 3);
    assert_int_equal(locked_of_sync(&c), 1 + 1 + 3);
    assert_int_equal(locked_of_sync(&c), 1);
    c.f->destroy(c.t);
    trace_use(before);
}

/* Both rest every 4096 entries. */
static void xarray_drops_its_lock_between_batches(void **state)
{
    const struct track *f = track_get(*(const enum track_id *)*state, LAYOUT_TRACE);
    struct counted c = {.f = f};
    uint64_t entry = f->entry_bytes ? f->entry_bytes / GRANULE : 1;
    struct track_cursor cur = {0};
    struct track_run run;
    c.t = c.f->create(1ull << 40, GRANULE, NULL);
    c.f->mark(c.t, 0, 10000 * entry);
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
        OF(trees_grow_as_in_the_kernel, 4),
        cmocka_unit_test(entries_of_many_granules_grow_as_in_the_kernel),
        cmocka_unit_test(an_entry_is_a_canonical_slot_and_siblings),
        OF(a_dense_file_stays_within_its_bytes, 0),
        OF(a_dense_file_stays_within_its_bytes, 1),
        OF(a_dense_file_stays_within_its_bytes, 2),
        OF(a_dense_file_stays_within_its_bytes, 3),
        OF(a_dense_file_stays_within_its_bytes, 4),
        OF(a_dense_file_stays_within_its_bytes, 5),
        OF(trees_execute_the_stated_locked_operations, 0),
        OF(trees_execute_the_stated_locked_operations, 1),
        cmocka_unit_test(radix_4_7_executes_the_stated_locked_operations),
        cmocka_unit_test(xarray_order_executes_the_stated_locked_operations),
        OF(a_mark_in_a_bitmap_is_one_locked_operation, 2),
        OF(a_mark_in_a_bitmap_is_one_locked_operation, 3),
        cmocka_unit_test(bitmaps_take_a_bit_a_granule),
        cmocka_unit_test(memory_that_is_not_there_is_an_error),
        cmocka_unit_test(none_remembers_nothing),
        cmocka_unit_test(bitmaps_execute_the_stated_locked_operations),
        OF(xarray_drops_its_lock_between_batches, 1),
        OF(xarray_drops_its_lock_between_batches, 5),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
