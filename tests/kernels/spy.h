/* spy.h - a tracker that counts the calls of its functions and passes them on */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_KERNELS_SPY_H
#define TESTS_KERNELS_SPY_H

#include <string.h>

#include "strategies/track.h"

enum {
    SPY_LOCK,
    SPY_UNLOCK,
    SPY_MARK_UNLOCK,
    SPY_MARK,
    SPY_EMPTY,
    SPY_TAG,
    SPY_NEXT,
    SPY_HOLD,
    SPY_TAKE,
    SPY_RELEASE,
    SPY_END,
    SPY_CALLS
};

/* A strategy's functions have no parameter for it: one spy a program. */
struct spy {
    const struct track *real;
    struct track track;
    uint64_t calls[SPY_CALLS];
};

static inline struct spy *spy_here(void)
{
    static struct spy spy;
    return &spy;
}

static inline const struct track *spy_call(unsigned function)
{
    spy_here()->calls[function]++;
    return spy_here()->real;
}

static inline void spy_entry_lock(struct tracker *t, uint64_t index)
{
    spy_call(SPY_LOCK)->entry_lock(t, index);
}

static inline void spy_entry_unlock(struct tracker *t, uint64_t index)
{
    spy_call(SPY_UNLOCK)->entry_unlock(t, index);
}

static inline void spy_entry_mark_unlock(struct tracker *t, uint64_t index)
{
    spy_call(SPY_MARK_UNLOCK)->entry_mark_unlock(t, index);
}

static inline void spy_mark(struct tracker *t, uint64_t first, uint64_t count)
{
    spy_call(SPY_MARK)->mark(t, first, count);
}

static inline bool spy_empty(const struct tracker *t)
{
    return spy_call(SPY_EMPTY)->empty(t);
}

static inline bool spy_tag(struct tracker *t, struct track_cursor *cur)
{
    return spy_call(SPY_TAG)->tag(t, cur);
}

static inline bool spy_next(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    return spy_call(SPY_NEXT)->next(t, cur, run);
}

static inline bool spy_hold(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    return spy_call(SPY_HOLD)->hold(t, cur, run);
}

static inline void spy_take(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    spy_call(SPY_TAKE)->take(t, cur, run);
}

static inline void spy_release(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    spy_call(SPY_RELEASE)->release(t, cur, run);
}

static inline void spy_end(struct tracker *t, struct track_cursor *cur)
{
    spy_call(SPY_END)->end(t, cur);
}

/* Spies on `real` from now on, all counts 0. The result is to be put in its place. */
static inline const struct track *spy_on(const struct track *real)
{
    struct spy *spy = spy_here();
    memset(spy->calls, 0, sizeof(spy->calls));
    spy->real = real;
    spy->track = *real;
    spy->track.entry_lock = spy_entry_lock;
    spy->track.entry_unlock = spy_entry_unlock;
    spy->track.entry_mark_unlock = spy_entry_mark_unlock;
    spy->track.mark = spy_mark;
    spy->track.empty = spy_empty;
    spy->track.tag = spy_tag;
    spy->track.next = spy_next;
    spy->track.hold = real->hold ? spy_hold : NULL; /* NULL is part of the contract */
    spy->track.take = spy_take;
    spy->track.release = spy_release;
    spy->track.end = spy_end;
    return &spy->track;
}

#endif
