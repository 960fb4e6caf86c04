/* rig.h - a small workspace, the combinations of parts under test, and cells made of them */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_KERNELS_RIG_H
#define TESTS_KERNELS_RIG_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cpu.h"
#include "kernels/internal.h"
#include "kernels/paths.h"
#include "strategies/prim.h"

enum {
    RIG_BYTES = FILE_START + (24 << 20),
    RIG_MAX_SIZE = 1 << 16,
    RIG_MAX_DELAY = 1 << 20,
    RIG_GRANULE = 4096
};

/* What is tested: every named path of write(), and compositions that bring steps together that no named path
 * has. */
struct combo {
    const char *name;
    const struct path_info *path; /* NULL: the parts below */
    enum copy_id copy;
    enum track_id track;
};

static const struct combo rig_extra[] = {
    {"bypass-clflushopt", NULL, COPY_movnti_clflushopt, TRACK_none},
    {"movnti-6.1", NULL, COPY_movnti_6_1, TRACK_none},
    {"memcpy-flushcache", NULL, COPY_memcpy_flushcache, TRACK_none},
    {"wide-sse2", NULL, COPY_movnt_sse2, TRACK_none},
    {"wide-avx2", NULL, COPY_movnt_avx2, TRACK_none},
    {"cached-bitmap2", NULL, COPY_memcpy, TRACK_bitmap2},
    {"movnti-xarray", NULL, COPY_movnti, TRACK_xarray},
    {"movnti-bitmap", NULL, COPY_movnti, TRACK_bitmap},
    {"cached-radix-4.7", NULL, COPY_memcpy, TRACK_radix_4_7},
    {"cached-xarray-order", NULL, COPY_memcpy, TRACK_xarray_order},
};

static inline unsigned combo_count(void)
{
    return PATHS_WRITE + sizeof(rig_extra) / sizeof(rig_extra[0]);
}

static inline struct combo combo_get(unsigned i)
{
    if (i >= PATHS_WRITE)
        return rig_extra[i - PATHS_WRITE];
    return (struct combo){.name = path_info(i)->name, .path = path_info(i)};
}

static inline struct combo combo_named(const char *name)
{
    for (unsigned i = 0; i < combo_count(); i++)
        if (!strcmp(combo_get(i).name, name))
            return combo_get(i);
    fail_msg("no combination '%s'", name);
    return (struct combo){0};
}

/* The axes that tests vary; 0 is the plain choice of each. */
struct axes {
    uint64_t size, offset, slots, windows, overwrite, extents, delay;
    enum stream_access access;
    enum stream_order order;
    enum domain_id domain;
    enum cell_surround surround;
    enum cell_dest dest;
    bool never, cold; /* dirty=never; source=cold */
};

static inline uint64_t or_else(uint64_t x, uint64_t other)
{
    return x ? x : other;
}

/* The combination's parts. false: this CPU lacks something, which is said. */
static inline bool combo_parts(const struct combo *c, enum domain_id domain, struct path_parts_ids *ids)
{
    struct error err = {0};
    uint32_t features = cpu_features();
    *ids = (struct path_parts_ids){
        .copy = c->copy, .track = c->track, .writeback = WRITEBACK_none, .domain = domain};
    if (!c->path && c->track != TRACK_none)
        ids->writeback = path_writeback(features);
    int bad = c->path ? path_resolve(c->path, features, domain, ids, &err)
                      : path_check_features(ids, features, &err);
    if (bad)
        print_message("%s: skipped, %s\n", c->name, err.text);
    return !bad;
}

/* The cell of these parts and axes, its footprint exactly its windows. */
static inline struct cell_spec rig_spec(const struct path_parts_ids *asked, const struct axes *a)
{
    struct path_parts_ids parts = *asked, *ids = &parts;
    int bypass = path_bypasses(a->size, cpu_features(), ids, NULL);
    assert_true(bypass >= 0);
    const struct copy *copy = copy_get(ids->copy, 0);
    uint64_t stride =
        a->access == ACCESS_SPARSE ? (a->size + RIG_GRANULE - 1) / RIG_GRANULE * RIG_GRANULE : a->size;
    uint64_t slots = or_else(a->slots, 24);
    struct cell_spec spec = {.kernel = KERNEL_WRITE_FSYNC,
                             .copy = ids->copy,
                             .track = ids->track,
                             .writeback = ids->writeback,
                             .domain = ids->domain,
                             .fsync = !a->never,
                             .fence_write =
                                 ids->track == TRACK_none && copy->durable && copy->fence == FENCE_NEEDED,
                             .bypass = bypass == 1,
                             .surround = a->surround,
                             .dest = a->dest,
                             .cold_source = a->cold,
                             .ladder = true,
                             .file_bytes = RIG_BYTES,
                             .extents = or_else(a->extents, 1),
                             .delay = a->delay,
                             .stream = {.size = a->size,
                                        .offset = a->offset,
                                        .granule = RIG_GRANULE,
                                        .footprint = stride * slots * or_else(a->windows, 2),
                                        .dirty = a->size * slots,
                                        .overwrite = or_else(a->overwrite, 1),
                                        .access = a->access,
                                        .order = a->order,
                                        .seed = 42}};
    struct error err = {0};
    if (stream_resolve(&spec.stream, &err))
        fail_msg("%s", err.text);
    assert_int_equal(spec.stream.slots, slots);
    assert_int_equal(spec.stream.windows, or_else(a->windows, 2));
    return spec;
}

static inline struct cell *rig_cell(const struct workspace *w, const struct cell_spec *spec)
{
    struct error err = {0};
    struct cell *cell = cell_create(spec, w, &err);
    if (!cell)
        fail_msg("%s", err.text);
    return cell;
}

/* The cell of a combination; NULL: skipped by name. */
static inline struct cell *rig_combo(const struct workspace *w, const struct combo *c, const struct axes *a)
{
    struct path_parts_ids ids;
    if (!combo_parts(c, a->domain, &ids))
        return NULL;
    struct cell_spec spec = rig_spec(&ids, a);
    return rig_cell(w, &spec);
}

/* cmocka group setup and teardown: *state is the workspace. */
static inline int rig_open(void **state)
{
    static struct workspace w; /* lives as long as the group */
    struct error err = {0};
    w = (struct workspace){
        .bytes = RIG_BYTES, .l1d_bytes = 32 << 10, .l2_bytes = 1 << 20, .llc_bytes = 2 << 20};
    w.base =
        mmap(NULL, RIG_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    *state = &w;
    if (w.base == MAP_FAILED || workspace_open(&w, RIG_MAX_SIZE, RIG_MAX_DELAY, 7, &err) ||
        workspace_cold(&w, RIG_MAX_SIZE, 7, &err)) {
        print_error("%s\n", err.text);
        return -1;
    }
    return 0;
}

static inline int rig_close(void **state)
{
    struct workspace *w = *state;
    workspace_close(w);
    return munmap(w->base, RIG_BYTES);
}

/* Nothing in the tracker is marked (but 4.7's keeps all its marks) or tagged, no lock is held, and the inode
 * is clean unless there is no fsync. */
static inline const char *rig_unclean(struct cell *cell)
{
    struct period *p = &cell->period;
    struct track_cursor cur = {0};
    struct track_run run;
    if (p->inode->rwsem || p->inode->state_lock)
        return "an inode lock is held";
    if (p->fsync && p->inode->state)
        return "the inode is dirty";
    if (p->track->shape == SHAPE_DIRECT)
        return NULL;
    bool keeps = !strcmp(p->track->name, "radix-4.7");
    bool tagged = !keeps && p->track->tag(p->tracker, &cur), found = p->track->next(p->tracker, &cur, &run);
    p->track->end(p->tracker, &cur);
    if (found || (tagged && p->track->shape == SHAPE_TREE))
        return "the tracker holds a mark";
    return NULL;
}

#endif
