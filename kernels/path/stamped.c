/* stamped.c - the same path once more, each call between two stamps: for latencies, never for costs */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/tables.h"
#include "kernels/path/whole.h"

static void stamped_direct(struct period *p)
{
    call_period(p, write_direct, false, true);
}

static void stamped_tree(struct period *p)
{
    call_period(p, write_tree, true, true);
}

static void stamped_bitmap(struct period *p)
{
    call_period(p, write_bitmap, true, true);
}

const struct whole_table IN_LAYOUT(stamped_table) = {
    .run = {[SHAPE_DIRECT] = stamped_direct, [SHAPE_TREE] = stamped_tree, [SHAPE_BITMAP] = stamped_bitmap}};
