/* mmap_masked.h - stores through a mapping with a compile-time mask of steps */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PATH_MMAP_MASKED_H
#define KERNELS_PATH_MMAP_MASKED_H

#include "kernels/path/masked.h"
#include "kernels/path/mmap_steps.h"

typedef bool (*fault_fn)(struct period *p, uint64_t offset);

MASKED fault_fn masked_fault(uint32_t mask, enum track_shape shape)
{
    if (!in_mask(mask, STEP_MARK) || shape == SHAPE_DIRECT)
        return fault_unmarked;
    return shape == SHAPE_TREE ? fault_tree : fault_bitmap;
}

/* The fault without the copy: one store of the same byte in each granule. */
MASKED void masked_touch(struct period *p, uint64_t offset)
{
    uint64_t granule = 1ull << p->granule_shift;
    for (uint64_t at = offset; at < offset + p->size; at = (at | (granule - 1)) + 1) {
        volatile unsigned char *byte = p->base + at;
        *byte = *byte;
    }
    __asm__ volatile("" : : : "memory"); /* the handler has changed the period */
}

/* The fault left out: its marks are made here, where it would have been. Ladders have one thread. */
MASKED void masked_inline_marks(struct period *p, enum track_shape shape, uint64_t offset)
{
    uint64_t entry = 1ull << p->entry_shift, *touched = p->protection->touched;
    for (uint64_t at = offset; at < offset + p->size; at = (at | (entry - 1)) + 1) {
        uint64_t index = fault_index(p, at), bit = 1ull << index % 64;
        if (touched[index / 64] & bit)
            continue;
        touched[index / 64] |= bit;
        count_marked(p, 1);
        step_mark_inode(p);
        if (shape == SHAPE_TREE) {
            p->track->entry_lock(p->tracker, index);
            p->track->entry_mark_unlock(p->tracker, index);
        } else {
            p->track->mark(p->tracker, index, 1);
        }
    }
}

MASKED void masked_store(struct period *p, uint32_t mask, enum track_shape shape, uint64_t offset,
                         const unsigned char *src)
{
    unsigned char *dst = p->base + offset;
    __asm__ volatile("" : "+r"(dst), "+r"(src));
    if (in_mask(mask, STEP_FAULT))
        step_runs(p, STEP_FAULT);
    if (in_mask(mask, STEP_MARK))
        step_runs(p, STEP_MARK);
    if (in_mask(mask, STEP_FAULT) && !in_mask(mask, STEP_COPY))
        masked_touch(p, offset);
    if (!in_mask(mask, STEP_FAULT) && in_mask(mask, STEP_MARK) && shape != SHAPE_DIRECT)
        masked_inline_marks(p, shape, offset);
    if (in_mask(mask, STEP_COPY))
        step_copy(p, dst, src, p->size);
    if (in_mask(mask, STEP_FINISH))
        step_finish(p, dst, p->size);
    if (in_mask(mask, STEP_FENCE))
        step_fence(p);
}

/* dax_writeback_one where the file is mapped. */
MASKED void masked_mapped_entry(struct period *p, uint32_t mask, struct track_cursor *cur,
                                struct track_run *run)
{
    bool hold = in_mask(mask, STEP_HOLD) && p->track->hold && step_runs(p, STEP_HOLD);
    bool release = hold || (in_mask(mask, STEP_SCAN) && !p->track->hold);
    if (hold && !p->track->hold(p->tracker, cur, run))
        return;
    if (in_mask(mask, STEP_WRITE_PROTECT))
        group_lock(p->protection, run->index);
    if (in_mask(mask, STEP_SCAN))
        p->track->take(p->tracker, cur, run);
    if (in_mask(mask, STEP_WRITE_PROTECT)) {
        step_write_protect(p, *run);
        group_unlock(p->protection, run->index);
    }
    count_scanned(p, *run);
    if (in_mask(mask, STEP_WRITEBACK))
        step_writeback(p, *run);
    if (release)
        p->track->release(p->tracker, cur, run);
}

MASKED void masked_mapped_ghosts(struct period *p, uint32_t mask, enum track_shape shape)
{
    struct track_cursor *cur = &p->cursor;
    for (uint64_t i = 0; i < p->ghosts; i++) {
        if (shape == SHAPE_TREE) {
            p->ghost[i].cursor.locked = cur->locked;
            cur = &p->ghost[i].cursor;
        }
        masked_mapped_entry(p, mask, cur, &p->ghost[i].run);
    }
    if (shape == SHAPE_TREE && p->ghosts)
        p->track->end(p->tracker, cur);
}

MASKED void masked_mapped_tracked(struct period *p, uint32_t mask, enum track_shape shape)
{
    bool dirty = true;
    if (in_mask(mask, STEP_CLEAN_INODE))
        step_clean_inode(p);
    if (in_mask(mask, STEP_TAG))
        dirty = step_tag(p);
    if (dirty && in_mask(mask, STEP_SCAN) && step_runs(p, STEP_SCAN)) {
        struct track_run run;
        while (p->track->next(p->tracker, &p->cursor, &run))
            masked_mapped_entry(p, mask, &p->cursor, &run);
        p->track->end(p->tracker, &p->cursor);
    } else if (dirty &&
               (mask & (STEP_BIT(STEP_HOLD) | STEP_BIT(STEP_WRITE_PROTECT) | STEP_BIT(STEP_WRITEBACK)))) {
        masked_mapped_ghosts(p, mask, shape);
    }
}

/* Page tables: one call scans and protects; without it, what it would have found was found before. */
MASKED void masked_mapped_direct(struct period *p, uint32_t mask)
{
    if (in_mask(mask, STEP_WRITE_PROTECT))
        step_scan_pages(p, in_mask(mask, STEP_WRITEBACK));
    else if (in_mask(mask, STEP_WRITEBACK))
        for (uint64_t i = 0; i < p->ghosts; i++)
            step_writeback(p, p->ghost[i].run);
}

MASKED void masked_mapped_period(struct period *p, uint32_t mask, enum track_shape shape)
{
    uint64_t position = p->position;
    struct period *before = step_enter(p, masked_fault(mask, shape));
    for (uint64_t i = 0; i < p->writes; i++) {
        uint64_t offset = p->window + (uint64_t)p->order[i] * p->stride;
        const unsigned char *src = p->source + position;
        position += p->source_step;
        position -= position >= p->source_bytes ? p->source_bytes : 0;
        step_runs(p, STEP_LOOP);
        masked_store(p, mask, shape, offset, src);
    }
    if (p->fsync && mask & STEPS_FSYNC) {
        step_delay(p);
        if (shape == SHAPE_DIRECT)
            masked_mapped_direct(p, mask);
        else
            masked_mapped_tracked(p, mask, shape);
        if (in_mask(mask, STEP_FSYNC_FENCE))
            step_fsync_fence(p);
        if (in_mask(mask, STEP_DRAIN))
            step_drain(p);
    }
    step_leave(before);
}

#endif
