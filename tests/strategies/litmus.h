/* litmus.h - mark against take on two CPUs, in tight rounds: what the store buffer does to a promise */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_STRATEGIES_LITMUS_H
#define TESTS_STRATEGIES_LITMUS_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/rng.h"
#include "strategies/prim.h"
#include "strategies/track.h"
#include "strategies/track/spin.h"

/* A round: the granule is marked. A writer stores and marks; an fsync takes the mark and then, if there was
 * one, writes back, which is to read the data. The round is broken when the mark is gone afterwards and what
 * was written back is not what the writer stored: its write() has returned, and no fsync will know.
 *
 * Rounds come in batches over lines of their own. Before a batch the writer's cache owns the marks, and the
 * data are shared with the fsync: the store waits in the buffer for its line while the mark can be read. */
enum { LITMUS_SLOTS = 256, LITMUS_STRIDE = 512 /* granules: a line of marks each */, LITMUS_GRANULE = 64 };

enum litmus_kind {
    LITMUS_MARK,       /* the tracker's own mark() */
    LITMUS_TEST_FIRST, /* wrong: a LOCKed OR only where a test finds the bit clear */
    LITMUS_TEST_FENCED /* the same behind MFENCE */
};

struct litmus_line {
    uint64_t value;
} __attribute__((aligned(LINE)));

struct litmus {
    enum litmus_kind kind;
    const struct track *track;
    struct tracker *tracker;
    uint64_t batches;
    int cpu[2];
    struct litmus_line data[LITMUS_SLOTS], mark[LITMUS_SLOTS];
    struct litmus_line arrived[2]; /* barriers passed by writer and fsync */
    uint64_t written_back[LITMUS_SLOTS];
    uint64_t broken;
};

static inline void litmus_meet(struct litmus *l, unsigned who)
{
    uint64_t mine = __atomic_add_fetch(&l->arrived[who].value, 1, __ATOMIC_SEQ_CST);
    for (unsigned turns = 0; __atomic_load_n(&l->arrived[!who].value, __ATOMIC_ACQUIRE) < mine;)
        spin_turn(&turns);
}

static inline void litmus_mark(struct litmus *l, unsigned slot)
{
    uint64_t *word = &l->mark[slot].value;
    if (l->kind == LITMUS_MARK) {
        l->track->mark(l->tracker, slot * LITMUS_STRIDE, 1);
        return;
    }
    if (l->kind == LITMUS_TEST_FENCED)
        full_fence();
    if (!(__atomic_load_n(word, __ATOMIC_RELAXED) & 1))
        locked_or(word, 1);
}

static inline bool litmus_take(struct litmus *l, unsigned slot)
{
    struct track_cursor cur = {0};
    struct track_run run = {.index = slot * LITMUS_STRIDE};
    if (l->kind != LITMUS_MARK)
        return locked_exchange(&l->mark[slot].value, 0);
    l->track->take(l->tracker, &cur, &run);
    return run.bits;
}

/* What the next fsync would find. */
static inline void litmus_scan(struct litmus *l, bool *dirty)
{
    struct track_cursor cur = {0};
    struct track_run run;
    for (unsigned i = 0; i < LITMUS_SLOTS; i++)
        dirty[i] = l->kind != LITMUS_MARK && __atomic_load_n(&l->mark[i].value, __ATOMIC_RELAXED);
    while (l->kind == LITMUS_MARK && l->track->next(l->tracker, &cur, &run))
        dirty[run.index / LITMUS_STRIDE] = true;
}

static inline void litmus_pin(int cpu)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((unsigned)cpu, &one);
    sched_setaffinity(0, sizeof(one), &one);
}

static inline void litmus_writer(struct litmus *l)
{
    struct rng rng = {.state = 1};
    bool dirty[LITMUS_SLOTS];
    for (uint64_t batch = 1; batch <= l->batches; batch++) {
        for (unsigned i = 0; i < LITMUS_SLOTS; i++) {
            if (l->kind == LITMUS_MARK)
                litmus_mark(l, i);
            else
                locked_or(&l->mark[i].value, 1);
        }
        litmus_meet(l, 0);
        for (uint64_t skew = rng_below(&rng, 64); skew; skew--)
            _mm_pause();
        for (unsigned i = 0; i < LITMUS_SLOTS; i++) {
            __atomic_store_n(&l->data[i].value, batch, __ATOMIC_RELAXED);
            litmus_mark(l, i);
        }
        litmus_meet(l, 0);
        litmus_scan(l, dirty);
        for (unsigned i = 0; i < LITMUS_SLOTS; i++)
            l->broken += !dirty[i] && l->written_back[i] != batch;
    }
}

static inline void *litmus_syncer(void *user)
{
    struct litmus *l = user;
    struct rng rng = {.state = 2};
    litmus_pin(l->cpu[1]);
    for (uint64_t batch = 1; batch <= l->batches; batch++) {
        litmus_meet(l, 1);
        for (uint64_t skew = rng_below(&rng, 64); skew; skew--)
            _mm_pause();
        for (unsigned i = 0; i < LITMUS_SLOTS; i++)
            if (litmus_take(l, i))
                l->written_back[i] = __atomic_load_n(&l->data[i].value, __ATOMIC_RELAXED);
        litmus_meet(l, 1);
    }
    return NULL;
}

/* The first two CPUs that this program may use; false: there is only one. */
static inline bool litmus_cpus(int cpu[2])
{
    cpu_set_t may;
    unsigned found = 0;
    if (sched_getaffinity(0, sizeof(may), &may))
        return false;
    for (int i = 0; i < CPU_SETSIZE && found < 2; i++)
        if (CPU_ISSET((unsigned)i, &may))
            cpu[found++] = i;
    return found == 2;
}

/* Runs about `rounds` rounds on two CPUs and gives the broken ones. `track`, a bitmap, for LITMUS_MARK. -1:
 * no memory, or no thread. The calling thread stays where it may run. */
static inline int litmus_run(enum litmus_kind kind, const struct track *track, uint64_t rounds,
                             uint64_t *broken)
{
    struct litmus *l = aligned_alloc(LINE, sizeof(*l));
    cpu_set_t before;
    pthread_t syncer;
    if (!l)
        return -1;
    memset(l, 0, sizeof(*l));
    l->kind = kind;
    l->track = track;
    l->batches = (rounds + LITMUS_SLOTS - 1) / LITMUS_SLOTS;
    if (kind == LITMUS_MARK)
        l->tracker =
            track->create((uint64_t)LITMUS_SLOTS * LITMUS_STRIDE * LITMUS_GRANULE, LITMUS_GRANULE, NULL);
    sched_getaffinity(0, sizeof(before), &before);
    int bad = (kind == LITMUS_MARK && !l->tracker) || !litmus_cpus(l->cpu) ||
              pthread_create(&syncer, NULL, litmus_syncer, l);
    if (!bad) {
        litmus_pin(l->cpu[0]);
        litmus_writer(l);
        pthread_join(syncer, NULL);
        sched_setaffinity(0, sizeof(before), &before);
    }
    *broken = l->broken;
    if (l->tracker)
        track->destroy(l->tracker);
    free(l);
    return bad ? -1 : 0;
}

#endif
