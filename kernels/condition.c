/* condition.c - brings the destination into the state in which a period is to find it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/mmap_cell.h"
#include "kernels/sys_cell.h"
#include "kernels/team.h"
#include "strategies/prim.h"

struct range {
    uint64_t start, end; /* file offsets */
};

/* What one thread brings into its state: its own part of a window, so that the lines are where they would be.
 */
struct part {
    struct cell *cell;
    unsigned thread;
};

static uint64_t part_slots(const struct part *part)
{
    return part->cell->spec.stream.slots / part->cell->threads;
}

static uint64_t part_start(const struct part *part, uint64_t window)
{
    const struct stream *s = &part->cell->spec.stream;
    return stream_window(s, window) + part->thread * part_slots(part) * s->stride;
}

/* The whole granules or entries that it touches, inside the footprint: what its own history has written
 * before. Threads share those at the ends of their parts, and leave them to what runs there. */
static struct range window_range(const struct part *part, uint64_t window)
{
    const struct cell *cell = part->cell;
    const struct stream *s = &cell->spec.stream;
    uint64_t start = part_start(part, window), end = start + part_slots(part) * s->stride;
    if (cell->threads > 1)
        return (struct range){start, end};
    uint64_t low = FILE_START + s->offset, high = low + s->footprint;
    uint64_t entry = 1ull << cell->period.entry_shift; /* what is written back together */
    struct range r = {start / entry * entry, (end + entry - 1) / entry * entry};
    r.start = r.start < low ? low : r.start;
    r.end = r.end > high ? high : r.end;
    return r;
}

static void copy_piece(struct cell *cell, uint64_t offset, uint64_t n, uint64_t turn)
{
    struct period *p = &cell->period;
    const unsigned char *src = p->source + (p->position + turn * p->source_step) % p->source_bytes;
    p->copy->copy(p->base + offset, src, n);
    if (p->copy->finish)
        p->copy->finish(p->base + offset, n);
    __atomic_fetch_add(&cell->written, n, __ATOMIC_RELAXED);
}

/* One unmeasured period over a window and what shares its granules: the path's own copy in writes of its own
 * size, then its write-back. */
static void own_range(const struct part *part, uint64_t window, struct range r)
{
    struct cell *cell = part->cell;
    const struct stream *s = &cell->spec.stream;
    uint64_t turn = 0;
    if (cell->sys) /* its own calls have run (sys_history) */
        return;
    if (s->access == ACCESS_SPARSE)
        for (; turn < part_slots(part); turn++)
            copy_piece(cell, part_start(part, window) + turn * s->stride, s->size, turn);
    else
        for (uint64_t at = r.start, n; at < r.end; at += n) {
            n = r.end - at < s->size ? r.end - at : s->size;
            copy_piece(cell, at, n, turn++);
        }
    bool defers = cell->period.track->shape != SHAPE_DIRECT || cell->period.protection;
    if (defers && cell->spec.fsync && cell->period.writeback->range)
        cell->period.writeback->range(cell->period.base + r.start, r.end - r.start);
    store_fence();
}

static void flush_range(struct cell *cell, struct range r)
{
    for (uint64_t at = r.start / LINE * LINE; at < r.end; at += LINE)
        line_clflush(cell->period.base + at); /* CLWB may keep the line, CLFLUSH never does */
    full_fence();
}

static uint64_t read_range(const unsigned char *base, uint64_t start, uint64_t end)
{
    uint64_t sum = 0;
    for (uint64_t at = start; at < end; at += LINE)
        sum += *(const volatile unsigned char *)(base + at);
    return sum;
}

static void dirty_range(struct cell *cell, struct range r)
{
    for (uint64_t at = r.start; at < r.end; at += LINE) {
        volatile unsigned char *byte = cell->period.base + at;
        *byte = *byte;
    }
    __atomic_fetch_add(&cell->written, r.end - r.start, __ATOMIC_RELAXED);
}

static void apply(const struct part *part, uint64_t window, struct range r, enum cell_dest dest)
{
    struct cell *cell = part->cell;
    if (dest == DEST_OWN)
        own_range(part, window, r);
    else
        flush_range(cell, r);
    if (dest == DEST_READ)
        read_range(cell->period.base, r.start, r.end);
    if (dest == DEST_DIRTY)
        dirty_range(cell, r);
}

static uint64_t for_windows(const struct part *part, uint64_t first, uint64_t periods, enum cell_dest dest)
{
    const struct stream *s = &part->cell->spec.stream;
    struct range before = {0, 0};
    uint64_t bytes = 0, window_reach = stream_reach(s) / s->windows / part->cell->threads;
    for (uint64_t i = 0; i < periods; i++) {
        struct range r = window_range(part, first + i);
        if (r.start == before.start && r.end == before.end)
            continue;
        apply(part, first + i, r, dest);
        bytes += s->access == ACCESS_SPARSE ? window_reach : r.end - r.start;
        before = r;
    }
    return bytes;
}

/* A window is met again after the rest of the stream: other reads move its lines to the cache level where
 * that distance would have left them, or it is flushed where that is memory. */
static void age(const struct part *part, uint64_t first, uint64_t periods, uint64_t touched)
{
    const struct workspace *w = part->cell->workspace;
    uint64_t reach = stream_reach(&part->cell->spec.stream), bytes = 0;
    if (reach > w->llc_bytes)
        for_windows(part, first, periods, DEST_ABSENT);
    else if (reach / part->cell->threads > w->l2_bytes && touched < 2 * w->l2_bytes)
        bytes = 2 * w->l2_bytes;
    else if (reach / part->cell->threads > w->l1d_bytes && touched < 2 * w->l1d_bytes)
        bytes = 2 * w->l1d_bytes;
    read_range(w->traffic, 0, bytes < w->traffic_bytes ? bytes : w->traffic_bytes);
}

void cell_condition_part(struct cell *cell, unsigned thread, uint64_t first, uint64_t periods)
{
    struct part part = {cell, thread};
    enum cell_dest dest = cell->spec.dest;
    uint64_t touched = for_windows(&part, first, periods, dest);
    if (dest == DEST_OWN) {
        for_windows(&part, first, periods, dest);
        age(&part, first, periods, touched);
    }
    if (cell->period.delay_bytes && cell->threads == 1)
        cell_other_traffic(cell);
    if (!cell->spec.cold_source)
        read_range(cell->workspace->warm.data, 0, cell->workspace->warm.bytes);
}

struct wish {
    struct cell *cell;
    uint64_t first, periods;
};

static void condition_lane(void *user, unsigned thread)
{
    const struct wish *wish = user;
    cell_condition_part(wish->cell, thread, wish->first, wish->periods);
}

void cell_condition(struct cell *cell, uint64_t first, uint64_t periods, bool natural)
{
    struct wish wish = {cell, first, periods};
    if (cell->spec.dest == DEST_OWN && natural)
        return;
    if (cell->spec.dest == DEST_OWN && cell->sys)
        sys_history(cell, first, periods);
    mmap_open_windows(cell, first, periods);
    if (cell->team)
        team_run(cell->team, condition_lane, &wish);
    else
        cell_condition_part(cell, 0, first, periods);
    mmap_close_windows(cell, first, periods);
}
