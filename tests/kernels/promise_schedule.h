/* promise_schedule.h - two threads by a fixed schedule: all of one's operation at each point of the other's
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_KERNELS_PROMISE_SCHEDULE_H
#define TESTS_KERNELS_PROMISE_SCHEDULE_H

#include <pthread.h>
#include <time.h>

#include "tests/kernels/promise_file.h"

enum operation { OP_NONE, OP_WRITE, OP_WRITE_BESIDE, OP_FSYNC };

/* `main` runs, and at one of its points `other` runs as a whole, or until it has to wait for `main`. Then a
 * third thread's fsync. Points lie at each event and around each copy and write-back. */
struct scenario {
    const char *name;
    bool dirty; /* the area was written before, and not fsynced */
    enum operation main, other;
};

static const struct scenario scenarios[] = {
    {"fsync after write", false, OP_WRITE, OP_NONE},
    {"fsync in write", true, OP_WRITE, OP_FSYNC},
    {"fsync in the first write", false, OP_WRITE, OP_FSYNC},
    {"write beside write", true, OP_WRITE, OP_WRITE_BESIDE},
    {"write in fsync", true, OP_FSYNC, OP_WRITE},
    {"write beside in fsync", true, OP_FSYNC, OP_WRITE_BESIDE},
    {"fsync in fsync", true, OP_FSYNC, OP_FSYNC},
};
enum { SCENARIOS = sizeof(scenarios) / sizeof(scenarios[0]), LENGTH_HERE = 70 };

struct schedule {
    const struct scenario *scenario;
    struct file file;
    struct actor main, other, last;
    struct inode *other_inode; /* or it would only wait for the inode's lock */
    uint64_t point, at;        /* points passed, and the one at which the other runs */
    uint64_t patience_us;      /* how long it may take before it counts as waiting for main */
    pthread_t thread;
    bool started, done;
};

/* What came of one schedule. */
struct verdict {
    bool reached; /* the point exists */
    uint64_t broken, unfenced;
};

static inline void operation_run(struct schedule *s, struct actor *a, enum operation operation)
{
    struct inode *inode = a == &s->other ? s->other_inode : s->file.inode;
    if (operation == OP_FSYNC)
        file_fsync(&s->file, a);
    else if (operation != OP_NONE)
        file_write_by(&s->file, a, inode, operation == OP_WRITE_BESIDE, s->file.parts.write);
}

static inline void *schedule_other(void *user)
{
    struct schedule *s = user;
    operation_run(s, &s->other, s->scenario->other);
    __atomic_store_n(&s->done, true, __ATOMIC_RELEASE);
    return NULL;
}

static inline void schedule_point(struct actor *a)
{
    struct schedule *s = a->user;
    if (s->point++ != s->at || s->scenario->other == OP_NONE)
        return;
    s->started = !pthread_create(&s->thread, NULL, schedule_other, s);
    for (uint64_t waited = 0; waited < s->patience_us && !__atomic_load_n(&s->done, __ATOMIC_ACQUIRE);
         waited += 50)
        nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
}

static inline void pointed_copy(void *dst, const void *src, size_t n)
{
    struct actor *a = actor_here();
    actor_point(a);
    a->copy->copy(dst, src, n);
    actor_settle(a);
    actor_point(a);
}

static inline void pointed_range(const void *start, size_t n)
{
    struct actor *a = actor_here();
    actor_point(a);
    window_range(start, n);
    actor_point(a);
}

/* Two areas side by side, across a border of granules; neither begins or ends at one of anything. */
static inline int schedule_open(struct schedule *s, const struct parts *parts, struct error *err)
{
    uint64_t border = parts_border(parts);
    s->file = (struct file){.parts = *parts, .medium = {.file_bytes = 2 * border, .areas = 2}};
    for (unsigned i = 0; i < 2; i++)
        s->file.medium.area[i] =
            (struct area){.at = border - 37 + i * LENGTH_HERE, .bytes = LENGTH_HERE, .writer = i};
    struct actor *actors[] = {&s->main, &s->other, &s->last};
    for (unsigned i = 0; i < 3; i++) {
        actor_open(actors[i], &s->file.medium, i);
        actors[i]->copy = parts->copy;
        actors[i]->writeback = parts->writeback;
        actors[i]->track = parts->track_behind;
    }
    if (file_open(&s->file, err))
        return -1;
    s->other_inode = inode_create(s->file.medium.memory, s->file.medium.file_bytes, 2, err);
    return s->other_inode ? 0 : -1;
}

static inline void schedule_close(struct schedule *s)
{
    file_close(&s->file);
    inode_destroy(s->other_inode);
    actor_close(&s->main);
    actor_close(&s->other);
    actor_close(&s->last);
}

/* Trees: the entries are there before, and clean. */
static inline void schedule_enter(struct schedule *s)
{
    const struct parts *parts = &s->file.parts;
    const struct area *area = s->file.medium.area;
    uint64_t first = area[0].at / parts->granule, last = (area[1].at + area[1].bytes - 1) / parts->granule;
    if (parts->track->shape != SHAPE_TREE)
        return;
    parts->track_behind->mark(s->file.tracker, first, last - first + 1);
    file_fsync(&s->file, &s->last);
}

/* Runs the scenario with the other at point number `at`. -1 with err. */
static inline int schedule_run(const struct scenario *scenario, const struct parts *parts, uint64_t at,
                               uint64_t patience_us, struct verdict *v, struct error *err)
{
    struct schedule s = {.scenario = scenario, .at = at, .patience_us = patience_us};
    if (schedule_open(&s, parts, err)) {
        schedule_close(&s);
        return -1;
    }
    struct copy copy = *parts->copy;
    struct writeback writeback = *parts->writeback;
    copy.copy = pointed_copy;
    writeback.range = writeback.range ? pointed_range : NULL;
    s.file.parts.copy = &copy;
    s.file.parts.writeback = &writeback;
    if (scenario->dirty) {
        schedule_enter(&s);
        file_write(&s.file, &s.last, 0);
    }
    s.main.point = schedule_point;
    s.main.user = &s;
    operation_run(&s, &s.main, scenario->main);
    if (s.started)
        pthread_join(s.thread, NULL);
    file_fsync(&s.file, &s.last);
    *v = (struct verdict){.reached = s.point > at, .broken = s.file.broken, .unfenced = s.file.unfenced};
    schedule_close(&s);
    return 0;
}

/* Runs the scenario with the other at each point in turn: what was broken, in all; *points: how many there
 * were. -1 with err. */
static inline int schedule_explore(const struct scenario *scenario, const struct parts *parts,
                                   uint64_t patience_us, struct verdict *sum, uint64_t *points,
                                   struct error *err)
{
    *sum = (struct verdict){0};
    for (*points = 0;; ++*points) {
        struct verdict v;
        if (schedule_run(scenario, parts, *points, patience_us, &v, err))
            return -1;
        sum->broken += v.broken;
        sum->unfenced += v.unfenced;
        if (!v.reached || scenario->other == OP_NONE)
            return 0;
    }
}

#endif
