/* track_only.c - the tracker alone: mark each granule of the period, then one fsync's walk, and nothing else */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/masked.h"
#include "kernels/path/tables.h"

/* Only the tracker's own steps; no lock, no copy, no write-back, no fence. */
enum {
    TRACK_STEPS = 1 << STEP_LOOP | 1 << STEP_ENTRY_LOCK | 1 << STEP_MARK | 1 << STEP_TAG | 1 << STEP_SCAN |
                  1 << STEP_HOLD
};

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

const struct whole_table IN_LAYOUT(track_table) = {
    .run = {[SHAPE_DIRECT] = track_only_direct, [SHAPE_TREE] = track_only_tree, [SHAPE_BITMAP] = track_only_bitmap}};
