/* finish.c - what a rung leaves out is done before or after its clock, so that the next period starts as
 * after the full path */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/drain_device.h"
#include "kernels/mmap_cell.h"
#include "kernels/sys_cell.h"
#include "strategies/prim.h"

static void copy_period(struct cell *cell, bool copy, bool finish)
{
    struct period *p = &cell->period;
    cell->written += copy ? p->writes * p->size : 0;
    for (uint64_t i = 0; i < p->writes; i++) {
        if (copy)
            p->copy->copy(write_target(p, i), write_source(p, i), p->size);
        if (finish && p->copy->finish)
            p->copy->finish(write_target(p, i), p->size);
    }
}

void cell_other_traffic(struct cell *cell)
{
    struct period *p = &cell->period;
    for (uint64_t i = 0; i < p->delay_bytes; i += LINE)
        p->delay_buffer[i]++;
}

/* Each slot once, in its own thread's file. */
void cell_mark_period(struct cell *cell)
{
    struct period *p = &cell->period;
    const struct stream *s = &cell->spec.stream;
    uint64_t writes = s->writes / s->threads, block = s->slots / s->threads;
    uint64_t step = s->order == ORDER_BURST ? s->overwrite : 1;
    for (uint64_t i = 0; i < s->slots; i++) {
        uint64_t thread = i / block;
        uint64_t offset = p->window + (uint64_t)p->order[thread * writes + i % block * step] * p->stride;
        uint64_t first = offset >> p->granule_shift;
        p->track->mark(cell_tracker(cell, thread), first,
                       ((offset + p->size - 1) >> p->granule_shift) - first + 1);
    }
}

static void writeback_run(const struct period *p, const struct track_run *run)
{
    if (run->order && p->writeback->range) {
        p->writeback->range(p->base + (run->index << p->granule_shift),
                            1ull << (p->granule_shift + run->order));
        return;
    }
    for (unsigned i = 0; p->writeback->range && i < 64; i++)
        if (run->bits >> i & 1)
            p->writeback->range(p->base + ((run->index + i) << p->granule_shift), 1ull << p->granule_shift);
}

static void full_fsync(const struct period *p, struct tracker *t, bool writeback)
{
    struct track_cursor cur = {0};
    struct track_run run;
    if (p->track->shape == SHAPE_DIRECT || p->track->empty(t))
        return;
    p->track->tag(t, &cur); /* also when nothing is DIRTY: TOWRITE may be left over */
    while (p->track->next(t, &cur, &run)) {
        if (p->track->hold && !p->track->hold(t, &cur, &run))
            continue;
        p->track->take(t, &cur, &run);
        if (writeback)
            writeback_run(p, &run);
        p->track->release(t, &cur, &run);
    }
    p->track->end(t, &cur);
}

void cell_full_fsync(struct cell *cell, bool writeback)
{
    for (unsigned f = 0; f < cell->files; f++)
        full_fsync(&cell->period, cell_tracker(cell, f), writeback);
}

/* Collects what the scan will find, then leaves the tracker clean. */
static void collect_runs(struct cell *cell)
{
    struct period *p = &cell->period;
    struct track_cursor cur = {0};
    struct track_run run;
    p->ghosts = 0;
    if (p->track->shape == SHAPE_DIRECT) {
        mmap_collect_runs(cell);
        return;
    }
    cell_mark_period(cell);
    if (p->track->tag(p->tracker, &cur))
        while (p->ghosts < cell->ghosts_max && p->track->next(p->tracker, &cur, &run)) {
            p->ghost[p->ghosts] = (struct ghost_run){.run = run, .cursor = cur};
            p->ghost[p->ghosts++].cursor.locked = 0;
            if (p->track->shape == SHAPE_BITMAP)
                p->track->take(p->tracker, &cur, &run);
            if (!p->track->hold)
                p->track->release(p->tracker, &cur, &run);
        }
    p->track->end(p->tracker, &cur);
    cell_full_fsync(cell, false);
}

void cell_ghosts(struct cell *cell, unsigned ghosts)
{
    struct period *p = &cell->period;
    if (cell->sys) {
        sys_ghosts(cell, ghosts);
        return;
    }
    if (ghosts & GHOST_LINES) {
        mmap_open_period(cell);
        copy_period(cell, true, false);
        mmap_close_period(cell);
    }
    if (ghosts & GHOST_PAGES)
        mmap_open_period(cell);
    if (ghosts & GHOST_RUNS)
        collect_runs(cell);
    if (ghosts & GHOST_MARKS)
        cell_mark_period(cell);
    if (ghosts & GHOST_TAGS) {
        p->cursor = (struct track_cursor){0};
        p->track->tag(p->tracker, &p->cursor);
    }
}

static void writeback_period(struct cell *cell)
{
    struct period *p = &cell->period;
    uint64_t entry = 1ull << p->entry_shift, done = 0;
    for (uint64_t i = 0; p->writeback->range && i < p->writes; i++) {
        uint64_t at = (uint64_t)(write_target(p, i) - p->base);
        uint64_t first = at & ~(entry - 1), end = (at + p->size + entry - 1) & ~(entry - 1);
        if (i && end == done)
            continue;
        p->writeback->range(p->base + first, end - first);
        done = end;
    }
}

void cell_drain(struct cell *cell)
{
    const struct drain_device *device = cell->period.drain_device;
    if (device && device->drain(device))
        __atomic_fetch_add(device->failures, 1, __ATOMIC_RELAXED);
}

void cell_finish_period(struct cell *cell, uint32_t mask, unsigned ghosts)
{
    struct period *p = &cell->period;
    uint32_t missing = period_steps(p) & ~mask;
    if (!missing)
        return;
    if (cell->sys) {
        sys_finish_period(cell, mask, ghosts);
        return;
    }
    bool tracked = p->track->shape != SHAPE_DIRECT;
    bool copy = (missing & STEP_BIT(STEP_COPY)) && !(ghosts & GHOST_LINES);
    if (copy)
        mmap_open_period(cell);
    if (copy || missing & STEP_BIT(STEP_FINISH))
        copy_period(cell, copy, true);
    if (tracked && (missing & STEP_BIT(STEP_MARK)) && !(ghosts & GHOST_MARKS))
        cell_mark_period(cell);
    if (tracked && (missing & STEP_BIT(STEP_SCAN)) && !(missing & STEP_BIT(STEP_TAG)))
        p->track->end(p->tracker, &p->cursor); /* the scan that would have ended it was left out */
    if (p->fsync && !(mask & STEPS_FSYNC))
        cell_other_traffic(cell);
    if (missing & STEP_BIT(STEP_CLEAN_INODE)) /* or the next mark-inode would find its work done */
        p->inode->state &= ~(uint32_t)INODE_DIRTY_PAGES;
    if (copy || missing & STEP_BIT(STEP_WRITE_PROTECT))
        mmap_close_period(cell);
    if (tracked && p->fsync)
        cell_full_fsync(cell, true);
    if (p->fsync && missing & (STEP_BIT(STEP_WRITEBACK) | STEP_BIT(STEP_MARK)))
        writeback_period(cell);
    store_fence();
}
