/* test_track_orders.c - wrong trackers and wrong orders of steps, each in the one schedule that shows it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/strategies/track_shadow.h"

/* All on one thread: nothing depends on the scheduler. */
static void end_without_waiting(struct tracker *t, struct track_cursor *cur)
{
    (void)t, (void)cur;
}

static bool hold_without_waiting(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    (void)t, (void)cur, (void)run;
    return false;
}

static bool next_skips_held(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    const struct track *f = track_get(TRACK_xarray, 0);
    return f->next(t, cur, run) && (run->index || f->next(t, cur, run));
}

static uint64_t broken_by_second(enum track_id id, struct track second_is)
{
    struct shadow sh = shadow_of(id);
    struct actor first = actor_of(&sh), second = actor_of(&sh);
    write_one(&sh, 0, 0, true);
    struct track_run run = hold_first(&first);
    second.f = &second_is;
    sync_once(&second);
    finish_first(&first, run);
    sh.f->destroy(sh.t);
    return sh.broken;
}

static void second_fsync_that_does_not_wait_is_caught(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof(real_trackers) / sizeof(real_trackers[0]); i++) {
        struct track wrong = *track_get(real_trackers[i], 0);
        if (wrong.single_fsync) /* never waits: see below */
            continue;
        if (wrong.shape == SHAPE_BITMAP)
            wrong.end = end_without_waiting;
        else
            wrong.hold = hold_without_waiting;
        assert_int_equal(broken_by_second(real_trackers[i], wrong), 1);
    }
    struct track skips = *track_get(TRACK_xarray, 0);
    skips.next = next_skips_held; /* as if TOWRITE were cleared before the flush */
    assert_int_equal(broken_by_second(TRACK_xarray, skips), 1);
}

/* write() with an fsync between its two steps, then an fsync after its return. */
static uint64_t broken_by_order(enum track_id id, bool mark_first)
{
    struct shadow sh = shadow_of(id);
    struct actor a = actor_of(&sh);
    if (mark_first)
        sh.f->mark(sh.t, 0, 1);
    else
        copy(&sh, 0, 0);
    sync_once(&a);
    if (mark_first)
        copy(&sh, 0, 0);
    else
        sh.f->mark(sh.t, 0, 1);
    returns(&sh, 0, 0);
    sync_once(&a);
    sh.f->destroy(sh.t);
    return sh.broken;
}

static void mark_before_copy_is_caught(void **state)
{
    assert_int_equal(broken_by_order(*(const enum track_id *)*state, true), 1);
    assert_int_equal(broken_by_order(*(const enum track_id *)*state, false), 0);
}

/* The copy waits in the store buffer while the writer looks at the bit; an fsync comes between. */
static uint64_t broken_by_test(enum track_id id, bool test_first)
{
    struct shadow sh = shadow_of(id);
    struct actor a = actor_of(&sh);
    struct track_cursor look = {0};
    struct track_run run;
    write_one(&sh, 0, 0, false);
    bool set = sh.f->next(sh.t, &look, &run) && run.bits & 1;
    sync_once(&a);
    copy(&sh, 0, 0);
    if (!set || !test_first)
        sh.f->mark(sh.t, 0, 1);
    returns(&sh, 0, 0);
    sync_once(&a);
    sh.f->destroy(sh.t);
    return sh.broken;
}

/* fsync that empties the word after its write-back, with a write in between. */
static uint64_t broken_by_take(enum track_id id, bool take_last)
{
    struct shadow sh = shadow_of(id);
    struct actor a = actor_of(&sh);
    struct track_run run;
    write_one(&sh, 0, 0, false);
    sh.f->next(sh.t, &a.cur, &run);
    sh.f->hold(sh.t, &a.cur, &run);
    if (!take_last)
        sh.f->take(sh.t, &a.cur, &run);
    write_back(&sh, run);
    write_one(&sh, 0, 0, false);
    if (take_last)
        sh.f->take(sh.t, &a.cur, &run);
    sh.f->end(sh.t, &a.cur);
    memset(&a.cur, 0, sizeof(a.cur));
    sync_once(&a);
    sh.f->destroy(sh.t);
    return sh.broken;
}

static void wrong_orders_on_a_bitmap_are_caught(void **state)
{
    enum track_id id = *(const enum track_id *)*state;
    assert_int_equal(broken_by_test(id, true), 1);
    assert_int_equal(broken_by_test(id, false), 0);
    assert_int_equal(broken_by_take(id, true), 1);
    assert_int_equal(broken_by_take(id, false), 0);
}

/* 4.7's own defect. A has flushed and not yet cleared TOWRITE; a write returns; B tags, finds TOWRITE gone
 * after A, and returns. One after the other, the same steps keep the promise. */
static uint64_t broken_by_4_7(bool at_once, bool skip_dirty)
{
    struct shadow sh = shadow_of(TRACK_radix_4_7);
    struct actor a = actor_of(&sh), b = actor_of(&sh);
    struct track wrong = *sh.f;
    wrong.release = track_get(TRACK_radix, 0)->release;
    a.f = skip_dirty ? &wrong : sh.f;
    write_one(&sh, 0, 0, true);
    struct track_run run = hold_first(&a);
    write_back(&sh, run);
    write_one(&sh, 0, 0, true);
    if (at_once)
        b.tagged = b.f->tag(sh.t, &b.cur);
    a.f->release(sh.t, &a.cur, &run);
    a.f->end(sh.t, &a.cur);
    sync_once(&b);
    sh.f->destroy(sh.t);
    return sh.broken;
}

static void two_fsyncs_at_once_break_4_7(void **state)
{
    (void)state;
    assert_true(track_get(TRACK_radix_4_7, 0)->single_fsync);
    assert_int_equal(broken_by_4_7(true, false), 1);
    assert_int_equal(broken_by_4_7(false, false), 0);
}

/* Without an entry lock, only that DIRTY stays saves a write between flush and clearing. */
static void clearing_dirty_in_4_7_loses_a_write(void **state)
{
    (void)state;
    assert_int_equal(broken_by_4_7(false, true), 1);
}

/* A writer has changed the entry since the gang lookup: left to the next gang, not lost; and a locked entry
 * is flushed. */
static void a_changed_entry_is_found_again_by_4_7(void **state)
{
    (void)state;
    struct shadow sh = shadow_of(TRACK_radix_4_7);
    struct actor a = actor_of(&sh);
    struct track_run run;
    write_one(&sh, 0, 0, true);
    write_one(&sh, 1, 0, true);
    sh.f->tag(sh.t, &a.cur);
    assert_true(sh.f->next(sh.t, &a.cur, &run)); /* the gang is known */
    assert_int_equal(run.index, granule_at[0]);
    sh.f->entry_lock(sh.t, granule_at[1]);
    write_back(&sh, run);
    sh.f->release(sh.t, &a.cur, &run);
    assert_true(sh.f->next(sh.t, &a.cur, &run)); /* from the second gang, as it is then */
    assert_int_equal(run.index, granule_at[1]);
    assert_int_equal(a.cur.gang_size, 1);
    write_back(&sh, run);
    sh.f->release(sh.t, &a.cur, &run);
    assert_false(sh.f->next(sh.t, &a.cur, &run));
    sh.f->entry_unlock(sh.t, granule_at[1]);
    assert_int_equal(load(&sh.durable[1][0]), 1);
    sh.f->destroy(sh.t);
}

/* Marked before the copy, too, is written back again: nothing is ever clean. */
static void order_of_mark_and_copy_is_nothing_to_4_7(void **state)
{
    (void)state;
    assert_int_equal(broken_by_order(TRACK_radix_4_7, true), 0);
    assert_int_equal(broken_by_order(TRACK_radix_4_7, false), 0);
}

#define OF(test, id) ((struct CMUnitTest){#test ": " #id, test, NULL, NULL, (void *)&real_trackers[id]})

int main(void)
{
    const struct CMUnitTest tests[] = {
        OF(mark_before_copy_is_caught, 0),
        OF(mark_before_copy_is_caught, 1),
        OF(mark_before_copy_is_caught, 2),
        OF(mark_before_copy_is_caught, 3),
        OF(mark_before_copy_is_caught, 5),
        OF(wrong_orders_on_a_bitmap_are_caught, 2),
        OF(wrong_orders_on_a_bitmap_are_caught, 3),
        cmocka_unit_test(second_fsync_that_does_not_wait_is_caught),
        cmocka_unit_test(two_fsyncs_at_once_break_4_7),
        cmocka_unit_test(clearing_dirty_in_4_7_loses_a_write),
        cmocka_unit_test(a_changed_entry_is_found_again_by_4_7),
        cmocka_unit_test(order_of_mark_and_copy_is_nothing_to_4_7),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
