/* period_setup.c - gives a period its strategies, its place and its data */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/internal.h"

#include "base/rng.h"

static const struct surround *surround_of(const struct cell_spec *spec, unsigned layout)
{
    if (spec->surround == SURROUND_NONE)
        return NULL;
    const struct path_parts *parts = path_parts(layout);
    return spec->surround == SURROUND_KERNEL ? parts->surround_kernel : parts->surround_syscall;
}

void cell_use_layout(struct cell *cell, unsigned layout)
{
    struct period *p = &cell->period;
    p->copy = copy_get(cell->spec.copy, layout);
    p->track = track_get(cell->spec.track, layout);
    p->entry_shift = p->granule_shift;
    if (p->track->entry_bytes > 1ull << p->granule_shift)
        p->entry_shift = (uint32_t)__builtin_ctzll(p->track->entry_bytes);
    p->domain = domain_get(cell->spec.domain, layout);
    p->writeback = writeback_get(p->domain->flushes_caches ? cell->spec.writeback : WRITEBACK_none, layout);
    p->surround = surround_of(&cell->spec, layout);
}

/* Two cells never write the same data at the same turn, or one could leave what the other is checked for. */
static uint64_t salt(const struct cell *cell)
{
    const struct cell_spec *spec = &cell->spec;
    return ((uint64_t)spec->kernel << 40 | (uint64_t)spec->sys.blocks << 36 | (uint64_t)spec->sys.end << 32 |
            (uint64_t)spec->copy << 16 | (uint64_t)spec->track << 8 | spec->writeback) *
           0x9e3779b97f4a7c15u;
}

static uint64_t warm_position(const struct cell *cell, uint64_t serial)
{
    struct rng r = {.state = cell->spec.stream.seed ^ serial ^ salt(cell)};
    return rng_below(&r, cell->period.source_bytes / SOURCE_LINE) * SOURCE_LINE;
}

/* On from where the period before ended. */
static uint64_t cold_position(const struct cell *cell, uint64_t serial)
{
    const struct period *p = &cell->period;
    uint64_t start = salt(cell) % (p->source_bytes / SOURCE_LINE) * SOURCE_LINE;
    return (start + serial * p->writes % (p->source_bytes / SOURCE_LINE) * p->source_step) % p->source_bytes;
}

uint64_t cell_position(const struct cell *cell, uint64_t serial)
{
    return cell->spec.cold_source ? cold_position(cell, serial) : warm_position(cell, serial);
}

void cell_set_period(struct cell *cell, uint64_t window, uint64_t serial)
{
    struct period *p = &cell->period;
    const struct stream *s = &cell->spec.stream;
    p->window = stream_window(s, window);
    if (s->access == ACCESS_RANDOM)
        stream_slots(s, serial, cell->slots);
    p->position = cell_position(cell, serial);
}
