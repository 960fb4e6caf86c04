/* track_only.c - kernel `track`, one function a shape */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/tables.h"
#include "kernels/path/track_only.h"

static void track_only_direct(struct period *p)
{
    masked_period(p, TRACK_STEPS, SHAPE_DIRECT);
}

static void track_only_tree(struct period *p)
{
    masked_period(p, TRACK_STEPS, SHAPE_TREE);
}

static void track_only_bitmap(struct period *p)
{
    masked_period(p, TRACK_STEPS, SHAPE_BITMAP);
}

const struct whole_table IN_LAYOUT(track_table) = {.run = {[SHAPE_DIRECT] = track_only_direct,
                                                           [SHAPE_TREE] = track_only_tree,
                                                           [SHAPE_BITMAP] = track_only_bitmap}};
