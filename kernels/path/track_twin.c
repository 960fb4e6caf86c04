/* track_twin.c - kernel `track` once more, compiled separately: its control */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/tables.h"
#include "kernels/path/track_only.h"

static void track_twin_direct(struct period *p)
{
    masked_period(p, TRACK_STEPS, SHAPE_DIRECT);
}

static void track_twin_tree(struct period *p)
{
    masked_period(p, TRACK_STEPS, SHAPE_TREE);
}

static void track_twin_bitmap(struct period *p)
{
    masked_period(p, TRACK_STEPS, SHAPE_BITMAP);
}

const struct whole_table IN_LAYOUT(track_twin_table) = {.run = {[SHAPE_DIRECT] = track_twin_direct,
                                                                [SHAPE_TREE] = track_twin_tree,
                                                                [SHAPE_BITMAP] = track_twin_bitmap}};
