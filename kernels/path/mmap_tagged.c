/* mmap_tagged.c - the same, each store with its fault and each fsync between two tags: for counting, never
 * timed */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/mmap_whole.h"
#include "kernels/path/tables.h"

static void mmap_tagged_direct(struct period *p)
{
    mapped_period(p, SHAPE_DIRECT, AROUND_TAGS);
}

static void mmap_tagged_tree(struct period *p)
{
    mapped_period(p, SHAPE_TREE, AROUND_TAGS);
}

static void mmap_tagged_bitmap(struct period *p)
{
    mapped_period(p, SHAPE_BITMAP, AROUND_TAGS);
}

const struct whole_table IN_LAYOUT(mmap_tagged) = {.run = {[SHAPE_DIRECT] = mmap_tagged_direct,
                                                           [SHAPE_TREE] = mmap_tagged_tree,
                                                           [SHAPE_BITMAP] = mmap_tagged_bitmap}};
