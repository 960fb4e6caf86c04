/* masked.h - the path with a compile-time mask of steps: the rungs of the ladder are made from it */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PATH_MASKED_H
#define KERNELS_PATH_MASKED_H

#include "kernels/path/steps.h"

#define MASKED static inline __attribute__((always_inline))

MASKED bool in_mask(uint32_t mask, enum step step)
{
    return mask & STEP_BIT(step);
}

/* One contiguous piece of a write(), inside one extent. */
MASKED void masked_piece(struct period *p, uint32_t mask, enum track_shape shape, uint64_t offset,
                         unsigned char *dst, const unsigned char *src, uint64_t n)
{
    if (shape != SHAPE_TREE) {
        if (in_mask(mask, STEP_COPY))
            step_copy(p, dst, src, n);
        if (in_mask(mask, STEP_FINISH))
            step_finish(p, dst, n);
        return;
    }
    bool lock = in_mask(mask, STEP_ENTRY_LOCK), mark = in_mask(mask, STEP_MARK);
    for (uint64_t done = 0; done < n;) {
        uint64_t at = offset + done, entry = 1ull << p->entry_shift;
        uint64_t part = min_u64(n - done, entry - (at & (entry - 1)));
        if (lock)
            step_entry_lock(p, at >> p->granule_shift);
        if (in_mask(mask, STEP_COPY))
            step_copy(p, dst + done, src + done, part);
        if (in_mask(mask, STEP_FINISH))
            step_finish(p, dst + done, part);
        if (lock || mark)
            step_entry_mark(p, at >> p->granule_shift, lock, mark);
        done += part;
    }
}

/* One write(): dax_iomap_rw under the inode lock. */
MASKED void masked_write(struct period *p, uint32_t mask, enum track_shape shape, uint64_t offset,
                         const unsigned char *src)
{
    if (in_mask(mask, STEP_SURROUND) && p->surround && step_runs(p, STEP_SURROUND))
        p->surround->before(p->surround_state);
    if (in_mask(mask, STEP_LOCK))
        step_lock(p);
    if (in_mask(mask, STEP_SURROUND) && p->surround)
        p->surround->between(p->surround_state);
    if (in_mask(mask, STEP_MARK_INODE) && shape != SHAPE_DIRECT && p->remember)
        step_mark_inode(p);
    for (uint64_t done = 0; done < p->size;) {
        uint64_t n = p->size - done;
        unsigned char *dst =
            in_mask(mask, STEP_LOOKUP) ? step_lookup(p, offset + done, &n) : p->base + offset + done;
        __asm__ volatile("" : "+r"(dst), "+r"(src));
        masked_piece(p, mask, shape, offset + done, dst, src + done, n);
        done += n;
    }
    if (in_mask(mask, STEP_FENCE))
        step_fence(p);
    if (in_mask(mask, STEP_MARK) && shape == SHAPE_BITMAP && p->remember)
        step_mark_range(p, offset);
    if (in_mask(mask, STEP_LOCK))
        step_unlock(p);
    if (in_mask(mask, STEP_SURROUND) && p->surround)
        p->surround->after(p->surround_state);
}

/* What fsync does with one thing that its scan found: dax_writeback_one. */
MASKED void masked_entry(struct period *p, uint32_t mask, struct track_cursor *cur, struct track_run *run)
{
    bool hold = in_mask(mask, STEP_HOLD) && p->track->hold && step_runs(p, STEP_HOLD);
    bool release = hold || (in_mask(mask, STEP_SCAN) && !p->track->hold);
    if (hold && !p->track->hold(p->tracker, cur, run))
        return;
    if (in_mask(mask, STEP_SCAN))
        p->track->take(p->tracker, cur, run);
    count_scanned(p, *run);
    if (in_mask(mask, STEP_WRITEBACK))
        step_writeback(p, *run);
    if (release)
        p->track->release(p->tracker, cur, run);
}

/* The scan left out: what it would have found was found before the clock. */
MASKED void masked_ghosts(struct period *p, uint32_t mask, enum track_shape shape)
{
    struct track_cursor *cur = &p->cursor;
    for (uint64_t i = 0; i < p->ghosts; i++) {
        if (shape == SHAPE_TREE) {
            p->ghost[i].cursor.locked = cur->locked;
            cur = &p->ghost[i].cursor;
        }
        masked_entry(p, mask, cur, &p->ghost[i].run);
    }
    if (shape == SHAPE_TREE && p->ghosts)
        p->track->end(p->tracker, cur);
}

MASKED void masked_fsync(struct period *p, uint32_t mask, enum track_shape shape)
{
    bool dirty = true;
    if (in_mask(mask, STEP_CLEAN_INODE) && shape != SHAPE_DIRECT)
        step_clean_inode(p);
    if (in_mask(mask, STEP_TAG))
        dirty = step_tag(p);
    if (shape != SHAPE_DIRECT && dirty && in_mask(mask, STEP_SCAN) && step_runs(p, STEP_SCAN)) {
        struct track_run run;
        while (p->track->next(p->tracker, &p->cursor, &run))
            masked_entry(p, mask, &p->cursor, &run);
        p->track->end(p->tracker, &p->cursor);
    } else if (shape != SHAPE_DIRECT && dirty && (mask & (STEP_BIT(STEP_HOLD) | STEP_BIT(STEP_WRITEBACK)))) {
        masked_ghosts(p, mask, shape);
    }
    if (in_mask(mask, STEP_FSYNC_FENCE))
        step_fsync_fence(p);
    if (in_mask(mask, STEP_DRAIN))
        step_drain(p);
}

/* One period: all its writes, then its fsync. */
MASKED void masked_period(struct period *p, uint32_t mask, enum track_shape shape)
{
    uint64_t position = p->position;
    for (uint64_t i = 0; i < p->writes; i++) {
        uint64_t offset = p->window + (uint64_t)p->order[i] * p->stride;
        const unsigned char *src = p->source + position;
        position += p->source_step;
        position -= position >= p->source_bytes ? p->source_bytes : 0;
        step_runs(p, STEP_LOOP);
        masked_write(p, mask, shape, offset, src);
    }
    if (!p->fsync || !(mask & STEPS_FSYNC))
        return;
    step_delay(p);
    masked_fsync(p, mask, shape);
}

#endif
