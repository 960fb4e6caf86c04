/* whole.c - the path without a mask, one function a shape */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/tables.h"
#include "kernels/path/whole.h"

static void whole_direct(struct period *p)
{
    whole_period(p, write_direct, false);
}

static void whole_tree(struct period *p)
{
    whole_period(p, write_tree, true);
}

static void whole_bitmap(struct period *p)
{
    whole_period(p, write_bitmap, true);
}

const struct whole_table IN_LAYOUT(whole_table) = {
    .run = {[SHAPE_DIRECT] = whole_direct, [SHAPE_TREE] = whole_tree, [SHAPE_BITMAP] = whole_bitmap}};
