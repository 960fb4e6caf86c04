/* mmap_stamped.c - the same, each store with its fault and each fsync between two stamps: for latencies,
 * never for costs */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/mmap_whole.h"
#include "kernels/path/tables.h"

static void mmap_stamped_direct(struct period *p)
{
    mapped_period(p, SHAPE_DIRECT, AROUND_STAMPS);
}

static void mmap_stamped_tree(struct period *p)
{
    mapped_period(p, SHAPE_TREE, AROUND_STAMPS);
}

static void mmap_stamped_bitmap(struct period *p)
{
    mapped_period(p, SHAPE_BITMAP, AROUND_STAMPS);
}

const struct whole_table IN_LAYOUT(mmap_stamped) = {.run = {[SHAPE_DIRECT] = mmap_stamped_direct,
                                                            [SHAPE_TREE] = mmap_stamped_tree,
                                                            [SHAPE_BITMAP] = mmap_stamped_bitmap}};
