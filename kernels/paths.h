/* paths.h - the compositions that people talk about, and what they resolve to on this CPU */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PATHS_H
#define KERNELS_PATHS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernels/period.h"
#include "kernels/sys.h"
#include "strategies/copy.h"
#include "strategies/domain.h"
#include "strategies/track.h"
#include "strategies/writeback.h"

/* PATHS_WRITE: those of KERNEL_WRITE_FSYNC, which come first. */
enum { PATH_CHOICES = 4, PATHS_WRITE = 16, PATHS = 27, HYBRID_FROM = 4096 };

struct path_info {
    const char *name;
    const char *summary;
    enum kernel kernel;     /* that runs it */
    struct sys_calls sys;   /* of the sys kernels; a name may end in @append or @unwritten */
    const char *copy_asked; /* what results carry as asked: a copy's name, "movnt", "cached" or, where
                               the system copies, "system" */
    enum copy_id copy[PATH_CHOICES]; /* in order of preference */
    unsigned copies;
    enum track_id track;
    bool reference_only;  /* not durable: the floor */
    uint64_t bypass_from; /* hybrid: writes of at least so many bytes go past the cache and are not marked; 0:
                             none */
};

/* The kernel's name on the command line and in keys: "write_fsync". */
const char *kernel_name(enum kernel kernel);

/* Whether its cells store through a mapping. */
static inline bool kernel_is_mmap(enum kernel kernel)
{
    return kernel == KERNEL_MMAP_FSYNC || kernel == KERNEL_SYS_MMAP_FSYNC;
}

/* The path that cells of this kernel are compared with; of KERNEL_TRACK the tracker. */
static inline const char *kernel_baseline(enum kernel kernel)
{
    return kernel == KERNEL_TRACK ? "xarray" : kernel_is_mmap(kernel) ? "mmap-xarray" : "bypass";
}

/* One of the named paths (0 .. PATHS-1). */
const struct path_info *path_info(unsigned i);
/* By name; NULL when there is none. */
const struct path_info *path_find(const char *name);

/* A composition with all parts decided. */
struct path_parts_ids {
    enum kernel kernel;
    enum copy_id copy; /* of KERNEL_SYS_WRITE_FSYNC, which has none of ours: COPY_memcpy */
    enum track_id track;
    enum writeback_id writeback;
    enum domain_id domain;
    uint64_t bypass_from; /* hybrid: writes of at least so many bytes go past the cache and are not marked; 0:
                             none */
};

/* The first of the path's copies that the CPU has, and the write-back that the kernel would use here
 * (none for untracked paths). -1 with err (EXIT_CANNOT: what the CPU lacks). */
int path_resolve(const struct path_info *path, uint32_t features, enum domain_id domain,
                 struct path_parts_ids *out, struct error *err);

/* The write-back that this CPU's kernel would use. */
enum writeback_id path_writeback(uint32_t features);

/* hybrid: 1 when a write of `size` bytes goes past the cache, with ids->copy set to the bypass; else 0. -1
 * with err (EXIT_CANNOT) when the CPU lacks what that needs. */
int path_bypasses(uint64_t size, uint32_t features, struct path_parts_ids *ids, struct error *err);

/* 0 when data are durable after this composition's fsync (of the sys kernels they are, by the system's own
 * word; stores through a mapping need a tracker, or page tables to look at, and a write-back), of KERNEL_COPY
 * after each write; else -1 with err (EXIT_USAGE): a sentence that says why not. */
int path_check_durable(const struct path_parts_ids *ids, struct error *err);

/* Whether writes of `size` bytes from this offset on end with a store fence of their own: after a copy that
 * asks for one, unless a tracker follows. KERNEL_COPY has no unlock that would order what a copy's finish
 * writes back behind its own fence, so that it fences those too; and where caches persist (eadr) any copy
 * that has no fence inside. */
bool path_fences_write(const struct path_parts_ids *ids, uint64_t size, uint64_t offset);

/* 0 when the CPU has what the composition needs; else -1 with err (EXIT_CANNOT). */
int path_check_features(const struct path_parts_ids *ids, uint32_t features, struct error *err);

#endif
