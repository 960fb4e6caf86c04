/* twin.c - the same once more, compiled separately: its difference from whole.c is the floor of what can be
 * told */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/tables.h"
#include "kernels/path/whole.h"

static void twin_direct(struct period *p)
{
    whole_period(p, write_direct, false);
}

static void twin_tree(struct period *p)
{
    whole_period(p, write_tree, true);
}

static void twin_bitmap(struct period *p)
{
    whole_period(p, write_bitmap, true);
}

const struct whole_table IN_LAYOUT(twin_table) = {
    .run = {[SHAPE_DIRECT] = twin_direct, [SHAPE_TREE] = twin_tree, [SHAPE_BITMAP] = twin_bitmap}};
