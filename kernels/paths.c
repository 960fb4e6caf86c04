/* paths.c - the table of named paths */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/paths.h"

#include <string.h>

#include "base/cpu.h"

static const struct path_info paths[PATHS] = {
    {"bypass",
     "what Linux does today: non-temporal copy, nothing remembered; the baseline",
     "movnti",
     {COPY_movnti, COPY_movnti_clflushopt},
     2,
     TRACK_none,
     false},
    {"bypass-wide",
     "the widest bypass here: movdir64b, else the widest non-temporal stores",
     "movnt",
     {COPY_movdir64b, COPY_movnt_avx512, COPY_movnt_avx2},
     3,
     TRACK_none,
     false},
    {"eager",
     "cached copy, each line written back at once",
     "line+clwb",
     {COPY_line_clwb, COPY_line_clflushopt},
     2,
     TRACK_none,
     false},
    {"dm-writecache",
     "cached copy with CLFLUSHOPT a line, as Linux' dm-writecache at 768 B and above",
     "line+clflushopt",
     {COPY_line_clflushopt},
     1,
     TRACK_none,
     false},
    {"deferred-radix",
     "the proposal: cached copy, radix tree tags (Linux 4.x), fsync writes back",
     "cached",
     {COPY_rep_movsb, COPY_movq},
     2,
     TRACK_radix,
     false},
    {"deferred-xarray",
     "the proposal: cached copy, XArray marks (Linux today), fsync writes back",
     "cached",
     {COPY_rep_movsb, COPY_movq},
     2,
     TRACK_xarray,
     false},
    {"deferred-bitmap",
     "the proposal with a flat bitmap instead of a tree",
     "cached",
     {COPY_rep_movsb, COPY_movq},
     2,
     TRACK_bitmap,
     false},
    {"volatile",
     "cached copy, nothing remembered, nothing flushed: NOT durable, the floor",
     "cached",
     {COPY_rep_movsb, COPY_movq},
     2,
     TRACK_none,
     true},
};

const struct path_info *path_info(unsigned i)
{
    return &paths[i];
}

const struct path_info *path_find(const char *name)
{
    for (unsigned i = 0; i < PATHS; i++)
        if (!strcmp(paths[i].name, name))
            return &paths[i];
    return NULL;
}

static int lacks(const char *part, const char *name, uint32_t needed, uint32_t features, struct error *err)
{
    char list[128];
    if (!(needed & ~features))
        return 0;
    return error_set(err, EXIT_CANNOT,
                     "%s '%s' needs %s, which this CPU lacks; `pmembench list` shows what it has", part, name,
                     cpu_feature_list(needed & ~features, list, sizeof(list)));
}

int path_check_features(const struct path_parts_ids *ids, uint32_t features, struct error *err)
{
    const struct copy *copy = copy_get(ids->copy, 0);
    const struct writeback *writeback = writeback_get(ids->writeback, 0);
    if (lacks("copy", copy->name, copy->features, features, err))
        return -1;
    return lacks("write-back", writeback->name, writeback->features, features, err);
}

int path_resolve(const struct path_info *path, uint32_t features, enum domain_id domain,
                 struct path_parts_ids *out, struct error *err)
{
    *out = (struct path_parts_ids){
        .copy = path->copy[0], .track = path->track, .writeback = WRITEBACK_none, .domain = domain};
    for (unsigned i = 0; i < path->copies; i++)
        if (!(copy_get(path->copy[i], 0)->features & ~features)) {
            out->copy = path->copy[i];
            break;
        }
    if (path->track != TRACK_none)
        out->writeback = features & CPU_CLWB ? WRITEBACK_clwb : WRITEBACK_clflushopt;
    return path_check_features(out, features, err);
}

int path_check_durable(const struct path_parts_ids *ids, struct error *err)
{
    const struct copy *copy = copy_get(ids->copy, 0);
    const struct track *track = track_get(ids->track, 0);
    const struct domain *domain = domain_get(ids->domain, 0);
    if (copy->durable || !domain->flushes_caches)
        return 0;
    if (track->shape == SHAPE_DIRECT)
        return error_set(
            err, EXIT_USAGE,
            "copy '%s' leaves the data in the cache and track 'none' does not remember them, so fsync "
            "cannot make them durable under domain '%s'; add --track bitmap, or use --paths volatile",
            copy->name, domain->name);
    if (!writeback_get(ids->writeback, 0)->range)
        return error_set(
            err, EXIT_USAGE,
            "copy '%s' leaves the data in the cache and write-back 'none' never moves them, so they are "
            "not durable under domain '%s'; use --writeback clwb, or --domain eadr",
            copy->name, domain->name);
    return 0;
}
