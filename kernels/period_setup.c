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
    p->domain = domain_get(cell->spec.domain, layout);
    p->writeback = writeback_get(p->domain->flushes_caches ? cell->spec.writeback : WRITEBACK_none, layout);
    p->surround = surround_of(&cell->spec, layout);
}

void cell_set_period(struct cell *cell, uint64_t window, uint64_t serial)
{
    struct period *p = &cell->period;
    const struct stream *s = &cell->spec.stream;
    p->window = stream_window(s, window);
    if (s->access == ACCESS_RANDOM)
        stream_slots(s, serial, cell->slots);
    struct rng r = {.state = s->seed ^ serial};
    p->position = rng_below(&r, p->source_bytes / SOURCE_LINE) * SOURCE_LINE;
}
