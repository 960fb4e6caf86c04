/* promise_wrong.h - versions of the path that break the promise, one for each way to do so */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_KERNELS_PROMISE_WRONG_H
#define TESTS_KERNELS_PROMISE_WRONG_H

/* The steps here report their events, as those of the layout that they stand beside. */
#define PMB_TRACE  1
#define PMB_LAYOUT 8

#include "kernels/path/whole.h"
#include "strategies/track/claims.h"
#include "tests/kernels/promise_schedule.h"

/* Parts with room for those that are replaced. */
struct wrong_parts {
    struct parts parts;
    struct track track;
    struct copy copy;
};

static inline void wrong_from(struct wrong_parts *w, const struct parts *right)
{
    w->parts = *right;
    w->track = *right->track;
    w->copy = *right->copy;
    w->parts.track = &w->track;
    w->parts.copy = &w->copy;
}

static inline void each_write(struct period *p, write_fn write)
{
    for (uint64_t i = 0; i < p->writes; i++)
        write(p, p->window + (uint64_t)p->order[i] * p->stride, p->source);
}

/* Mark before copy: an fsync between the two takes the mark and writes the old data back. */
static inline void write_marked_first(struct period *p, uint64_t offset, const unsigned char *src)
{
    step_lock(p);
    step_mark_range(p, offset);
    copy_whole(p, offset, src);
    step_unlock(p);
}

static inline void wrong_mark_first(struct period *p)
{
    each_write(p, write_marked_first);
}

static inline void make_mark_first(struct wrong_parts *w)
{
    w->parts.write = wrong_mark_first;
}

/* The write neither fences nor ends with a LOCKed operation: what it moved is on its way when it returns. */
static inline void write_unfenced(struct period *p, uint64_t offset, const unsigned char *src)
{
    copy_whole(p, offset, src);
}

static inline void wrong_unfenced(struct period *p)
{
    each_write(p, write_unfenced);
}

static inline void make_unfenced(struct wrong_parts *w)
{
    w->parts.write = wrong_unfenced;
}

/* The same with the one fence that it lacks. */
static inline void write_fenced(struct period *p, uint64_t offset, const unsigned char *src)
{
    copy_whole(p, offset, src);
    store_fence();
}

static inline void right_fenced(struct period *p)
{
    each_write(p, write_fenced);
}

static inline void make_fenced(struct wrong_parts *w)
{
    w->parts.write = right_fenced;
}

/* The fix-up flush left out. */
static inline void make_unfinished(struct wrong_parts *w)
{
    w->copy.finish = NULL;
}

/* The write-back left out. */
static inline void make_no_writeback(struct wrong_parts *w)
{
    w->parts.writeback = writeback_get(WRITEBACK_none, LAYOUT_TRACE);
}

/* Bitmaps: the word is taken after its write-back, with the mark of a write that came in between. */
static inline void wrong_take_late(struct period *p)
{
    struct track_run run;
    p->track->tag(p->tracker, &p->cursor);
    while (p->track->next(p->tracker, &p->cursor, &run)) {
        p->track->hold(p->tracker, &p->cursor, &run);
        step_writeback(p, run);
        p->track->take(p->tracker, &p->cursor, &run);
        p->track->release(p->tracker, &p->cursor, &run);
    }
    p->track->end(p->tracker, &p->cursor);
    p->domain->fence();
}

static inline void make_take_late(struct wrong_parts *w)
{
    w->parts.fsync = wrong_take_late;
}

/* Bitmaps: the second fsync does not wait. Their claims are what their state begins with. */
static inline void end_without_wait(struct tracker *t, struct track_cursor *cur)
{
    claims_leave((struct claims *)t, cur->slot);
    cur->slot = 0;
}

static inline void make_no_wait(struct wrong_parts *w)
{
    w->track.end = end_without_wait;
}

/* Trees: the second fsync does not wait, but goes on when another holds an entry. One entry at a time is
 * enough for a test: who holds which. */
static inline uint64_t *held_here(void)
{
    static uint64_t held; /* index + 1 */
    return &held;
}

static inline bool hold_or_skip(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    if (__atomic_load_n(held_here(), __ATOMIC_ACQUIRE) == run->index + 1)
        return false;
    bool ours = actor_here()->track->hold(t, cur, run);
    if (ours)
        __atomic_store_n(held_here(), run->index + 1, __ATOMIC_RELEASE);
    return ours;
}

static inline void release_held(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    __atomic_store_n(held_here(), 0, __ATOMIC_RELEASE);
    actor_here()->track->release(t, cur, run);
}

static inline void make_skip_held(struct wrong_parts *w)
{
    w->track.hold = hold_or_skip;
    w->track.release = release_held;
}

/* Trees: the write marks without having locked the entry, so that an fsync clears DIRTY after it. */
static inline void lock_nothing(struct tracker *t, uint64_t index)
{
    (void)t, (void)index;
}

static inline void make_unlocked_mark(struct wrong_parts *w)
{
    w->track.entry_lock = lock_nothing;
}

#endif
