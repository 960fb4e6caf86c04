/* test_mmap_mixed.c - write() and stores on one file by turns: no schedule of two breaks the promise, and
 * each wrong version breaks it in one */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "tests/kernels/mmap_wrong.h"

enum { PATIENCE_US = 700, LENGTH = 70 };

enum act { ACT_NONE, ACT_WRITE, ACT_STORE, ACT_FSYNC };

/* Two areas side by side. `main` acts on area 0, and at one of its points the other thread does its acts, one
 * after the other, or until it has to wait; then a third thread's fsync. */
struct scenario {
    const char *name;
    enum act before; /* on area 0, and not fsynced */
    enum act main, other;
    unsigned other_area;
    bool other_fsyncs; /* after its act */
};

static const struct scenario scenarios[] = {
    {"fsync in store", ACT_NONE, ACT_STORE, ACT_FSYNC, 1, false},
    {"fsync in store after write", ACT_WRITE, ACT_STORE, ACT_FSYNC, 1, false},
    {"fsync in write after store", ACT_STORE, ACT_WRITE, ACT_FSYNC, 1, false},
    {"store beside and fsync in store", ACT_NONE, ACT_STORE, ACT_STORE, 1, true},
    {"write beside and fsync in store", ACT_STORE, ACT_STORE, ACT_WRITE, 1, true},
    {"store beside and fsync in write", ACT_STORE, ACT_WRITE, ACT_STORE, 1, true},
    {"store in fsync", ACT_STORE, ACT_FSYNC, ACT_STORE, 0, false},
    {"store in fsync after write", ACT_WRITE, ACT_FSYNC, ACT_STORE, 0, false},
    {"write in fsync after store", ACT_STORE, ACT_FSYNC, ACT_WRITE, 0, false},
    {"store beside and fsync in fsync", ACT_STORE, ACT_FSYNC, ACT_STORE, 1, true},
    {"write and fsync in fsync", ACT_STORE, ACT_FSYNC, ACT_WRITE, 0, true},
    {"fsync in fsync", ACT_STORE, ACT_FSYNC, ACT_FSYNC, 0, false},
};
enum { SCENARIOS = sizeof(scenarios) / sizeof(scenarios[0]) };

static const enum track_id trackers[] = {TRACK_radix, TRACK_xarray, TRACK_xarray_order, TRACK_bitmap,
                                         TRACK_bitmap2};
enum { TRACKERS = sizeof(trackers) / sizeof(trackers[0]) };

/* What is wrong in a wrong version; NULL: the right one. */
struct wrong {
    period_fn store, fsync;
};

struct turns {
    struct mixed mixed; /* first */
    const struct scenario *scenario;
    struct protect_ops ops;
    const struct protect_ops *real_ops;
    struct actor main, other, last;
    struct inode *other_inode; /* or it would only wait for the inode's lock */
    uint64_t point, at, patience_us;
    pthread_t thread;
    bool started, done;
};

static void act(struct turns *t, struct actor *a, enum act what, unsigned area)
{
    struct mixed *x = &t->mixed;
    if (what == ACT_WRITE)
        file_write_by(&x->file, a, a == &t->other ? t->other_inode : x->file.inode, area,
                      x->file.parts.write);
    else if (what == ACT_STORE)
        mixed_store(x, a, area);
    else if (what == ACT_FSYNC)
        mixed_fsync(x, a);
}

static void *other_acts(void *user)
{
    struct turns *t = user;
    sigset_t faults;
    sigemptyset(&faults);
    sigaddset(&faults, SIGSEGV);
    sigaddset(&faults, SIGBUS);
    pthread_sigmask(SIG_UNBLOCK, &faults, NULL); /* made inside a handler, it has that one's mask */
    act(t, &t->other, t->scenario->other, t->scenario->other_area);
    if (t->scenario->other_fsyncs)
        mixed_fsync(&t->mixed, &t->other);
    __atomic_store_n(&t->done, true, __ATOMIC_RELEASE);
    return NULL;
}

static void turns_point(struct actor *a)
{
    struct turns *t = a->user;
    if (t->point++ != t->at)
        return;
    t->started = !pthread_create(&t->thread, NULL, other_acts, t);
    for (uint64_t waited = 0; waited < t->patience_us && !__atomic_load_n(&t->done, __ATOMIC_ACQUIRE);
         waited += 50)
        nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
}

static void pointed_copy(void *dst, const void *src, size_t n)
{
    struct actor *a = actor_here();
    actor_point(a);
    a->copy->copy(dst, src, n);
    actor_point(a);
}

static void pointed_range(const void *start, size_t n)
{
    struct actor *a = actor_here();
    actor_point(a);
    mixed_range(start, n);
    actor_point(a);
}

static const struct protect_ops *real_ops(struct protection *x)
{
    struct actor *a = actor_here();
    (void)x;
    return ((struct turns *)mixed_of(a->medium))->real_ops;
}

static int pointed_open(struct protection *x, uint64_t at, uint64_t bytes)
{
    actor_point(actor_here());
    int result = real_ops(x)->open(x, at, bytes);
    actor_point(actor_here());
    return result;
}

static int pointed_close(struct protection *x, uint64_t at, uint64_t bytes)
{
    actor_point(actor_here());
    int result = real_ops(x)->close(x, at, bytes);
    actor_point(actor_here());
    return result;
}

static void turns_open(struct turns *t, const struct parts *parts, enum protect_way way,
                       const struct wrong *wrong)
{
    struct error err = {0};
    uint64_t border = parts_border(parts);
    struct mixed *x = &t->mixed;
    x->file = (struct file){.parts = *parts, .medium = {.file_bytes = 2 * border, .areas = 2}};
    x->writeback = (struct writeback){.name = "pointed", .range = pointed_range};
    for (unsigned i = 0; i < 2; i++)
        x->file.medium.area[i] = (struct area){.at = border - 37 + i * LENGTH, .bytes = LENGTH, .writer = i};
    if (wrong) {
        x->store = wrong->store;
        x->fsync = wrong->fsync;
    }
    struct actor *actors[] = {&t->main, &t->other, &t->last};
    for (unsigned i = 0; i < 3; i++) {
        actor_open(actors[i], &x->file.medium, i);
        actors[i]->copy = parts->copy;
        actors[i]->writeback = parts->writeback;
    }
    if (mixed_open(x, way, &err) ||
        !(t->other_inode = inode_create(x->file.medium.memory, x->file.medium.file_bytes, 2, &err)))
        fail_msg("%s", err.text);
    t->real_ops = x->protection->ops;
    t->ops = *t->real_ops;
    t->ops.open = pointed_open;
    t->ops.close = pointed_close;
    x->protection->ops = &t->ops;
}

static void turns_close(struct turns *t)
{
    t->mixed.protection->ops = t->real_ops;
    mixed_close(&t->mixed);
    inode_destroy(t->other_inode);
    actor_close(&t->main);
    actor_close(&t->other);
    actor_close(&t->last);
}

/* The scenario with the other at point number `at`. Returns broken promises; *reached: the point exists. */
static uint64_t run_turns(const struct parts *parts, enum protect_way way, const struct scenario *scenario,
                          const struct wrong *wrong, uint64_t at, uint64_t patience_us, bool *reached)
{
    struct turns t = {.scenario = scenario, .at = at, .patience_us = patience_us};
    struct copy copy = *parts->copy;
    turns_open(&t, parts, way, wrong);
    copy.copy = pointed_copy;
    t.mixed.file.parts.copy = &copy;
    act(&t, &t.last, scenario->before, 0);
    t.main.point = turns_point;
    t.main.user = &t;
    act(&t, &t.main, scenario->main, 0);
    if (t.started)
        pthread_join(t.thread, NULL);
    mixed_fsync(&t.mixed, &t.last);
    act(&t, &t.last, ACT_STORE, 0);
    mixed_fsync(&t.mixed, &t.last);
    uint64_t broken = t.mixed.file.broken;
    assert_int_equal(t.mixed.protection->failures, 0);
    *reached = t.point > at;
    turns_close(&t);
    return broken;
}

static uint64_t explore(enum track_id track, enum copy_id copy, enum protect_way way,
                        const struct scenario *scenario, const struct wrong *wrong, uint64_t patience_us)
{
    struct parts parts = mixed_parts(track, copy, 4096);
    uint64_t broken = 0;
    bool reached = true;
    for (uint64_t at = 0; reached; at++)
        broken += run_turns(&parts, way, scenario, wrong, at, patience_us, &reached);
    return broken;
}

static bool way_is_here(enum protect_way way)
{
    struct error err = {0};
    if (!protection_available(way, &err))
        return true;
    print_message("skipped: %s\n", err.text);
    return false;
}

static void mixed_accesses_hold_in_every_schedule(void **state)
{
    (void)state;
    for (unsigned way = PROTECT_UFFD; way <= PROTECT_MPROTECT; way++)
        for (unsigned t = 0; t < TRACKERS && way_is_here((enum protect_way)way); t++)
            for (unsigned s = 0; s < SCENARIOS; s++) {
                enum copy_id copy = (s + t) % 2 ? COPY_movq : COPY_rep_movsb;
                if (explore(trackers[t], copy, (enum protect_way)way, &scenarios[s], NULL, PATIENCE_US))
                    fail_msg("%s by %s: '%s' breaks the promise", track_get(trackers[t], 0)->name,
                             protection_way_name((enum protect_way)way), scenarios[s].name);
            }
}

static bool is_bitmap(enum track_id track)
{
    return track_get(track, 0)->shape == SHAPE_BITMAP;
}

/* Found in some scenario, given the time that its other thread needs on a busy machine. */
static bool is_caught(enum track_id track, const struct wrong *wrong, const char *name)
{
    for (uint64_t patience = PATIENCE_US; patience <= 2000000; patience *= 8)
        for (unsigned s = 0; s < SCENARIOS; s++)
            if (!strcmp(scenarios[s].name, name) &&
                explore(track, COPY_rep_movsb, PROTECT_MPROTECT, &scenarios[s], wrong, patience))
                return true;
    return false;
}

static void must_be_caught(struct wrong wrong, bool bitmaps_only, const char *name)
{
    for (unsigned t = 0; t < TRACKERS; t++)
        if ((!bitmaps_only || is_bitmap(trackers[t])) && !is_caught(trackers[t], &wrong, name))
            fail_msg("%s: the wrong version passes '%s'", track_get(trackers[t], 0)->name, name);
}

static void mark_then_unprotect_without_the_lock_is_caught(void **state)
{
    (void)state;
    must_be_caught((struct wrong){.store = wrong_unlocked}, false, "fsync in store");
}

static void unprotect_then_mark_is_caught(void **state)
{
    (void)state;
    must_be_caught((struct wrong){.store = wrong_opened_first}, false, "store beside and fsync in store");
}

static void write_back_before_write_protect_is_caught(void **state)
{
    (void)state;
    must_be_caught((struct wrong){.fsync = wrong_late_protect}, false, "store in fsync");
}

static void clear_after_write_back_is_caught(void **state)
{
    (void)state;
    must_be_caught((struct wrong){.fsync = wrong_late_take}, true, "store in fsync");
}

static void clear_and_protect_in_two_steps_is_caught(void **state)
{
    (void)state;
    must_be_caught((struct wrong){.fsync = wrong_unlocked_fsync}, true, "fsync in store");
}

static void fsync_that_does_not_write_protect_is_caught(void **state)
{
    (void)state;
    must_be_caught((struct wrong){.fsync = wrong_unprotected}, false, "fsync in fsync");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mixed_accesses_hold_in_every_schedule),
        cmocka_unit_test(mark_then_unprotect_without_the_lock_is_caught),
        cmocka_unit_test(unprotect_then_mark_is_caught),
        cmocka_unit_test(write_back_before_write_protect_is_caught),
        cmocka_unit_test(clear_after_write_back_is_caught),
        cmocka_unit_test(clear_and_protect_in_two_steps_is_caught),
        cmocka_unit_test(fsync_that_does_not_write_protect_is_caught),
    };
    return cmocka_run_group_tests_name("write and store on one file", tests, NULL, NULL);
}
