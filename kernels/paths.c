/* paths.c - the table of named paths */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/paths.h"

#include <string.h>

#include "base/cpu.h"

static const struct path_info paths[PATHS] = {
    {.name = "bypass",
     .summary = "what Linux does today: non-temporal copy, nothing remembered; the baseline",
     .copy_asked = "movnti",
     .copy = {COPY_movnti, COPY_movnti_clflushopt},
     .copies = 2,
     .track = TRACK_none},
    {.name = "bypass-wide",
     .summary = "the widest bypass here: movdir64b, else the widest non-temporal stores",
     .copy_asked = "movnt",
     .copy = {COPY_movdir64b, COPY_movnt_avx512, COPY_movnt_avx2, COPY_movnt_sse2},
     .copies = 4,
     .track = TRACK_none},
    {.name = "eager",
     .summary = "cached copy, each line written back at once",
     .copy_asked = "line+clwb",
     .copy = {COPY_line_clwb, COPY_line_clflushopt},
     .copies = 2,
     .track = TRACK_none},
    {.name = "eager-range",
     .summary = "cached copy of the whole write, then the write-back of its lines",
     .copy_asked = "memcpy+clwb",
     .copy = {COPY_memcpy_clwb, COPY_memcpy_clflushopt, COPY_memcpy_clflush},
     .copies = 3,
     .track = TRACK_none},
    {.name = "dm-writecache",
     .summary = "cached copy with CLFLUSHOPT a line, as Linux' dm-writecache at 768 B and above",
     .copy_asked = "line+clflushopt",
     .copy = {COPY_line_clflushopt},
     .copies = 1,
     .track = TRACK_none},
    {.name = "libpmem-t",
     .summary = "libpmem2's memcpy asked for temporal stores: cached, then written back",
     .copy_asked = "pmem2-t",
     .copy = {COPY_pmem2_t},
     .copies = 1,
     .track = TRACK_none},
    {.name = "libpmem-nt",
     .summary = "libpmem2's memcpy asked for non-temporal stores",
     .copy_asked = "pmem2-nt",
     .copy = {COPY_pmem2_nt},
     .copies = 1,
     .track = TRACK_none},
    {.name = "deferred-radix",
     .summary = "the proposal: cached copy, radix tree tags (Linux 4.x), fsync writes back",
     .copy_asked = "cached",
     .copy = {COPY_rep_movsb, COPY_movq},
     .copies = 2,
     .track = TRACK_radix},
    {.name = "deferred-xarray",
     .summary = "the proposal: cached copy, XArray marks (Linux today), fsync writes back",
     .copy_asked = "cached",
     .copy = {COPY_rep_movsb, COPY_movq},
     .copies = 2,
     .track = TRACK_xarray},
    {.name = "deferred-bitmap",
     .summary = "the proposal with a flat bitmap instead of a tree",
     .copy_asked = "cached",
     .copy = {COPY_rep_movsb, COPY_movq},
     .copies = 2,
     .track = TRACK_bitmap},
    {.name = "deferred-bitmap2",
     .summary = "the proposal with a bitmap of two levels: hybrid's cached half",
     .copy_asked = "cached",
     .copy = {COPY_rep_movsb, COPY_movq},
     .copies = 2,
     .track = TRACK_bitmap2},
    {.name = "deferred-user-radix",
     .summary = "as deferred-radix with libc's memcpy: what user space could do",
     .copy_asked = "memcpy",
     .copy = {COPY_memcpy},
     .copies = 1,
     .track = TRACK_radix},
    {.name = "deferred-user-xarray",
     .summary = "as deferred-xarray with libc's memcpy: what user space could do",
     .copy_asked = "memcpy",
     .copy = {COPY_memcpy},
     .copies = 1,
     .track = TRACK_xarray},
    {.name = "deferred-user-bitmap",
     .summary = "as deferred-bitmap with libc's memcpy: what user space could do",
     .copy_asked = "memcpy",
     .copy = {COPY_memcpy},
     .copies = 1,
     .track = TRACK_bitmap},
    {.name = "hybrid",
     .summary =
         "cached and marked below a size, the bypass from it on: hybrid@SIZE, 4 KiB where none is said",
     .copy_asked = "hybrid",
     .copy = {COPY_rep_movsb, COPY_movq},
     .copies = 2,
     .track = TRACK_bitmap2,
     .bypass_from = HYBRID_FROM},
    {.name = "volatile",
     .summary = "cached copy, nothing remembered, nothing flushed: NOT durable, the floor",
     .copy_asked = "cached",
     .copy = {COPY_rep_movsb, COPY_movq},
     .copies = 2,
     .track = TRACK_none,
     .reference_only = true},
    {.name = "mmap-xarray",
     .summary =
         "stores through a mapping: a write-protect fault marks the XArray, as Linux' mmap on DAX does",
     .kernel = KERNEL_MMAP_FSYNC,
     .copy_asked = "memcpy",
     .copy = {COPY_memcpy},
     .copies = 1,
     .track = TRACK_xarray},
    {.name = "mmap-radix",
     .summary = "the same with the radix tree of Linux 4.x",
     .kernel = KERNEL_MMAP_FSYNC,
     .copy_asked = "memcpy",
     .copy = {COPY_memcpy},
     .copies = 1,
     .track = TRACK_radix},
    {.name = "mmap-bitmap",
     .summary = "the same with a flat bitmap",
     .kernel = KERNEL_MMAP_FSYNC,
     .copy_asked = "memcpy",
     .copy = {COPY_memcpy},
     .copies = 1,
     .track = TRACK_bitmap},
    {.name = "mmap-pagemap",
     .summary = "stores through a mapping; fsync asks the page tables what was written (PAGEMAP_SCAN)",
     .kernel = KERNEL_MMAP_FSYNC,
     .copy_asked = "memcpy",
     .copy = {COPY_memcpy},
     .copies = 1,
     .track = TRACK_none},
    {.name = "sys-fsync",
     .summary = "the system's own pwrite() and fsync() on the file of --path; blocks: sys-fsync@append, "
                "@unwritten",
     .kernel = KERNEL_SYS_WRITE_FSYNC,
     .sys = {.end = SYS_END_FSYNC},
     .copy_asked = "system",
     .copy = {COPY_memcpy},
     .copies = 1,
     .track = TRACK_none},
    {.name = "sys-fdatasync",
     .summary = "the same with fdatasync(); also @append, @unwritten",
     .kernel = KERNEL_SYS_WRITE_FSYNC,
     .sys = {.end = SYS_END_FDATASYNC},
     .copy_asked = "system",
     .copy = {COPY_memcpy},
     .copies = 1,
     .track = TRACK_none},
    {.name = "sys-rwf-dsync",
     .summary = "pwritev2() with RWF_DSYNC: each write durable by itself; also @append, @unwritten",
     .kernel = KERNEL_SYS_WRITE_FSYNC,
     .sys = {.end = SYS_END_RWF_DSYNC},
     .copy_asked = "system",
     .copy = {COPY_memcpy},
     .copies = 1,
     .track = TRACK_none},
    {.name = "sys-o-dsync",
     .summary = "pwrite() on a descriptor with O_DSYNC: the same; also @append, @unwritten",
     .kernel = KERNEL_SYS_WRITE_FSYNC,
     .sys = {.end = SYS_END_O_DSYNC},
     .copy_asked = "system",
     .copy = {COPY_memcpy},
     .copies = 1,
     .track = TRACK_none},
    {.name = "sys-mmap-fsync",
     .summary = "stores through a mapping of the file of --path, with the system's own faults, and fsync()",
     .kernel = KERNEL_SYS_MMAP_FSYNC,
     .sys = {.end = SYS_END_FSYNC},
     .copy_asked = "memcpy",
     .copy = {COPY_memcpy},
     .copies = 1,
     .track = TRACK_none},
    {.name = "sys-mmap-fdatasync",
     .summary = "the same with fdatasync()",
     .kernel = KERNEL_SYS_MMAP_FSYNC,
     .sys = {.end = SYS_END_FDATASYNC},
     .copy_asked = "memcpy",
     .copy = {COPY_memcpy},
     .copies = 1,
     .track = TRACK_none},
    {.name = "sys-mmap-msync",
     .summary = "the same with msync(MS_SYNC) of the pages that were stored to",
     .kernel = KERNEL_SYS_MMAP_FSYNC,
     .sys = {.end = SYS_END_MSYNC},
     .copy_asked = "memcpy",
     .copy = {COPY_memcpy},
     .copies = 1,
     .track = TRACK_none},
};

const char *kernel_name(enum kernel kernel)
{
    static const char *const names[KERNELS] = {[KERNEL_WRITE_FSYNC] = "write_fsync",
                                               [KERNEL_MMAP_FSYNC] = "mmap_fsync",
                                               [KERNEL_SYS_WRITE_FSYNC] = "sys_write_fsync",
                                               [KERNEL_SYS_MMAP_FSYNC] = "sys_mmap_fsync",
                                               [KERNEL_TRACK] = "track",
                                               [KERNEL_COPY] = "copy"};
    return names[kernel];
}

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

/* clwb() of the kernel: CLWB, else CLFLUSHOPT, else CLFLUSH. */
enum writeback_id path_writeback(uint32_t features)
{
    if (features & CPU_CLWB)
        return WRITEBACK_clwb;
    return features & CPU_CLFLUSHOPT ? WRITEBACK_clflushopt : WRITEBACK_clflush;
}

int path_resolve(const struct path_info *path, uint32_t features, enum domain_id domain,
                 struct path_parts_ids *out, struct error *err)
{
    *out = (struct path_parts_ids){.kernel = path->kernel,
                                   .copy = path->copy[0],
                                   .track = path->track,
                                   .writeback = WRITEBACK_none,
                                   .domain = domain,
                                   .bypass_from = path->bypass_from};
    for (unsigned i = 0; i < path->copies; i++)
        if (!(copy_get(path->copy[i], 0)->features & ~features)) {
            out->copy = path->copy[i];
            break;
        }
    if (path->track != TRACK_none || path->kernel == KERNEL_MMAP_FSYNC)
        out->writeback = path_writeback(features);
    return path_check_features(out, features, err);
}

int path_bypasses(uint64_t size, uint32_t features, struct path_parts_ids *ids, struct error *err)
{
    if (!ids->bypass_from || size < ids->bypass_from)
        return 0;
    ids->copy = copy_get(COPY_movnti, 0)->features & ~features ? COPY_movnti_clflushopt : COPY_movnti;
    return path_check_features(ids, features, err) ? -1 : 1;
}

/* __copy_user_flushcache: its ends go past the cache too where they are whole words of 8 bytes, or 4 alone.
 */
static bool has_fix_ups(const struct copy *copy, uint64_t size, uint64_t offset)
{
    return copy->finish && (size % 8 || offset % 8) && !(size == 4 && offset % 4 == 0);
}

bool path_fences_write(const struct path_parts_ids *ids, uint64_t size, uint64_t offset)
{
    const struct copy *copy = copy_get(ids->copy, 0);
    if (ids->kernel == KERNEL_COPY && copy->fence == FENCE_INSIDE)
        return has_fix_ups(copy, size, offset);
    if (ids->kernel == KERNEL_COPY && !domain_get(ids->domain, 0)->flushes_caches)
        return true;
    return ids->track == TRACK_none && copy->durable && copy->fence == FENCE_NEEDED;
}

int path_check_durable(const struct path_parts_ids *ids, struct error *err)
{
    const struct copy *copy = copy_get(ids->copy, 0);
    const struct track *track = track_get(ids->track, 0);
    const struct domain *domain = domain_get(ids->domain, 0);
    if (copy->durable || !domain->flushes_caches || kernel_is_sys(ids->kernel))
        return 0;
    if (ids->kernel == KERNEL_COPY)
        return error_set(err, EXIT_USAGE,
                         "copy '%s' leaves the data in the cache, and kernel copy has no fsync, so they are "
                         "not durable under domain '%s'; use a copy that writes them back, such as "
                         "memcpy+clwb, or --domain eadr",
                         copy->name, domain->name);
    if (track->shape == SHAPE_DIRECT && ids->kernel != KERNEL_MMAP_FSYNC)
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
