/* run_memory.c - the memory that a run's cells need */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "base/text.h"
#include "bench/region_parts.h"
#include "bench/run_parts.h"
#include "kernels/paths.h"
#include "kernels/protection.h"

static void add_stores(struct needs *n, const struct cell_spec *s, uint64_t bytes)
{
    bool huge = s->stream.granule >= HUGE_BYTES;
    n->huge_stores = n->stores ? n->huge_stores && huge : huge;
    n->stores = bytes > n->stores ? bytes : n->stores;
    n->protect |= s->kernel == KERNEL_MMAP_FSYNC && s->track != TRACK_none;
}

struct needs run_needs(const struct run_cells *cells)
{
    struct needs n = {.bytes = FILE_START, .size = 1};
    for (size_t i = 0; i < cells->count; i++) {
        const struct cell_spec *s = &cells->cells[i].spec;
        if (!cells->cells[i].runnable || s->kernel == KERNEL_TRACK)
            continue;
        uint64_t bytes = FILE_START + s->stream.footprint + s->stream.offset + s->stream.granule;
        n.bytes = bytes > n.bytes ? bytes : n.bytes;
        n.size = s->stream.size > n.size ? s->stream.size : n.size;
        n.delay = s->delay > n.delay ? s->delay : n.delay;
        n.cold |= s->cold_source;
        n.sys |= kernel_is_sys(s->kernel);
        n.scratch |= s->sys.blocks != SYS_BLOCKS_WRITTEN;
        if (kernel_is_mmap(s->kernel))
            add_stores(&n, s, bytes);
    }
    return n;
}

uint64_t run_bytes(const struct run *r)
{
    struct needs n = run_needs(&r->cells);
    return n.bytes + (r->options.path ? 0 : n.stores);
}

struct region_request run_memory(const struct run *r)
{
    const struct run_options *o = &r->options;
    return (struct region_request){.path = o->path,
                                   .bytes = run_needs(&r->cells).bytes,
                                   .beside = o->path ? 0 : run_needs(&r->cells).stores,
                                   .node = o->node,
                                   .keep = o->keep,
                                   .destroy = o->destroy,
                                   .medium_is_real = o->medium_is_real,
                                   .hypervisor = r->probe.machine.hypervisor,
                                   .sys_root = o->sys_root};
}

/* How pages of it are write-protected, asked of a few of them. */
static int look_at_protection(struct run *r, struct error *err)
{
    uint64_t granule = r->kinds.protect_bytes;
    struct protection *p = protection_create(r->stores.base, granule, (uint32_t)granule, PROTECT_AUTO, err);
    if (!p)
        return -1;
    text_copy(r->region.facts.write_protect, sizeof(r->region.facts.write_protect),
              protection_way_name(protection_way(p)));
    protection_destroy(p);
    return 0;
}

/* The second mapping and the descriptors, where a cell needs them. */
static int open_beside(struct run *r, const struct needs *n, const struct region_request *request,
                       struct error *err)
{
    if (n->sys) {
        region_sys_open(&r->sys_file, &r->region, n->scratch);
        r->has_sys_file = true;
        r->workspace.sys = &r->sys_file;
    }
    if (!n->stores)
        return 0;
    if (region_stores_open(&r->stores, &r->region, request, n->stores, n->huge_stores, err))
        return -1;
    r->written.bytes += request->path ? 0 : r->stores.bytes;
    r->workspace.stores = r->stores.base;
    r->workspace.stores_bytes = r->stores.bytes;
    return n->protect ? look_at_protection(r, err) : 0;
}

void run_close_memory(struct run *r)
{
    region_stores_close(&r->stores);
    if (r->has_sys_file)
        region_sys_close(&r->sys_file);
    r->has_sys_file = false;
}

int run_open_memory(struct run *r, struct error *err)
{
    struct needs n = run_needs(&r->cells);
    const struct machine_probe *p = &r->probe;
    struct region_request request = run_memory(r);
    if (written_check(&r->written, written_least(r->groups, r->group_count, run_bytes(r)), err) ||
        region_open(&r->region, &request, err))
        return -1;
    r->written.bytes = r->resume.written + r->region.bytes;
    r->workspace = (struct workspace){.base = r->region.base,
                                      .bytes = r->region.bytes,
                                      .file = r->options.path != NULL,
                                      .l1d_bytes = known_or(p->l1d_bytes, L1D_COMMON),
                                      .l2_bytes = known_or(p->l2_bytes, L2_COMMON),
                                      .llc_bytes = llc_of(p),
                                      .cpus = r->cpu_count ? r->cpus : NULL,
                                      .cpu_count = r->cpu_count};
    if (open_beside(r, &n, &request, err) ||
        workspace_open(&r->workspace, n.size, n.delay, r->options.seed, err))
        return -1;
    return n.cold ? workspace_cold(&r->workspace, n.size, r->options.seed, err) : 0;
}

int run_open_drain(struct run *r, struct error *err)
{
    int domain = spec_domain(r->options.domain, err);
    if (domain < 0 ||
        real_drain_open(r->options.sys_root, &r->region, (enum domain_id)domain, &r->real_drain, err))
        return -1;
    r->workspace.drain_device = real_drain_device(&r->real_drain);
    return 0;
}

int run_same_drain(const struct run *r, struct error *err)
{
    const json_t *domain = json_object_get(json_object_get(r->resume.journal, "head"), "domain");
    const char *then = json_string_value(json_object_get(json_object_get(domain, "drain"), "source"));
    const char *now = r->result.domain.drain.source;
    if (!then || !strcmp(then, now))
        return 0;
    return error_set(err, EXIT_CANNOT,
                     "--resume %s: its drain was %.80s, this is %.80s: samples of two drains are not mixed; "
                     "run anew with another --out",
                     r->options.resume, then, now);
}
