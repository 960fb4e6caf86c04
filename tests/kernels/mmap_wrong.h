/* mmap_wrong.h - stores and fsyncs of a mapped file that break the promise, one for each way to do so */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_KERNELS_MMAP_WRONG_H
#define TESTS_KERNELS_MMAP_WRONG_H

/* The steps here report their events, as those of the layout that they stand beside. */
#define PMB_TRACE  1
#define PMB_LAYOUT 8

#include "kernels/path/mmap_whole.h"
#include "tests/kernels/mmap_mixed.h"

static inline void store_by(struct period *p, bool (*on_fault)(struct period *p, uint64_t offset))
{
    struct period *before = step_enter(p, on_fault);
    mapped_store(p, p->window, p->source);
    step_leave(before);
}

static inline void mark_one(struct period *p, uint64_t index)
{
    step_mark_inode(p);
    if (p->track->shape == SHAPE_TREE) {
        p->track->entry_lock(p->tracker, index);
        p->track->entry_mark_unlock(p->tracker, index);
    } else {
        p->track->mark(p->tracker, index, 1);
    }
}

/* Marked, then made writable, and an fsync may come between the two. */
static inline bool fault_unlocked(struct period *p, uint64_t offset)
{
    mark_one(p, fault_index(p, offset));
    return fault_open(p, offset);
}

static inline void wrong_unlocked(struct period *p)
{
    store_by(p, fault_unlocked);
}

/* Made writable, then marked, as one step as far as fsyncs write-protect: what another thread stores in
 * between is not known to an fsync of its own. */
static inline bool fault_opened_first(struct period *p, uint64_t offset)
{
    uint64_t index = fault_index(p, offset);
    bool tree = p->track->shape == SHAPE_TREE;
    step_mark_inode(p);
    if (tree)
        p->track->entry_lock(p->tracker, index);
    group_lock(p->protection, index);
    bool open = fault_open(p, offset);
    if (tree)
        p->track->entry_mark_unlock(p->tracker, index);
    else
        p->track->mark(p->tracker, index, 1);
    group_unlock(p->protection, index);
    return open;
}

static inline void wrong_opened_first(struct period *p)
{
    store_by(p, fault_opened_first);
}

typedef void (*entry_fn)(struct period *p, struct track_run *run);

static inline void fsync_by(struct period *p, entry_fn entry)
{
    struct track_run run;
    step_clean_inode(p);
    if (!step_tag(p))
        return;
    while (p->track->next(p->tracker, &p->cursor, &run)) {
        if (!p->track->hold(p->tracker, &p->cursor, &run))
            continue;
        entry(p, &run);
        p->track->release(p->tracker, &p->cursor, &run);
    }
    p->track->end(p->tracker, &p->cursor);
    p->domain->fence();
}

static inline void protect_run(struct period *p, struct track_run *run)
{
    group_lock(p->protection, run->index);
    step_write_protect(p, *run);
    group_unlock(p->protection, run->index);
}

/* Written back, then write-protected: what is stored between the two is on no list. */
static inline void entry_late_protect(struct period *p, struct track_run *run)
{
    p->track->take(p->tracker, &p->cursor, run);
    step_writeback(p, *run);
    protect_run(p, run);
}

static inline void wrong_late_protect(struct period *p)
{
    fsync_by(p, entry_late_protect);
}

/* Bitmaps: the marks are taken after the write-back, with those of stores since. */
static inline void entry_late_take(struct period *p, struct track_run *run)
{
    protect_run(p, run);
    step_writeback(p, *run);
    p->track->take(p->tracker, &p->cursor, run);
}

static inline void wrong_late_take(struct period *p)
{
    fsync_by(p, entry_late_take);
}

/* Bitmaps: marks taken and pages protected, but not as one step. */
static inline void entry_unlocked(struct period *p, struct track_run *run)
{
    p->track->take(p->tracker, &p->cursor, run);
    step_write_protect(p, *run);
    step_writeback(p, *run);
}

static inline void wrong_unlocked_fsync(struct period *p)
{
    fsync_by(p, entry_unlocked);
}

/* What write() marked is written back, as if the file were not mapped. */
static inline void entry_unprotected(struct period *p, struct track_run *run)
{
    p->track->take(p->tracker, &p->cursor, run);
    step_writeback(p, *run);
}

static inline void wrong_unprotected(struct period *p)
{
    fsync_by(p, entry_unprotected);
}

#endif
