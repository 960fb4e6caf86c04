/* mmap_whole.h - stores through a mapping and their fsync without a mask */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PATH_MMAP_WHOLE_H
#define KERNELS_PATH_MMAP_WHOLE_H

#include "kernels/path/mmap_steps.h"
#include "kernels/path/whole.h"

/* No system call, no lock, no search: the memory is mapped. The first store to a granule faults inside the
 * copy. */
static inline void mapped_store(struct period *p, uint64_t offset, const unsigned char *src)
{
    unsigned char *dst = p->base + offset;
    step_store_planted(p);
    step_copy(p, dst, src, p->size);
    step_finish(p, dst, p->size);
    step_fence(p);
}

/* dax_writeback_mapping_range over a mapped file. */
static inline void mapped_fsync_tracked(struct period *p)
{
    struct track_run run;
    step_clean_inode(p);
    if (!step_tag(p) || !step_runs(p, STEP_SCAN))
        return;
    while (p->track->next(p->tracker, &p->cursor, &run)) {
        bool hold = step_runs(p, STEP_HOLD) || !p->track->hold;
        if (p->track->hold && hold && !p->track->hold(p->tracker, &p->cursor, &run))
            continue;
        group_lock(p->protection, run.index);
        p->track->take(p->tracker, &p->cursor, &run);
        step_write_protect(p, run);
        group_unlock(p->protection, run.index);
        count_scanned(p, run);
        step_writeback(p, run);
        if (hold)
            p->track->release(p->tracker, &p->cursor, &run);
    }
    p->track->end(p->tracker, &p->cursor);
}

static inline __attribute__((always_inline)) void mapped_fsync(struct period *p, bool tracked)
{
    if (tracked)
        mapped_fsync_tracked(p);
    else
        step_scan_pages(p, true);
    step_fsync_fence(p);
    step_drain(p);
}

static inline __attribute__((always_inline)) void mapped_period(struct period *p, enum track_shape shape,
                                                                enum around around)
{
    uint64_t position = p->position, begin = 0;
    struct period *before = step_enter(p, shape == SHAPE_TREE     ? fault_tree
                                          : shape == SHAPE_BITMAP ? fault_bitmap
                                                                  : fault_unmarked);
    around_start(around);
    for (uint64_t i = 0; i < p->writes; i++) {
        const unsigned char *src = p->source + position;
        position += p->source_step;
        position -= position >= p->source_bytes ? p->source_bytes : 0;
        step_runs(p, STEP_LOOP);
        begin = around_write(around);
        mapped_store(p, p->window + (uint64_t)p->order[i] * p->stride, src);
        around_written(p, around, begin);
    }
    if (p->fsync) {
        step_delay(p);
        begin = around_fsync(around);
        mapped_fsync(p, shape != SHAPE_DIRECT);
        around_fsynced(p, around, begin);
    }
    step_leave(before);
}

#endif
