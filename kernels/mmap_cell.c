/* mmap_cell.c - the write-protection of a cell's footprint, and what is done with it outside of the clock */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/mmap_cell.h"

#include <string.h>
#include <sys/resource.h>

#include "kernels/team.h"

static uint64_t granule_of(const struct cell *cell)
{
    return cell->spec.stream.granule;
}

/* What one fault makes writable. */
static uint64_t entry_of(const struct cell *cell)
{
    uint64_t entry = track_get(cell->spec.track, 0)->entry_bytes;
    return entry > granule_of(cell) ? entry : granule_of(cell);
}

static uint64_t round_up(uint64_t x, uint64_t to)
{
    return (x + to - 1) / to * to;
}

static int check_track(const struct cell_spec *spec, struct error *err)
{
    const struct track *track = track_get(spec->track, 0);
    if (track->single_fsync)
        return error_set(
            err, EXIT_CANNOT,
            "mmap_fsync: track '%s' never forgets a granule, so that no store after the first would "
            "fault (Linux write-protects from 4.10 on); use --track radix",
            track->name);
    if (track->shape == SHAPE_DIRECT && spec->protect != PROTECT_AUTO && spec->protect != PROTECT_PAGEMAP)
        return error_set(
            err, EXIT_CANNOT,
            "mmap_fsync: track 'none' leaves it to the page tables what is dirty, and '%s' faults "
            "are for a tracker; use --track bitmap",
            protection_way_name(spec->protect));
    if (track->shape != SHAPE_DIRECT && spec->protect == PROTECT_PAGEMAP)
        return error_set(err, EXIT_CANNOT,
                         "mmap_fsync: the page tables' faults are resolved by the kernel, so that track '%s' "
                         "would never hear of them; use --track none",
                         track->name);
    return 0;
}

/* Threads that write and fsync a file each must not have entries in common, as files have none. */
static int check_files(const struct cell *cell, struct error *err)
{
    const struct stream *s = &cell->spec.stream;
    uint64_t part = s->slots / cell->threads * s->stride, entry = entry_of(cell);
    if (cell->files == 1)
        return 0;
    if (cell->spec.track == TRACK_none)
        return error_set(err, EXIT_CANNOT,
                         "mmap_fsync: page tables are looked at for all files at once; use --files shared");
    if (s->offset % entry == 0 && part % entry == 0)
        return 0;
    return error_set(
        err, EXIT_CANNOT,
        "mmap_fsync: with --files own each thread's part must be whole entries of %llu bytes, and is "
        "%llu bytes at offset %llu; use a larger --dirty, or --files shared",
        (unsigned long long)entry, (unsigned long long)part, (unsigned long long)s->offset);
}

static int check_splits(const struct cell *cell, struct error *err)
{
    const struct stream *s = &cell->spec.stream;
    uint64_t granule = granule_of(cell), most = protection_open_max(cell->period.protection);
    uint64_t open = s->slots * ((s->size + granule - 2) / granule + 1);
    if (open <= most)
        return 0;
    return error_set(err, EXIT_CANNOT,
                     "mmap_fsync: a period opens up to %llu granules, and mprotect can split off %llu "
                     "(vm.max_map_count); use a smaller --dirty",
                     (unsigned long long)open, (unsigned long long)most);
}

/* The least of some: the system may write a page back at any time. */
static unsigned first_store_faults(struct protection *x)
{
    enum { TRIES = 3 };
    unsigned least = UINT32_MAX;
    struct rusage before, after;
    for (unsigned i = 0; i < TRIES && !protection_begin(x, NULL); i++) {
        volatile unsigned char *byte = x->base;
        if (x->ops->signal) /* else it is not delivered: the kernel's own */
            protection_open(x, 0, x->granule);
        getrusage(RUSAGE_THREAD, &before);
        *byte = *byte;
        getrusage(RUSAGE_THREAD, &after);
        protection_end(x);
        unsigned faults = (unsigned)(after.ru_minflt - before.ru_minflt);
        least = faults < least ? faults : least;
    }
    return least == UINT32_MAX ? 0 : least;
}

int mmap_create(struct cell *cell, struct error *err)
{
    const struct workspace *w = cell->workspace;
    const struct cell_spec *spec = &cell->spec;
    if (spec->kernel != KERNEL_MMAP_FSYNC)
        return 0;
    if (check_track(spec, err) || check_files(cell, err))
        return -1;
    uint64_t granule = granule_of(cell), have = w->stores ? w->stores_bytes / granule * granule : 0;
    uint64_t end = FILE_START + spec->stream.offset + spec->stream.footprint;
    uint64_t bytes = round_up(end, entry_of(cell));
    if (end > have)
        return error_set(err, EXIT_CANNOT,
                         "mmap_fsync: needs %llu bytes of memory for stores, in pages that can be "
                         "write-protected one by one, and there are %llu; use a smaller --footprint",
                         (unsigned long long)end, (unsigned long long)have);
    cell->period.protection =
        protection_create(w->stores, bytes < have ? bytes : have, (uint32_t)granule,
                          spec->track == TRACK_none ? PROTECT_PAGEMAP : spec->protect, err);
    if (!cell->period.protection)
        return -1;
    cell->kernel_faults = first_store_faults(cell->period.protection);
    return check_splits(cell, err);
}

void mmap_destroy(struct cell *cell)
{
    protection_destroy(cell->period.protection);
    cell->period.protection = NULL;
}

int mmap_begin(struct cell *cell, struct error *err)
{
    struct protection *x = cell->period.protection;
    if (!x)
        return 0;
    x->failures = 0;
    return cell->spec.fsync ? protection_begin(x, err) : 0;
}

void mmap_end(struct cell *cell)
{
    if (cell->period.protection)
        protection_end(cell->period.protection);
}

int mmap_failed(const struct cell *cell, struct error *err)
{
    const struct protection *x = cell->period.protection;
    if (!x || !x->failures)
        return 0;
    return error_set(
        err, EXIT_CANNOT,
        "write-protection by %s: the system has refused it %llu times while measuring; the file was "
        "truncated, or vm.max_map_count is too small for --dirty",
        x->ops->name, (unsigned long long)x->failures);
}

static uint64_t pages_between(uint64_t start, uint64_t end)
{
    enum { PAGE = 4096 };
    return (end - 1) / PAGE - start / PAGE + 1;
}

uint64_t mmap_kernel_faults(const struct cell *cell, uint64_t first, uint64_t periods)
{
    const struct stream *s = &cell->spec.stream;
    uint64_t pages = 0;
    if (!cell->kernel_faults || !cell->spec.fsync)
        return 0;
    for (uint64_t i = 0; i < periods; i++) {
        uint64_t window = stream_window(s, first + i);
        if (s->access != ACCESS_SPARSE)
            pages += pages_between(window, window + s->slots * s->stride);
        for (uint64_t k = 0; s->access == ACCESS_SPARSE && k < s->slots; k++)
            pages += pages_between(window + k * s->stride, window + k * s->stride + s->size);
    }
    if (cell->spec.dest == DEST_DIRTY) /* stored to before each period, too */
        pages *= 2;
    return pages * cell->kernel_faults;
}

uint32_t mmap_steps(const struct period *p)
{
    bool tracked = p->track->shape != SHAPE_DIRECT;
    uint32_t steps = STEP_BIT(STEP_LOOP) | STEP_BIT(STEP_COPY);
    steps |= p->copy->finish ? STEP_BIT(STEP_FINISH) : 0;
    steps |= p->fence_write ? STEP_BIT(STEP_FENCE) : 0;
    if (!p->fsync) /* all is writable after the first touch */
        return steps;
    steps |= STEP_BIT(STEP_FAULT) | STEP_BIT(STEP_WRITE_PROTECT) | STEP_BIT(STEP_FSYNC_FENCE);
    steps |= p->writeback->range ? STEP_BIT(STEP_WRITEBACK) : 0;
    steps |= p->domain->drain || p->drain_device ? STEP_BIT(STEP_DRAIN) : 0;
    if (tracked)
        steps |= STEP_BIT(STEP_MARK) | STEP_BIT(STEP_CLEAN_INODE) | STEP_BIT(STEP_TAG) | STEP_BIT(STEP_SCAN) |
                 (p->track->hold ? STEP_BIT(STEP_HOLD) : 0);
    return steps;
}

unsigned mmap_ghosts_of(const struct cell *cell, enum step left_out)
{
    bool tracked = cell->period.track->shape != SHAPE_DIRECT;
    switch (left_out) {
    case STEP_FAULT:
        return GHOST_PAGES;
    case STEP_COPY:
        return GHOST_LINES;
    case STEP_MARK:
        return tracked ? GHOST_MARKS : GHOST_NONE;
    case STEP_TAG:
        return tracked ? GHOST_MARKS | GHOST_TAGS : GHOST_NONE;
    case STEP_SCAN:
        return tracked ? GHOST_RUNS : GHOST_NONE;
    case STEP_WRITE_PROTECT:
        return tracked ? GHOST_NONE : GHOST_RUNS;
    default:
        return GHOST_NONE;
    }
}

typedef void (*change_fn)(struct protection *x, uint64_t at, uint64_t bytes);

/* Whole entries of what lies between the file offsets. */
static void change(struct cell *cell, uint64_t start, uint64_t end, change_fn fn)
{
    uint64_t entry = entry_of(cell), first = start / entry * entry;
    fn(cell->period.protection, first, round_up(end, entry) - first);
}

/* Slots side by side are one range; sparse ones are not. */
static void change_period(struct cell *cell, change_fn fn)
{
    const struct stream *s = &cell->spec.stream;
    uint64_t window = cell->period.window;
    if (!cell->period.protection)
        return;
    if (s->access != ACCESS_SPARSE)
        change(cell, window, window + s->slots * s->stride, fn);
    for (uint64_t i = 0; s->access == ACCESS_SPARSE && i < s->slots; i++)
        change(cell, window + i * s->stride, window + i * s->stride + s->size, fn);
}

void mmap_open_period(struct cell *cell)
{
    struct protection *x = cell->period.protection;
    change_period(cell, protection_open);
    if (x)
        memset(x->touched, 0, (x->bytes / x->granule / 64 + 1) * sizeof(*x->touched));
}

void mmap_close_period(struct cell *cell)
{
    change_period(cell, protection_close);
}

static void change_windows(struct cell *cell, uint64_t first, uint64_t periods, change_fn fn)
{
    const struct stream *s = &cell->spec.stream;
    for (uint64_t i = 0; cell->period.protection && i < periods && i < s->windows; i++) {
        uint64_t start = stream_window(s, first + i);
        change(cell, start, start + s->slots * s->stride, fn);
    }
}

void mmap_open_windows(struct cell *cell, uint64_t first, uint64_t periods)
{
    change_windows(cell, first, periods, protection_open);
}

void mmap_close_windows(struct cell *cell, uint64_t first, uint64_t periods)
{
    change_windows(cell, first, periods, protection_close);
}

void mmap_open_lane(struct cell *cell, unsigned thread, uint64_t window)
{
    if (!cell->period.protection)
        return;
    if (thread == 0)
        mmap_open_windows(cell, window, 1);
    team_barrier(cell->team);
}

/* The barrier before the clock is what the others wait at. */
void mmap_close_lane(struct cell *cell, unsigned thread, uint64_t window)
{
    if (!cell->period.protection)
        return;
    team_barrier(cell->team);
    if (thread == 0)
        mmap_close_windows(cell, window, 1);
}

/* Slots in the order of their addresses, granules of a word together, each once. */
void mmap_collect_runs(struct cell *cell)
{
    struct period *p = &cell->period;
    const struct stream *s = &cell->spec.stream;
    p->ghosts = 0;
    for (uint64_t i = 0; i < s->slots; i++) {
        uint64_t start = p->window + i * s->stride, last = (start + s->size - 1) >> p->granule_shift;
        for (uint64_t g = start >> p->granule_shift; g <= last; g++) {
            struct track_run *run = p->ghosts ? &p->ghost[p->ghosts - 1].run : NULL;
            if (!run || run->index != g / 64 * 64) {
                if (p->ghosts == cell->ghosts_max)
                    return;
                p->ghost[p->ghosts++] = (struct ghost_run){.run = {.index = g / 64 * 64}};
                run = &p->ghost[p->ghosts - 1].run;
            }
            run->bits |= 1ull << g % 64;
        }
    }
}
