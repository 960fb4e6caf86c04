/* xarray_order.c - today's tree with multi-page entries: one for each 2 MiB of the file */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/track/xarray.h"

/* What a 2 MiB page fault enters: at a granule of 4 KiB one entry of order 9, in 8 slots of a node of shift
 * 6. A store through a state of its order writes all 8; marks are on the canonical one. fsync writes back
 * the 2 MiB, however little of them changed. The last entry may extend past the end of the file. */

enum { ENTRY_BYTES = 2 << 20 /* PMD_SIZE */ };

static struct tracker *xarray_order_create(uint64_t file_bytes, uint32_t granule, struct error *err)
{
    unsigned order = granule < ENTRY_BYTES ? (unsigned)__builtin_ctz(ENTRY_BYTES / granule) : 0;
    return tree_create("xarray-order", file_bytes, granule, order, err);
}

const struct track IN_LAYOUT(track_xarray_order) = {
    .name = "xarray-order",
    .summary = "today's tree with multi-page entries, one for 2 MiB: fsync writes back all of each",
    .promise = "as xarray, by entries of 2 MiB",
    .shape = SHAPE_TREE,
    .entry_bytes = ENTRY_BYTES,
    .create = xarray_order_create,
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
