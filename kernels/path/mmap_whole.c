/* mmap_whole.c - stores through a mapping without a mask, one function a shape */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/mmap_whole.h"
#include "kernels/path/tables.h"

static void mmap_whole_direct(struct period *p)
{
    mapped_period(p, SHAPE_DIRECT, AROUND_NOTHING);
}

static void mmap_whole_tree(struct period *p)
{
    mapped_period(p, SHAPE_TREE, AROUND_NOTHING);
}

static void mmap_whole_bitmap(struct period *p)
{
    mapped_period(p, SHAPE_BITMAP, AROUND_NOTHING);
}

const struct whole_table IN_LAYOUT(mmap_table) = {.run = {[SHAPE_DIRECT] = mmap_whole_direct,
                                                          [SHAPE_TREE] = mmap_whole_tree,
                                                          [SHAPE_BITMAP] = mmap_whole_bitmap}};
