/* cell.c - makes a cell and the state that it needs */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/cell.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "kernels/latency.h"
#include "kernels/mmap_cell.h"
#include "kernels/sys_cell.h"

static struct surround_state *surround_states_create(uint64_t seed, unsigned threads)
{
    struct surround_state *s = aligned_alloc(64, threads * sizeof(*s));
    struct rng r = {.state = seed};
    if (!s)
        return NULL;
    memset(s, 0, threads * sizeof(*s));
    for (unsigned t = 0; t < threads; t++)
        for (size_t i = 0; i < sizeof(s->table) / sizeof(s->table[0]); i++)
            s[t].table[i] = rng_next(&r);
    return s;
}

/* The writes of a period read the ring one behind the other, a line apart. The lines that are used are so
 * many that a pass does not bring the data of the pass before again, or a lost overwrite could not be seen.
 */
static void set_source(struct period *p, const struct ring *ring, uint64_t slots)
{
    uint64_t lines = ring->bytes / SOURCE_LINE, step = (p->size + SOURCE_LINE - 1) / SOURCE_LINE + 1;
    while (lines > 2 && slots % lines * (step % lines) % lines == 0)
        lines--;
    p->source = ring->data;
    p->source_bytes = lines * SOURCE_LINE;
    p->source_step = step % lines * SOURCE_LINE;
}

static void fill_period(struct cell *cell)
{
    const struct cell_spec *spec = &cell->spec;
    const struct ring *ring = spec->cold_source ? &cell->workspace->cold : &cell->workspace->warm;
    struct period *p = &cell->period;
    p->kernel = spec->kernel;
    p->drain_device = cell->workspace->drain_device;
    p->sys = cell->sys ? cell->sys->part : NULL;
    p->surround_state = cell->surround_state;
    p->base = cell->workspace->base;
    if (spec->kernel == KERNEL_SYS_MMAP_FSYNC && cell->workspace->stores)
        p->base = cell->workspace->stores;
    p->fence_write = spec->fence_write;
    p->fsync = spec->fsync;
    if (spec->kernel == KERNEL_MMAP_FSYNC)
        p->base = cell->workspace->stores;
    p->remember = !spec->bypass || spec->kernel == KERNEL_MMAP_FSYNC; /* a fault marks whatever the copy is */
    p->granule_shift = (uint32_t)__builtin_ctzll(spec->stream.granule);
    p->stride = spec->stream.stride;
    p->size = spec->stream.size;
    p->writes = spec->stream.writes;
    p->order = cell->slots;
    set_source(p, ring, spec->stream.slots / cell->threads);
    p->tracker = cell->tracker[0];
    p->inode = cell->inode[0];
    p->delay_buffer = cell->workspace->traffic;
    p->delay_bytes = spec->delay;
    p->hook_skip = p->hook_delay = -1;
}

/* Marks the footprint once and fsyncs it: entries are inserted, all is clean. The blocks themselves were
 * written when the destination was made. */
static void enter_footprint(struct cell *cell)
{
    if (cell->period.track->shape == SHAPE_DIRECT || cell->sys)
        return;
    for (uint64_t w = 0; w < cell->spec.stream.windows; w++) {
        cell_set_period(cell, w, cell->serial);
        cell_mark_period(cell);
    }
    cell_full_fsync(cell, false);
}

static uint64_t spec_granules(const struct cell_spec *spec)
{
    return spec->file_bytes / spec->stream.granule + 1;
}

/* What cells of one group need alike. */
static void allocate_common(struct cell *cell)
{
    const struct stream *s = &cell->spec.stream;
    cell->surround_state = surround_states_create(s->seed, cell->threads);
    cell->inode = calloc(cell->files, sizeof(*cell->inode));
    cell->slots = malloc(s->writes * sizeof(*cell->slots));
    cell->serials = malloc(VISIT_PERIODS * sizeof(*cell->serials));
}

static void borrow_common(struct cell *cell, const struct cell *beside)
{
    cell->borrows = true;
    cell->surround_state = beside->surround_state;
    cell->inode = beside->inode;
    cell->slots = beside->slots;
    cell->serials = beside->serials;
}

static int allocate(struct cell *cell, struct error *err)
{
    const struct stream *s = &cell->spec.stream;
    cell->tracker = calloc(cell->files, sizeof(*cell->tracker));
    /* a write touches at most (size + granule - 2) / granule + 1 granules, and each may be a run of its own
     */
    uint64_t runs = s->slots * ((s->size + s->granule - 2) / s->granule + 1);
    uint64_t granules = spec_granules(&cell->spec);
    if (track_get(cell->spec.track, 0)->single_fsync) /* finds all that was ever marked */
        runs = granules / runs < s->windows ? granules : runs * s->windows;
    cell->ghosts_max = cell->spec.ladder ? runs : 0;
    cell->period.ghost = malloc((cell->ghosts_max + 1) * sizeof(*cell->period.ghost));
    if (!cell->surround_state || !cell->tracker || !cell->inode || !cell->slots || !cell->serials ||
        !cell->period.ghost)
        return error_set(err, EXIT_CANNOT,
                         "cell: no memory for a period of %llu writes; use a smaller --dirty",
                         (unsigned long long)s->writes);
    return 0;
}

static int make_files(struct cell *cell, struct error *err)
{
    const struct cell_spec *spec = &cell->spec;
    const struct track *track = track_get(spec->track, 0);
    for (unsigned f = 0; f < cell->files; f++) {
        if (!cell->borrows)
            cell->inode[f] =
                inode_create(cell->workspace->base, spec->file_bytes, spec->extents ? spec->extents : 1, err);
        cell->tracker[f] =
            cell->inode[f] ? track->create(spec->file_bytes, (uint32_t)spec->stream.granule, err) : NULL;
        if (!cell->tracker[f])
            return -1;
    }
    return 0;
}

enum { PAGE = 4096 };
_Static_assert(sizeof(struct cell) <= CELL_STRIDE, "a cell fits its place");

/* A free place of the workspace; where all are taken the heap has others, at least in the same sets of the
 * first-level cache. */
static struct cell *take_place(const struct workspace *w)
{
    struct cell_places *places = w->places;
    for (unsigned i = 0; i < CELL_PLACES; i++)
        if (!(places->taken & 1u << i)) {
            places->taken |= 1u << i;
            return (struct cell *)(void *)(places->base + (size_t)i * CELL_STRIDE);
        }
    return aligned_alloc(PAGE, (sizeof(struct cell) + PAGE - 1) / PAGE * PAGE);
}

static void give_back(struct cell *cell)
{
    struct cell_places *places = cell->workspace->places;
    size_t at = (size_t)((unsigned char *)cell - places->base);
    if (at < (size_t)CELL_STRIDE * CELL_PLACES)
        places->taken &= ~(1u << at / CELL_STRIDE);
    else
        free(cell);
}

static bool differ_in_path_alone(const struct cell_spec *a, const struct cell_spec *b)
{
    return a->file_bytes == b->file_bytes && a->extents == b->extents && a->threads == b->threads &&
           a->own_files == b->own_files && !memcmp(&a->stream, &b->stream, sizeof(a->stream));
}

struct cell *cell_create_beside(const struct cell_spec *spec, const struct workspace *w, struct cell *beside,
                                struct error *err)
{
    struct cell *cell = take_place(w);
    if (!cell) {
        error_set(err, EXIT_CANNOT, "cell: no memory");
        return NULL;
    }
    memset(cell, 0, sizeof(*cell));
    cell->spec = *spec;
    cell->workspace = w;
    cell->threads = spec->threads ? spec->threads : 1;
    cell->files = spec->own_files ? cell->threads : 1;
    const struct copy *copy = copy_get(spec->copy, 0);
    int bad = sys_create(cell, err) || mmap_create(cell, err);
    if (beside && differ_in_path_alone(&cell->spec, &beside->spec))
        borrow_common(cell, beside);
    else
        allocate_common(cell);
    if (bad || allocate(cell, err) || (copy->prepare && copy->prepare(err)) || make_files(cell, err) ||
        lanes_create(cell, err)) {
        cell_destroy(cell);
        return NULL;
    }
    stream_slots(&cell->spec.stream, 0, cell->slots);
    fill_period(cell);
    cell_use_layout(cell, LAYOUT_RUNG);
    enter_footprint(cell);
    return cell;
}

struct cell *cell_create(const struct cell_spec *spec, const struct workspace *w, struct error *err)
{
    return cell_create_beside(spec, w, NULL, err);
}

static void free_common(struct cell *cell)
{
    for (unsigned f = 0; cell->inode && f < cell->files; f++)
        inode_destroy(cell->inode[f]);
    free(cell->inode);
    free(cell->surround_state);
    free(cell->slots);
    free(cell->serials);
}

void cell_destroy(struct cell *cell)
{
    if (!cell)
        return;
    lanes_destroy(cell);
    latency_destroy(cell);
    sys_destroy(cell);
    mmap_destroy(cell);
    for (unsigned f = 0; cell->tracker && f < cell->files; f++)
        if (cell->tracker[f])
            track_get(cell->spec.track, 0)->destroy(cell->tracker[f]);
    free(cell->tracker);
    if (!cell->borrows)
        free_common(cell);
    free(cell->period.ghost);
    give_back(cell);
}
