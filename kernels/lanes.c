/* lanes.c - one period of several threads: each has its own share, all start together, the last one ends it
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kernels/internal.h"
#include "kernels/team.h"

int lanes_create(struct cell *cell, struct error *err)
{
    const struct workspace *w = cell->workspace;
    if (cell->threads == 1)
        return 0;
    cell->lanes = aligned_alloc(64, cell->threads * sizeof(*cell->lanes));
    if (!cell->lanes)
        return error_set(err, EXIT_CANNOT, "threads: no memory");
    memset(cell->lanes, 0, cell->threads * sizeof(*cell->lanes));
    cell->team = team_create(cell->threads, w->cpus, err);
    return cell->team ? 0 : -1;
}

void lanes_destroy(struct cell *cell)
{
    team_destroy(cell->team);
    free(cell->lanes);
    cell->team = NULL;
    cell->lanes = NULL;
}

/* Each thread's part of the period at hand. */
void lanes_take(struct cell *cell)
{
    const struct period *all = &cell->period;
    uint64_t writes = all->writes / cell->threads, delay = all->delay_bytes / cell->threads / 64 * 64;
    for (unsigned i = 0; i < cell->threads; i++) {
        struct period *p = &cell->lanes[i].period;
        *p = *all;
        p->tracker = cell_tracker(cell, i);
        p->inode = cell->inode[cell->files > 1 ? i : 0];
        p->surround_state = &cell->surround_state[i];
        p->order = all->order + i * writes;
        p->writes = writes;
        p->position = (all->position + i * writes * all->source_step) % all->source_bytes;
        p->delay_buffer = all->delay_buffer + i * delay;
        p->delay_bytes = delay;
        p->excluded = 0;
    }
}

struct start {
    struct cell *cell;
    period_fn run;
    uint64_t spin_links;
};

static void run_lane(void *user, unsigned i)
{
    const struct start *s = user;
    const struct workspace *w = s->cell->workspace;
    struct lane *lane = &s->cell->lanes[i];
    team_barrier(s->cell->team);
    lane->begin = clock_begin_drained();
    s->run(&lane->period);
    lane->end = s->spin_links ? clock_end_spun(s->spin_links) : clock_end_drained();
    lane->ticks += lane->end - lane->begin - lane->period.excluded;
    lane->moved += w->cpus && sched_getcpu() != w->cpus[i];
}

/* The delay of the lane that ends last is what the period excludes; all delays are equal in bytes. */
uint64_t lanes_timed(struct cell *cell, period_fn run, uint64_t spin_links)
{
    struct start s = {cell, run, spin_links};
    lanes_take(cell);
    team_run(cell->team, run_lane, &s);
    uint64_t first = cell->lanes[0].begin, last = 0, excluded = 0;
    for (unsigned i = 0; i < cell->threads; i++) {
        const struct lane *lane = &cell->lanes[i];
        first = lane->begin < first ? lane->begin : first;
        excluded = lane->end > last ? lane->period.excluded : excluded;
        last = lane->end > last ? lane->end : last;
    }
    return last - first - excluded;
}

void lanes_in_turn(struct cell *cell, period_fn run)
{
    struct path_counts *sum = &cell->period.counts;
    lanes_take(cell);
    for (unsigned i = 0; i < cell->threads; i++) {
        struct path_counts *c = &cell->lanes[i].period.counts;
        run(&cell->lanes[i].period);
        sum->bytes_copied += c->bytes_copied;
        sum->lookups += c->lookups;
        sum->entries_marked += c->entries_marked;
        sum->entries_scanned += c->entries_scanned;
        sum->drains += c->drains;
    }
}

uint64_t cell_thread_ticks(const struct cell *cell, unsigned thread)
{
    return cell->lanes[thread].ticks;
}
