/* whole.h - the path without a mask: what a run without ledger executes, written out for each shape */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PATH_WHOLE_H
#define KERNELS_PATH_WHOLE_H

#include "kernels/latency.h"
#include "kernels/path/steps.h"
#include "kernels/path/tag.h"

static inline void whole_enter(struct period *p)
{
    if (p->surround && step_runs(p, STEP_SURROUND))
        p->surround->before(p->surround_state);
    step_lock(p);
    if (p->surround)
        p->surround->between(p->surround_state);
}

static inline void whole_leave(struct period *p)
{
    step_unlock(p);
    if (p->surround)
        p->surround->after(p->surround_state);
}

/* Extent by extent: dax_iomap_iter. */
static inline void copy_whole(struct period *p, uint64_t offset, const unsigned char *src)
{
    for (uint64_t done = 0, n; done < p->size; done += n) {
        n = p->size - done;
        unsigned char *dst = step_lookup(p, offset + done, &n);
        step_copy(p, dst, src + done, n);
        step_finish(p, dst, n);
    }
}

/* Today's write(): dax_iomap_rw, nothing remembered. */
static inline void write_direct(struct period *p, uint64_t offset, const unsigned char *src)
{
    whole_enter(p);
    copy_whole(p, offset, src);
    step_fence(p);
    whole_leave(p);
}

/* The proposal in a tree: the entry is locked across copy and mark, or an fsync could clear what it never
 * flushed. */
static inline void write_tree(struct period *p, uint64_t offset, const unsigned char *src)
{
    uint64_t entry = 1ull << p->entry_shift;
    whole_enter(p);
    step_mark_inode(p);
    for (uint64_t done = 0, n; done < p->size; done += n) {
        n = p->size - done;
        unsigned char *dst = step_lookup(p, offset + done, &n);
        for (uint64_t in = 0, part; in < n; in += part) {
            uint64_t at = offset + done + in;
            part = min_u64(n - in, entry - (at & (entry - 1)));
            step_entry_lock(p, at >> p->granule_shift);
            step_copy(p, dst + in, src + done + in, part);
            step_finish(p, dst + in, part);
            step_entry_mark(p, at >> p->granule_shift, true, true);
        }
    }
    step_fence(p);
    whole_leave(p);
}

/* The proposal with a bitmap: copy all, then one LOCKed OR a word. */
static inline void write_bitmap(struct period *p, uint64_t offset, const unsigned char *src)
{
    whole_enter(p);
    if (p->remember)
        step_mark_inode(p);
    copy_whole(p, offset, src);
    step_fence(p);
    if (p->remember)
        step_mark_range(p, offset);
    whole_leave(p);
}

/* The tracker's half of fsync: dax_writeback_mapping_range. */
static inline void fsync_tracked(struct period *p)
{
    struct track_run run;
    step_clean_inode(p);
    if (!step_tag(p) || !step_runs(p, STEP_SCAN))
        return;
    while (p->track->next(p->tracker, &p->cursor, &run)) {
        bool hold = step_runs(p, STEP_HOLD) || !p->track->hold;
        if (p->track->hold && hold && !p->track->hold(p->tracker, &p->cursor, &run))
            continue;
        p->track->take(p->tracker, &p->cursor, &run);
        count_scanned(p, run);
        step_writeback(p, run);
        if (hold)
            p->track->release(p->tracker, &p->cursor, &run);
    }
    p->track->end(p->tracker, &p->cursor);
}

typedef void (*write_fn)(struct period *p, uint64_t offset, const unsigned char *src);

static inline __attribute__((always_inline)) void whole_fsync(struct period *p, bool tracked)
{
    if (tracked)
        fsync_tracked(p);
    else
        step_tag(p);
    step_fsync_fence(p);
    step_drain(p);
}

/* What each call is put between. Stamps serialise, and tags are many: such a period is never a cost. */
enum around { AROUND_NOTHING, AROUND_STAMPS, AROUND_TAGS };

static inline __attribute__((always_inline)) void around_start(enum around around)
{
    if (around == AROUND_TAGS)
        tag(TAG_MARK);
}

static inline __attribute__((always_inline)) uint64_t around_write(enum around around)
{
    if (around == AROUND_TAGS)
        tag(TAG_WRITE_BEGIN);
    return around == AROUND_STAMPS ? clock_begin() : 0;
}

static inline __attribute__((always_inline)) void around_written(struct period *p, enum around around,
                                                                 uint64_t begin)
{
    if (around == AROUND_STAMPS)
        latency_add(p->latency, &p->latency->write, clock_end() - begin);
    if (around == AROUND_TAGS)
        tag(TAG_WRITE_END);
}

static inline __attribute__((always_inline)) uint64_t around_fsync(enum around around)
{
    if (around == AROUND_TAGS)
        tag(TAG_FSYNC_BEGIN);
    return around == AROUND_STAMPS ? clock_begin() : 0;
}

static inline __attribute__((always_inline)) void around_fsynced(struct period *p, enum around around,
                                                                 uint64_t begin)
{
    if (around == AROUND_STAMPS)
        latency_add(p->latency, &p->latency->fsync, clock_end() - begin);
    if (around == AROUND_TAGS)
        tag(TAG_FSYNC_END);
}

static inline __attribute__((always_inline)) void around_period(struct period *p, write_fn write,
                                                                bool tracked, enum around around)
{
    uint64_t position = p->position, begin = 0;
    around_start(around);
    for (uint64_t i = 0; i < p->writes; i++) {
        const unsigned char *src = p->source + position;
        position += p->source_step;
        position -= position >= p->source_bytes ? p->source_bytes : 0;
        step_runs(p, STEP_LOOP);
        begin = around_write(around);
        write(p, p->window + (uint64_t)p->order[i] * p->stride, src);
        around_written(p, around, begin);
    }
    if (!p->fsync)
        return;
    step_delay(p);
    begin = around_fsync(around);
    whole_fsync(p, tracked);
    around_fsynced(p, around, begin);
}

static inline __attribute__((always_inline)) void call_period(struct period *p, write_fn write, bool tracked,
                                                              bool stamped)
{
    around_period(p, write, tracked, stamped ? AROUND_STAMPS : AROUND_NOTHING);
}

static inline __attribute__((always_inline)) void whole_period(struct period *p, write_fn write, bool tracked)
{
    call_period(p, write, tracked, false);
}

#endif
