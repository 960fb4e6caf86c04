/* test_promise_together_threads.c - two fsyncs of one file are inside their write-backs at the same time */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pthread.h>
#include <time.h>

#include "tests/kernels/promise_file.h"

/* Two areas in granules that no tracker takes in one step. The first fsync finds the later one alone and
 * stays inside its write-back until the second, which finds the earlier one too, is inside its own. */
struct meeting {
    struct file file;
    struct actor writer, first, second;
    unsigned inside;      /* fsyncs that have entered a write-back of an area */
    unsigned left;        /* that have left one */
    bool together;        /* the first saw the second inside */
    uint64_t patience_us; /* how long the first waits for it */
    pthread_mutex_t big;  /* what the wrong version holds all through an fsync */
};

static struct meeting *meeting_here(void)
{
    return actor_here()->user;
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
}

/* The first one waits inside for the second, which it must find there before it leaves. */
static void meeting_range(const void *start, size_t n)
{
    struct meeting *m = meeting_here();
    if (__atomic_add_fetch(&m->inside, 1, __ATOMIC_SEQ_CST) == 1) {
        for (uint64_t waited = 0; waited < m->patience_us; waited += 50) {
            if (__atomic_load_n(&m->inside, __ATOMIC_SEQ_CST) > 1) {
                __atomic_store_n(&m->together, true, __ATOMIC_SEQ_CST);
                break;
            }
            nap();
        }
    }
    window_range(start, n);
    __atomic_add_fetch(&m->left, 1, __ATOMIC_SEQ_CST);
}

static void *first_fsync(void *user)
{
    struct meeting *m = user;
    file_fsync(&m->file, &m->first);
    return NULL;
}

static void *second_fsync(void *user)
{
    struct meeting *m = user;
    file_fsync(&m->file, &m->second);
    return NULL;
}

/* A bitmap takes 64 granules in a step, so the areas are more than that apart: one at the file's start, one
 * at its border. */
static void meeting_open(struct meeting *m, const struct parts *parts)
{
    struct error err = {0};
    uint64_t leaf = 64ull * parts->granule;
    uint64_t border = parts->track->entry_bytes > 2 * leaf ? parts->track->entry_bytes : 2 * leaf;
    *m = (struct meeting){.file = {.parts = *parts, .medium = {.file_bytes = 2 * border, .areas = 2}},
                          .big = PTHREAD_MUTEX_INITIALIZER};
    m->file.medium.area[0] = (struct area){.at = 5, .bytes = 100};
    m->file.medium.area[1] = (struct area){.at = border + 5, .bytes = 100, .writer = 1};
    if (file_open(&m->file, &err))
        fail_msg("%s", err.text);
    struct actor *actors[] = {&m->writer, &m->first, &m->second};
    for (unsigned i = 0; i < 3; i++) {
        actor_open(actors[i], &m->file.medium, i);
        actors[i]->user = m;
        actors[i]->track = parts->track_behind;
        actors[i]->writeback = parts->writeback;
    }
}

static bool meet(const struct parts *parts, uint64_t patience_us)
{
    static const struct writeback waiting = {.name = "waiting", .range = meeting_range};
    struct meeting m;
    pthread_t first, second;
    meeting_open(&m, parts);
    m.patience_us = patience_us;
    m.file.parts.writeback = &waiting;
    file_write(&m.file, &m.writer, 1);
    assert_int_equal(pthread_create(&first, NULL, first_fsync, &m), 0);
    while (!__atomic_load_n(&m.inside, __ATOMIC_SEQ_CST))
        nap();
    file_write(&m.file, &m.writer, 0);
    assert_int_equal(pthread_create(&second, NULL, second_fsync, &m), 0);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    assert_true(m.left >= 2);
    assert_int_equal(m.file.broken, 0);
    actor_close(&m.writer);
    actor_close(&m.first);
    actor_close(&m.second);
    file_close(&m.file);
    return m.together;
}

static struct parts parts_here(enum track_id track)
{
    struct path_parts_ids ids = {.copy = COPY_movq, .track = track, .domain = DOMAIN_adr};
    while (!writeback_get(ids.writeback, 0)->range ||
           writeback_get(ids.writeback, 0)->features & ~cpu_features())
        ids.writeback = (enum writeback_id)(ids.writeback + 1);
    return parts_of(&ids, track_get(track, 0)->entry_bytes ? 4096 : 64);
}

/* A right tracker needs a moment, and has ten seconds. */
static void two_fsyncs_write_back_at_once(void **state)
{
    (void)state;
    for (unsigned t = 0; t < TRACKS; t++) {
        struct parts parts = parts_here((enum track_id)t);
        if (t != TRACK_none && !meet(&parts, 10000000))
            fail_msg("%s: the second fsync waits for all of the first", parts.track->name);
    }
}

/* The wrong version: one lock from the beginning of an fsync to its end. */
static bool tag_under_lock(struct tracker *t, struct track_cursor *cur)
{
    pthread_mutex_lock(&meeting_here()->big);
    if (actor_here()->track->tag(t, cur))
        return true;
    pthread_mutex_unlock(&meeting_here()->big);
    return false;
}

static void end_under_lock(struct tracker *t, struct track_cursor *cur)
{
    actor_here()->track->end(t, cur);
    pthread_mutex_unlock(&meeting_here()->big);
}

static void fsyncs_one_by_one_are_found(void **state)
{
    (void)state;
    for (unsigned t = 0; t < TRACKS; t++) {
        struct parts parts = parts_here((enum track_id)t);
        struct track serial = *parts.track;
        serial.tag = tag_under_lock;
        serial.end = end_under_lock;
        parts.track = &serial;
        if (t != TRACK_none)
            assert_false(meet(&parts, 100000));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_fsyncs_write_back_at_once),
        cmocka_unit_test(fsyncs_one_by_one_are_found),
    };
    return cmocka_run_group_tests_name("two fsyncs together", tests, NULL, NULL);
}
