/* mmap_twin.c - the same once more, compiled separately: its control */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/mmap_whole.h"
#include "kernels/path/tables.h"

static void mmap_twin_direct(struct period *p)
{
    mapped_period(p, SHAPE_DIRECT, AROUND_NOTHING);
}

static void mmap_twin_tree(struct period *p)
{
    mapped_period(p, SHAPE_TREE, AROUND_NOTHING);
}

static void mmap_twin_bitmap(struct period *p)
{
    mapped_period(p, SHAPE_BITMAP, AROUND_NOTHING);
}

const struct whole_table IN_LAYOUT(mmap_twin) = {
    .run = {
        [SHAPE_DIRECT] = mmap_twin_direct, [SHAPE_TREE] = mmap_twin_tree, [SHAPE_BITMAP] = mmap_twin_bitmap}};
