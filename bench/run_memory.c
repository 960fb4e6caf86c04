/* run_memory.c - the memory that a run's cells need */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/run_parts.h"

struct needs run_needs(const struct run_cells *cells)
{
    struct needs n = {.bytes = FILE_START, .size = 1};
    for (size_t i = 0; i < cells->count; i++) {
        const struct cell_spec *s = &cells->cells[i].spec;
        if (!cells->cells[i].runnable || s->kernel != KERNEL_WRITE_FSYNC)
            continue;
        uint64_t bytes = FILE_START + s->stream.footprint + s->stream.offset + s->stream.granule;
        n.bytes = bytes > n.bytes ? bytes : n.bytes;
        n.size = s->stream.size > n.size ? s->stream.size : n.size;
        n.delay = s->delay > n.delay ? s->delay : n.delay;
        n.cold |= s->cold_source;
    }
    return n;
}

struct region_request run_memory(const struct run *r)
{
    const struct run_options *o = &r->options;
    return (struct region_request){.path = o->path,
                                   .bytes = run_needs(&r->cells).bytes,
                                   .node = o->node,
                                   .keep = o->keep,
                                   .destroy = o->destroy,
                                   .medium_is_real = o->medium_is_real,
                                   .hypervisor = r->probe.machine.hypervisor,
                                   .sys_root = o->sys_root};
}

int run_open_memory(struct run *r, struct error *err)
{
    struct needs n = run_needs(&r->cells);
    const struct machine_probe *p = &r->probe;
    struct region_request request = run_memory(r);
    if (written_check(&r->written, written_least(r->groups, r->group_count, n.bytes), err) ||
        region_open(&r->region, &request, err))
        return -1;
    r->written.bytes = r->resume.written + r->region.bytes;
    r->workspace = (struct workspace){.base = r->region.base,
                                      .bytes = r->region.bytes,
                                      .l1d_bytes = known_or(p->l1d_bytes, L1D_COMMON),
                                      .l2_bytes = known_or(p->l2_bytes, L2_COMMON),
                                      .llc_bytes = llc_of(p),
                                      .cpus = r->cpu_count ? r->cpus : NULL,
                                      .cpu_count = r->cpu_count};
    if (workspace_open(&r->workspace, n.size, n.delay, r->options.seed, err))
        return -1;
    return n.cold ? workspace_cold(&r->workspace, n.size, r->options.seed, err) : 0;
}
