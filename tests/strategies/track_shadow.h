/* track_shadow.h - a shadow of the medium by granule: what a write returned, what an fsync made durable */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_TRACK_SHADOW_H
#define TESTS_TRACK_SHADOW_H

#include <sched.h>
#include <stdarg.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "strategies/track.h"

/* A shadow of the medium, by granule: a writer's data is a version number, the write-back copies it to
 * `durable`. */
enum { GRANULES = 8, WRITERS = 4, SYNCERS = 2, FILE_BYTES = 64 << 20, GRANULE = 4096 };

/* Neighbours in a word and a leaf, in the next ones, and under another summary word and upper node. */
static const uint64_t granule_at[GRANULES] = {0, 1, 63, 64, 65, 127, 4095, 4096};

static const enum track_id real_trackers[] = {TRACK_radix,   TRACK_xarray,    TRACK_bitmap,
                                              TRACK_bitmap2, TRACK_radix_4_7, TRACK_xarray_order};

struct shadow {
    const struct track *f;
    struct tracker *t;
    uint64_t version[GRANULES][WRITERS];  /* what the cache holds; a cell has one writer */
    uint64_t returned[GRANULES][WRITERS]; /* of it, what write() has returned */
    uint64_t durable[GRANULES][WRITERS];
    unsigned writers;
    unsigned syncers_left;
    uint64_t broken; /* promises */
};

/* One thread, or one call on behalf of one. */
struct actor {
    struct shadow *sh;
    const struct track *f;
    struct track_cursor cur;
    bool tagged;
    unsigned number;
    struct rng rng;
};

static inline uint64_t load(const uint64_t *p)
{
    return __atomic_load_n(p, __ATOMIC_RELAXED);
}

static inline struct shadow shadow_of(enum track_id id)
{
    struct shadow sh = {.f = track_get(id, 0)};
    sh.t = sh.f->create(FILE_BYTES, GRANULE, NULL);
    assert_non_null(sh.t);
    return sh;
}

static inline struct actor actor_of(struct shadow *sh)
{
    return (struct actor){.sh = sh, .f = sh->f, .rng = {1}};
}

static inline void copy(struct shadow *sh, unsigned g, unsigned writer)
{
    __atomic_store_n(&sh->version[g][writer], load(&sh->version[g][writer]) + 1, __ATOMIC_RELAXED);
}

static inline void returns(struct shadow *sh, unsigned g, unsigned writer)
{
    __atomic_store_n(&sh->returned[g][writer], load(&sh->version[g][writer]), __ATOMIC_RELEASE);
}

/* One write(): under the entry lock, or (bitmaps; trees as a page fault does) marked after the copy. */
static inline void write_one(struct shadow *sh, unsigned g, unsigned writer, bool locking)
{
    if (locking && sh->f->shape == SHAPE_TREE) {
        sh->f->entry_lock(sh->t, granule_at[g]);
        copy(sh, g, writer);
        sh->f->entry_mark_unlock(sh->t, granule_at[g]);
    } else {
        copy(sh, g, writer);
        sh->f->mark(sh->t, granule_at[g], 1);
    }
    returns(sh, g, writer);
}

static inline bool run_covers(struct track_run run, uint64_t granule)
{
    uint64_t in = granule - run.index;
    if (granule < run.index)
        return false;
    return run.order ? in >> run.order == 0 : in < 64 && run.bits >> in & 1;
}

/* Write-back never takes a granule back: a later one has copied more. */
static inline void write_back(struct shadow *sh, struct track_run run)
{
    for (unsigned g = 0; g < GRANULES; g++) {
        if (!run_covers(run, granule_at[g]))
            continue;
        for (unsigned w = 0; w < WRITERS; w++) {
            uint64_t now = load(&sh->version[g][w]), was = load(&sh->durable[g][w]);
            while (was < now && !__atomic_compare_exchange_n(&sh->durable[g][w], &was, now, false,
                                                             __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                continue;
        }
    }
}

/* One fsync() and its promise; returns whether it wrote anything back. Other threads get the CPU where it
 * hurts. */
static inline bool sync_once(struct actor *a)
{
    struct shadow *sh = a->sh;
    bool found = false;
    uint64_t before[GRANULES][WRITERS];
    struct track_run run;
    for (unsigned i = 0; i < GRANULES * WRITERS; i++)
        before[i / WRITERS][i % WRITERS] =
            __atomic_load_n(&sh->returned[i / WRITERS][i % WRITERS], __ATOMIC_ACQUIRE);
    if (!a->tagged)
        a->f->tag(sh->t, &a->cur);
    while (a->f->next(sh->t, &a->cur, &run)) {
        if (a->f->hold && !a->f->hold(sh->t, &a->cur, &run))
            continue;
        a->f->take(sh->t, &a->cur, &run);
        if (!rng_below(&a->rng, 16))
            sched_yield();
        found = found || run.bits;
        write_back(sh, run);
        a->f->release(sh->t, &a->cur, &run);
    }
    a->f->end(sh->t, &a->cur);
    for (unsigned i = 0; i < GRANULES * WRITERS; i++)
        if (load(&sh->durable[i / WRITERS][i % WRITERS]) < before[i / WRITERS][i % WRITERS])
            __atomic_fetch_add(&sh->broken, 1, __ATOMIC_RELAXED);
    memset(&a->cur, 0, sizeof(a->cur));
    a->tagged = false;
    return found;
}

/* First steps of an fsync: it holds granule 0 and has not written it back. */
static inline struct track_run hold_first(struct actor *a)
{
    struct track_run run;
    a->f->tag(a->sh->t, &a->cur);
    assert_true(a->f->next(a->sh->t, &a->cur, &run));
    assert_true(!a->f->hold || a->f->hold(a->sh->t, &a->cur, &run));
    a->f->take(a->sh->t, &a->cur, &run);
    assert_int_equal(run.index, 0);
    return run;
}

static inline void finish_first(struct actor *a, struct track_run run)
{
    write_back(a->sh, run);
    a->f->release(a->sh->t, &a->cur, &run);
    a->f->end(a->sh->t, &a->cur);
}

#endif
