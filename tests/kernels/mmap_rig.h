/* mmap_rig.h - memory for stores beside the rig's, and cells of stores through a mapping */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_KERNELS_MMAP_RIG_H
#define TESTS_KERNELS_MMAP_RIG_H

#include "kernels/mmap_cell.h"
#include "tests/kernels/rig.h"
#include "tests/sanitized.h"

/* What write-protects, for which tracker: every one that this kernel has, page tables last. */
struct mapped {
    enum track_id track;
    enum protect_way way;
};

static const struct mapped mapped_all[] = {
    {TRACK_radix, PROTECT_UFFD},        {TRACK_radix, PROTECT_MPROTECT},
    {TRACK_xarray, PROTECT_UFFD},       {TRACK_xarray, PROTECT_MPROTECT},
    {TRACK_xarray_order, PROTECT_UFFD}, {TRACK_xarray_order, PROTECT_MPROTECT},
    {TRACK_bitmap, PROTECT_UFFD},       {TRACK_bitmap, PROTECT_MPROTECT},
    {TRACK_bitmap2, PROTECT_UFFD},      {TRACK_bitmap2, PROTECT_MPROTECT},
    {TRACK_none, PROTECT_PAGEMAP},
};
enum { MAPPED = sizeof(mapped_all) / sizeof(mapped_all[0]) };

static inline const char *mapped_text(const struct mapped *m, char out[80])
{
    snprintf(out, 80, "%s by %s", track_get(m->track, 0)->name, protection_way_name(m->way));
    return out;
}

/* false: this system has no such way, which is said. */
static inline bool way_runs(enum protect_way way)
{
    struct error err = {0};
    if (!protection_available(way, &err))
        return true;
    print_message("skipped: %s\n", err.text);
    return false;
}

static inline struct cell_spec mapped_spec(const struct mapped *m, const struct axes *a)
{
    struct path_parts_ids ids = {.kernel = KERNEL_MMAP_FSYNC,
                                 .copy = COPY_rep_movsb,
                                 .track = m->track,
                                 .writeback = path_writeback(cpu_features()),
                                 .domain = a->domain};
    struct cell_spec spec = rig_spec(&ids, a);
    spec.kernel = KERNEL_MMAP_FSYNC;
    spec.protect = m->way;
    spec.fence_write = false;
    return spec;
}

static inline struct cell *mapped_cell(const struct workspace *w, const struct mapped *m,
                                       const struct axes *a)
{
    struct cell_spec spec = mapped_spec(m, a);
    return rig_cell(w, &spec);
}

/* cmocka group setup and teardown: the rig's, with anonymous memory for stores. */
static inline int mmap_rig_open(void **state)
{
    if (rig_open(state))
        return -1;
    struct workspace *w = *state;
    w->stores =
        mmap(NULL, RIG_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    w->stores_bytes = RIG_BYTES;
    if (w->stores == MAP_FAILED)
        return -1;
    return madvise(w->stores, RIG_BYTES, MADV_NOHUGEPAGE);
}

static inline int mmap_rig_close(void **state)
{
    struct workspace *w = *state;
    munmap(w->stores, RIG_BYTES);
    return rig_close(state);
}

#endif
