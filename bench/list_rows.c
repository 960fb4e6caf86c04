/* list_rows.c - strategies and axes as rows */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/list_rows.h"

#include "base/cpu.h"
#include "base/text.h"
#include "bench/builtin.h"
#include "kernels/paths.h"
#include "kernels/protection.h"
#include "results/result.h"
#include "strategies/copy.h"
#include "strategies/domain.h"
#include "strategies/track.h"
#include "strategies/writeback.h"

static struct list_row copy_row(size_t i)
{
    static const char *const resident[] = {
        [RESIDENT_NO] = "no", [RESIDENT_YES] = "yes", [RESIDENT_AS_CLWB] = "as CLWB does (see probe)"};
    static const char *const fence[] = {
        [FENCE_NONE] = "none", [FENCE_NEEDED] = "needed", [FENCE_INSIDE] = "inside"};
    const struct copy *c = copy_get((enum copy_id)i, LAYOUT_RUNG);
    return (struct list_row){c->name,
                             c->summary,
                             {{"registers", c->gpr_only ? "gpr" : "simd", false},
                              {"resident", resident[c->resident], false},
                              {"durable", NULL, c->durable},
                              {"fence", fence[c->fence], false},
                              {"counted", NULL, !c->opaque}},
                             .features = c->features};
}

static struct list_row track_row(size_t i)
{
    static const char *const shape[] = {
        [SHAPE_DIRECT] = "direct", [SHAPE_TREE] = "tree", [SHAPE_BITMAP] = "bitmap"};
    const struct track *t = track_get((enum track_id)i, LAYOUT_RUNG);
    return (struct list_row){t->name,
                             t->summary,
                             {{"shape", shape[t->shape], false},
                              {"one_fsync_at_a_time", NULL, t->single_fsync},
                              {"promise", t->promise, false}},
                             .features = 0};
}

static struct list_row writeback_row(size_t i)
{
    const struct writeback *w = writeback_get((enum writeback_id)i, LAYOUT_RUNG);
    return (struct list_row){.name = w->name, .summary = w->summary, .features = w->features};
}

static struct list_row domain_row(size_t i)
{
    const struct domain *d = domain_get((enum domain_id)i, LAYOUT_RUNG);
    return (struct list_row){d->name,
                             d->summary,
                             {{"flushes_caches", NULL, d->flushes_caches},
                              {"drain", d->drain_kind, false},
                              {"drain_modelled", NULL, d->drain_modelled},
                              {"uncertain", NULL, d->uncertain}},
                             .features = 0};
}

static struct list_row axis_row(size_t i)
{
    const struct axis_info *a = axis_info((enum axis_id)i);
    return (struct list_row){
        .name = a->name, .summary = a->help, .traits = {{"default", a->standard, false}}};
}

/* What a path of stores or of the system's calls needs besides. */
static void needs_more(struct list_row *row, const struct path_info *p)
{
    struct error why = {0};
    if (kernel_is_sys(p->kernel))
        text_copy(row->reason, sizeof(row->reason), "needs --path FILE");
    else if (p->kernel == KERNEL_MMAP_FSYNC && p->track == TRACK_none &&
             protection_available(PROTECT_PAGEMAP, &why))
        text_copy(row->reason, sizeof(row->reason), why.text);
}

/* The features of the copy that the path would take last: without it and all before, it cannot run. */
static struct list_row path_row(size_t i)
{
    static const char *const groups[KERNELS] = {
        [KERNEL_WRITE_FSYNC] = "of write() (kernel write_fsync)",
        [KERNEL_MMAP_FSYNC] = "of stores through a mapping (kernel mmap_fsync)",
        [KERNEL_SYS_WRITE_FSYNC] = "the system's own write() (kernel sys_write_fsync)",
        [KERNEL_SYS_MMAP_FSYNC] = "the system's own mmap() (kernel sys_mmap_fsync)"};
    const struct path_info *p = path_info((unsigned)i);
    struct path_parts_ids ids;
    bool can = !path_resolve(p, cpu_features(), DOMAIN_adr, &ids, NULL);
    const struct copy *copy = copy_get(can ? ids.copy : p->copy[p->copies - 1], LAYOUT_RUNG);
    bool system = p->kernel == KERNEL_SYS_WRITE_FSYNC;
    struct list_row row = {.name = p->name,
                           .summary = p->summary,
                           .traits = {{"kernel", kernel_name(p->kernel), false},
                                      {"copy", system ? "system" : copy->name, false},
                                      {"track", track_get(p->track, LAYOUT_RUNG)->name, false},
                                      {"durable", NULL, !p->reference_only}},
                           .features = system ? 0 : copy->features,
                           .group = groups[p->kernel]};
    needs_more(&row, p);
    return row;
}

static struct list_row plan_row(size_t i)
{
    return (struct list_row){.name = builtin_plan((unsigned)i).name,
                             .summary = builtin_plan((unsigned)i).summary};
}

static const struct list_section sections[] = {
    {"paths", "paths (--paths): whole compositions, and the copy that each takes here", true, PATHS,
     path_row},
    {"plans", "plans (--plan): what a run measures", false, BUILTIN_PLANS, plan_row},
    {"copy", "copy (--copy): how the bytes get there", true, COPIES, copy_row},
    {"track", "track (--track): how the path remembers what is dirty", false, TRACKS, track_row},
    {"writeback", "writeback (--writeback): how fsync writes lines back", true, WRITEBACKS, writeback_row},
    {"domain", "domain (--domain): what the platform asks of fsync", false, DOMAINS, domain_row},
    {"axes", "axes (--NAME VALUE,..): what is varied", false, AXES, axis_row},
};

const struct list_section *list_sections(size_t *count)
{
    *count = sizeof(sections) / sizeof(sections[0]);
    return sections;
}
