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
    for (unsigned i = 0; i < 4; i++) {
        struct track wrong = *track_get(real_trackers[i], 0);
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

#define OF(test, id) ((struct CMUnitTest){#test ": " #id, test, NULL, NULL, (void *)&real_trackers[id]})

int main(void)
{
    const struct CMUnitTest tests[] = {
        OF(mark_before_copy_is_caught, 0),
        OF(mark_before_copy_is_caught, 1),
        OF(mark_before_copy_is_caught, 2),
        OF(mark_before_copy_is_caught, 3),
        OF(wrong_orders_on_a_bitmap_are_caught, 2),
        OF(wrong_orders_on_a_bitmap_are_caught, 3),
        cmocka_unit_test(second_fsync_that_does_not_wait_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
