/* lanes.c - periods of several threads: each has its own share, all start together, the last one ends it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kernels/latency.h"
#include "kernels/mmap_cell.h"
#include "kernels/sys_cell.h"
#include "kernels/team.h"

/* One thread's stretch of one period, by its own counter. */
struct stamp {
    uint64_t begin, end, excluded;
};

int lanes_create(struct cell *cell, struct error *err)
{
    const struct workspace *w = cell->workspace;
    if (cell->threads == 1)
        return 0;
    cell->lanes = aligned_alloc(64, cell->threads * sizeof(*cell->lanes));
    if (!cell->lanes)
        return error_set(err, EXIT_CANNOT, "threads: no memory");
    memset(cell->lanes, 0, cell->threads * sizeof(*cell->lanes));
    for (unsigned i = 0; i < cell->threads; i++)
        if (!(cell->lanes[i].stamp = aligned_alloc(64, VISIT_PERIODS * sizeof(struct stamp) / 64 * 64 + 64)))
            return error_set(err, EXIT_CANNOT, "threads: no memory");
    cell->team = team_create(cell->threads, w->cpus, err);
    return cell->team ? 0 : -1;
}

void lanes_destroy(struct cell *cell)
{
    team_destroy(cell->team);
    for (unsigned i = 0; cell->lanes && i < cell->threads; i++)
        free(cell->lanes[i].stamp);
    free(cell->lanes);
    cell->team = NULL;
    cell->lanes = NULL;
}

/* This thread's part of the period with this serial. Made by the thread itself, so that what it will read is
 * in its own cache before the clock; `cell->period` is the pattern and is only read. */
void lane_take(struct cell *cell, unsigned i, uint64_t window, uint64_t serial)
{
    const struct period *all = &cell->period;
    uint64_t writes = all->writes / cell->threads;
    uint64_t delay = (all->delay_bytes / cell->threads + 63) / 64 * 64;
    struct period *p = &cell->lanes[i].period;
    *p = *all;
    p->tracker = cell_tracker(cell, i);
    p->inode = cell->inode[cell->files > 1 ? i : 0];
    p->sys = cell->sys ? &cell->sys->part[i] : NULL;
    p->surround_state = &cell->surround_state[i];
    p->order = all->order + i * writes;
    p->writes = writes;
    p->window = stream_window(&cell->spec.stream, window);
    if (cell->spec.stream.access == ACCESS_RANDOM)
        stream_thread_slots(&cell->spec.stream, serial, i, cell->slots + i * writes);
    p->position = (cell_position(cell, serial) + i * writes * all->source_step) % all->source_bytes;
    p->latency = cell->latency ? &cell->latency[i] : NULL;
    p->delay_buffer = all->delay_buffer + i * delay;
    p->delay_bytes = (i + 1) * delay <= cell->workspace->traffic_bytes ? delay : 0;
    p->excluded = 0;
    p->counts = (struct path_counts){0};
}

struct start {
    struct cell *cell;
    const struct lanes_work *work;
};

/* All periods of a sample in one job: between them the threads meet, and nobody sleeps. */
static void run_lane(void *user, unsigned i)
{
    const struct start *s = user;
    struct cell *cell = s->cell;
    const struct lanes_work *work = s->work;
    const struct workspace *w = cell->workspace;
    struct lane *lane = &cell->lanes[i];
    struct stamp *stamp = lane->stamp;
    for (uint64_t k = 0; k < work->periods; k++) {
        if (work->condition) {
            mmap_open_lane(cell, i, work->first + k);
            cell_condition_part(cell, i, work->first + k, 1);
            mmap_close_lane(cell, i, work->first + k);
        }
        lane_take(cell, i, work->first + k, work->serial + k);
        if (i == 0)
            sys_before_period(cell, lane->period.window);
        team_barrier(cell->team);
        stamp[k].begin = clock_begin_drained();
        work->run(&lane->period);
        stamp[k].end = work->spin_links ? clock_end_spun(work->spin_links) : clock_end_drained();
        stamp[k].excluded = lane->period.excluded;
        lane->ticks += stamp[k].end - stamp[k].begin - stamp[k].excluded;
        lane->moved += w->cpus && sched_getcpu() != w->cpus[i];
        team_barrier(cell->team); /* nobody prepares the next while another is at work */
        if (!sys_has_scratch(cell))
            continue;
        if (i == 0)
            sys_after_period(cell);
        team_barrier(cell->team); /* or while the data are looked at */
    }
}

/* From the first thread's start to the last one's end, less the delay of the one that ends last. */
static uint64_t period_ticks(const struct cell *cell, uint64_t k)
{
    const struct stamp *last = &((const struct stamp *)cell->lanes[0].stamp)[k];
    uint64_t first = last->begin;
    for (unsigned i = 1; i < cell->threads; i++) {
        const struct stamp *s = &((const struct stamp *)cell->lanes[i].stamp)[k];
        first = s->begin < first ? s->begin : first;
        last = s->end > last->end ? s : last;
    }
    return last->end - first - last->excluded;
}

uint64_t lanes_sample(struct cell *cell, const struct lanes_work *work)
{
    struct start s = {cell, work};
    uint64_t ticks = 0;
    for (unsigned i = 0; i < cell->threads; i++)
        cell->lanes[i].ticks = cell->lanes[i].moved = 0;
    team_run(cell->team, run_lane, &s);
    for (uint64_t k = 0; k < work->periods; k++)
        ticks += period_ticks(cell, k);
    return ticks;
}

void lanes_in_turn(struct cell *cell, uint64_t serial, period_fn run)
{
    struct path_counts *sum = &cell->period.counts;
    for (unsigned i = 0; i < cell->threads; i++) {
        struct path_counts *c = &cell->lanes[i].period.counts;
        lane_take(cell, i, 0, serial);
        run(&cell->lanes[i].period);
        sum->bytes_copied += c->bytes_copied;
        sum->lookups += c->lookups;
        sum->entries_marked += c->entries_marked;
        sum->entries_scanned += c->entries_scanned;
        sum->drains += c->drains;
        sum->faults += c->faults;
        sum->write_protects += c->write_protects;
    }
}

uint64_t cell_thread_ticks(const struct cell *cell, unsigned thread)
{
    return cell->lanes[thread].ticks;
}
