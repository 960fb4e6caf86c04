/* spec_path.c - from the name of a path, or of a tracker, to the parts that it is made of */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "bench/nearest.h"
#include "base/size.h"
#include "base/text.h"
#include "bench/spec_parts.h"
#include "kernels/paths.h"

static int unknown_name(const char *what, const char *given, const char *const *names, size_t count,
                        struct error *err)
{
    const char *near = nearest_name(given, names, count);
    if (near)
        return error_set(err, EXIT_USAGE, "%s: there is no '%s'; did you mean '%s'?", what, given, near);
    return error_set(err, EXIT_USAGE, "%s: there is no '%s'; `pmembench list` shows what there is", what,
                     given);
}

int spec_pick(const char *what, const char *given, const char *const *names, size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(names[i], given))
            return (int)i;
    return unknown_name(what, given, names, count, err);
}

static int copy_by_name(const char *name, struct error *err)
{
    const char *names[COPIES];
    for (unsigned i = 0; i < COPIES; i++)
        names[i] = copy_get(i, 0)->name;
    return spec_pick("copy", name, names, COPIES, err);
}

static int track_by_name(const char *name, struct error *err)
{
    const char *names[TRACKS];
    for (unsigned i = 0; i < TRACKS; i++)
        names[i] = track_get(i, 0)->name;
    return spec_pick("track", name, names, TRACKS, err);
}

static int writeback_by_name(const char *name, struct error *err)
{
    const char *names[WRITEBACKS];
    for (unsigned i = 0; i < WRITEBACKS; i++)
        names[i] = writeback_get(i, 0)->name;
    return spec_pick("writeback", name, names, WRITEBACKS, err);
}

int spec_domain(const char *name, struct error *err)
{
    const char *names[DOMAINS];
    for (unsigned i = 0; i < DOMAINS; i++)
        names[i] = domain_get(i, 0)->name;
    return spec_pick("domain", name, names, DOMAINS, err);
}

/* "copy:track:writeback" */
static int parse_combination(const char *text, struct path_parts_ids *ids, uint32_t features,
                             struct error *err)
{
    char copy[NAME_TEXT], track[NAME_TEXT], writeback[NAME_TEXT];
    char rest;
    if (sscanf(text, "%39[^:]:%39[^:]:%39[^:]%c", copy, track, writeback, &rest) != 3)
        return error_set(err, EXIT_USAGE, "path: '%s' is neither a path nor copy:track:writeback", text);
    struct path_parts_ids widest;
    if (!strcmp(copy, "movnt")) /* the widest bypass here */
        path_resolve(path_find("bypass-wide"), features, ids->domain, &widest, NULL);
    int c = !strcmp(copy, "movnt") ? (int)widest.copy : copy_by_name(copy, err);
    int t = track_by_name(track, err);
    int w = WRITEBACK_none;
    if (strcmp(writeback, "auto"))
        w = writeback_by_name(writeback, err);
    else if (t > TRACK_none)
        w = path_writeback(features);
    if (c < 0 || t < 0 || w < 0)
        return -1;
    ids->copy = (enum copy_id)c;
    ids->track = (enum track_id)t;
    ids->writeback = (enum writeback_id)w;
    return 0;
}

void spec_skip(struct run_cell *cell, const struct error *why)
{
    cell->runnable = false;
    cell->out.status = CELL_SKIPPED;
    text_copy(cell->out.reason, sizeof(cell->out.reason), why->text);
}

/* sys-fsync@append: other blocks of the file than written ones. */
static int sys_blocks(struct run_cell *cell, const struct path_info *info, const char *given,
                      struct error *err)
{
    bool append = !strcmp(given, "append");
    if (!append && strcmp(given, "unwritten"))
        return error_set(err, EXIT_USAGE, "path: '%s@%s': behind the @ stands append or unwritten",
                         info->name, given);
    cell->spec.sys.blocks = append ? SYS_BLOCKS_APPEND : SYS_BLOCKS_UNWRITTEN;
    return 0;
}

/* What stands behind the '@' of a path. hybrid@SIZE: another size to switch at than the path's own. */
static int variation(struct run_cell *cell, const struct path_info *info, uint64_t *from, struct error *err)
{
    const char *at = strchr(cell->out.path, '@');
    cell->spec.sys = info->sys;
    if (!at)
        return 0;
    if (info->kernel == KERNEL_SYS_WRITE_FSYNC)
        return sys_blocks(cell, info, at + 1, err);
    if (!info->bypass_from)
        return error_set(
            err, EXIT_USAGE,
            "path: '%s' has no size to switch at and no blocks to name behind an @; hybrid@SIZE has, and "
            "the paths of sys_write_fsync have @append and @unwritten",
            info->name);
    if (spec_number("paths hybrid", at + 1, 1, 1ull << 28, from, err))
        return -1;
    snprintf(cell->out.path, NAME_TEXT, "%s@%llu", info->name, (unsigned long long)*from);
    return 0;
}

static const struct path_info *find_path(const char *path)
{
    char name[NAME_TEXT];
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(path, "@"), path);
    return path_find(name);
}

enum kernel spec_kernel_of(const char *path)
{
    const struct path_info *info = find_path(path);
    return info ? info->kernel : strchr(path, ':') ? KERNEL_WRITE_FSYNC : KERNELS;
}

/* What the memory under test is not good for. */
static const char *unfit(const struct path_info *info, const struct spec_env *env)
{
    bool pagemap = info->kernel == KERNEL_MMAP_FSYNC && info->track == TRACK_none;
    if (kernel_is_sys(info->kernel))
        return env->no_sys;
    return pagemap ? env->no_pagemap : NULL;
}

static int resolve_path(struct run_cell *cell, const struct spec_env *env, struct path_parts_ids *ids,
                        struct error *err)
{
    struct error lack = {0};
    const struct path_info *info = find_path(cell->out.path);
    ids->domain = env->domain;
    if (info) {
        if (path_resolve(info, env->features, env->domain, ids, &lack))
            spec_skip(cell, &lack);
        const char *why = unfit(info, env);
        if (why && cell->runnable && error_set(&lack, EXIT_CANNOT, "%s", why))
            spec_skip(cell, &lack);
        snprintf(cell->out.copy, NAME_TEXT, "%s", info->copy_asked);
        cell->out.reference_only = info->reference_only;
        return variation(cell, info, &ids->bypass_from, err);
    }
    if (!strchr(cell->out.path, ':')) {
        const char *names[PATHS];
        for (unsigned i = 0; i < PATHS; i++)
            names[i] = path_info(i)->name;
        return unknown_name("path", cell->out.path, names, PATHS, err);
    }
    if (parse_combination(cell->out.path, ids, env->features, err))
        return -1;
    snprintf(cell->out.copy, NAME_TEXT, "%.*s", (int)strcspn(cell->out.path, ":"), cell->out.path);
    if (path_check_features(ids, env->features, &lack))
        spec_skip(cell, &lack);
    return cell->spec.kernel == KERNEL_COPY ? 0 : path_check_durable(ids, err);
}

/* A path that a kernel was named for must be one of its; kernel copy has those of write() without a tracker.
 */
static int check_kernel(const struct run_cell *cell, int asked, struct error *err)
{
    enum kernel of = spec_kernel_of(cell->out.path);
    if (asked < 0 || of == (enum kernel)asked || (asked == KERNEL_COPY && of == KERNEL_WRITE_FSYNC))
        return 0;
    return error_set(err, EXIT_USAGE,
                     "path: '%s' is of kernel %s, not of %s; leave the kernel out: each path has its own",
                     cell->out.path, kernel_name(of), kernel_name((enum kernel)asked));
}

static int check_copy(const struct run_cell *cell, const struct path_parts_ids *ids, struct error *err)
{
    if (ids->bypass_from)
        return error_set(err, EXIT_USAGE,
                         "path: '%s' is two paths by size, and kernel copy measures one copy; use bypass, "
                         "eager or COPY:none:none, or leave the kernel out",
                         cell->out.path);
    if (ids->track != TRACK_none)
        return error_set(err, EXIT_USAGE,
                         "path: '%s' has a tracker, and kernel copy has no fsync that would ask it; use "
                         "bypass, eager or COPY:none:none, or leave the kernel out",
                         cell->out.path);
    return cell->out.reference_only ? 0 : path_check_durable(ids, err);
}

int spec_kernel(struct run_cell *cell, const struct spec_env *env, struct path_parts_ids *ids,
                struct error *err)
{
    const char *names[KERNELS];
    for (int k = 0; k < KERNELS; k++)
        names[k] = kernel_name((enum kernel)k);
    int kernel = *cell->out.kernel ? spec_pick("kernel", cell->out.kernel, names, KERNELS, err) : KERNELS;
    if (kernel < 0)
        return -1;
    cell->spec.kernel = (enum kernel)kernel;
    if (kernel != KERNEL_TRACK) {
        if (resolve_path(cell, env, ids, err) || check_kernel(cell, kernel == KERNELS ? -1 : kernel, err))
            return -1;
        if (kernel == KERNEL_COPY) {
            ids->kernel = KERNEL_COPY;
            ids->writeback = WRITEBACK_none;
            if (check_copy(cell, ids, err))
                return -1;
        }
        cell->spec.kernel = ids->kernel;
        snprintf(cell->out.kernel, NAME_TEXT, "%s", kernel_name(ids->kernel));
        return 0;
    }
    int track = track_by_name(cell->out.path, err);
    if (track == TRACK_none)
        return error_set(err, EXIT_USAGE, "path: kernel track measures a tracker; 'none' does nothing");
    *ids = (struct path_parts_ids){
        .track = (enum track_id)track, .writeback = WRITEBACK_none, .domain = env->domain};
    return track < 0 ? -1 : 0;
}
