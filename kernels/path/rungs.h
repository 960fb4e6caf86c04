/* rungs.h - what a kernel's ladder is written with: its functions for one step, and their places in the table
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PATH_RUNGS_H
#define KERNELS_PATH_RUNGS_H

#include "kernels/path/tables.h"

#define PREFIX_MASK(step)  ((2u << STEP_##step) - 1)
#define WITHOUT_MASK(step) ((uint32_t)STEPS_ALL & ~STEP_BIT(STEP_##step))

#define RUNG(function, kind, shape, step, mask)                                                              \
    static void kind##_##shape##_##step(struct period *p)                                                    \
    {                                                                                                        \
        function(p, mask, SHAPE_##shape);                                                                    \
    }

/* `function` is an always_inline function of a period, a constant mask of steps and a shape. */
#define RUNGS(function, step)                                                                                \
    RUNG(function, prefix, DIRECT, step, PREFIX_MASK(step))                                                  \
    RUNG(function, prefix, TREE, step, PREFIX_MASK(step))                                                    \
    RUNG(function, prefix, BITMAP, step, PREFIX_MASK(step))                                                  \
    RUNG(function, without, DIRECT, step, WITHOUT_MASK(step))                                                \
    RUNG(function, without, TREE, step, WITHOUT_MASK(step))                                                  \
    RUNG(function, without, BITMAP, step, WITHOUT_MASK(step))

#define RUNG_ENTRIES(step)                                                                                   \
    .prefix[SHAPE_DIRECT][STEP_##step] = prefix_DIRECT_##step,                                               \
    .prefix[SHAPE_TREE][STEP_##step] = prefix_TREE_##step,                                                   \
    .prefix[SHAPE_BITMAP][STEP_##step] = prefix_BITMAP_##step,                                               \
    .without[SHAPE_DIRECT][STEP_##step] = without_DIRECT_##step,                                             \
    .without[SHAPE_TREE][STEP_##step] = without_TREE_##step,                                                 \
    .without[SHAPE_BITMAP][STEP_##step] = without_BITMAP_##step,

#endif
