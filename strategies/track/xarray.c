/* xarray.c - today's tree: marks from the leaf up, an entry lock, fsync scans under the tree lock */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/track/xarray.h"

/* One granule an entry. */
static struct tracker *xarray_create(uint64_t file_bytes, uint32_t granule, struct error *err)
{
    return tree_create("xarray", file_bytes, granule, 0, err);
}

const struct track IN_LAYOUT(track_xarray) = {
    .name = "xarray",
    .summary = "today's tree: 64-way, marks from the leaf up, entry lock, pause every 4096 entries",
    .promise =
        "write() holds the entry lock across copy and mark, fsync across the write-back, and clears the "
        "marks "
        "only after it, behind a LOCKed operation; another fsync finds the entry marked and waits for it",
    .shape = SHAPE_TREE,
    .create = xarray_create,
    .destroy = tree_destroy,
    .memory = tree_memory,
    .entry_lock = xarray_entry_lock,
    .entry_unlock = xarray_entry_unlock,
    .entry_mark_unlock = xarray_entry_mark_unlock,
    .mark = xarray_mark,
    .empty = tree_empty,
    .tag = xarray_tag,
    .next = xarray_next,
    .hold = xarray_hold,
    .take = xarray_take,
    .release = xarray_release,
    .end = xarray_end,
};
