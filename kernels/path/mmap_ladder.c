/* mmap_ladder.c - the rungs of stores through a mapping */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/mmap_masked.h"
#include "kernels/path/tables.h"

#define PREFIX_MASK(step)  ((2u << STEP_##step) - 1)
#define WITHOUT_MASK(step) ((uint32_t)STEPS_ALL & ~STEP_BIT(STEP_##step))

#define RUNG(kind, shape, step, mask)                                                                        \
    static void kind##_##shape##_##step(struct period *p)                                                    \
    {                                                                                                        \
        masked_mapped_period(p, mask, SHAPE_##shape);                                                        \
    }

#define STEP(step, row, side)                                                                                \
    RUNG(prefix, DIRECT, step, PREFIX_MASK(step))                                                            \
    RUNG(prefix, TREE, step, PREFIX_MASK(step))                                                              \
    RUNG(prefix, BITMAP, step, PREFIX_MASK(step))                                                            \
    RUNG(without, DIRECT, step, WITHOUT_MASK(step))                                                          \
    RUNG(without, TREE, step, WITHOUT_MASK(step))                                                            \
    RUNG(without, BITMAP, step, WITHOUT_MASK(step))
#define STEP_SYS(step, row, side) /* not of this kernel */
#include "kernels/steps.def"
#undef STEP

const struct ladder_table IN_LAYOUT(mmap_ladder) = {
#define STEP(step, row, side)                                                                                \
    .prefix[SHAPE_DIRECT][STEP_##step] = prefix_DIRECT_##step,                                               \
    .prefix[SHAPE_TREE][STEP_##step] = prefix_TREE_##step,                                                   \
    .prefix[SHAPE_BITMAP][STEP_##step] = prefix_BITMAP_##step,                                               \
    .without[SHAPE_DIRECT][STEP_##step] = without_DIRECT_##step,                                             \
    .without[SHAPE_TREE][STEP_##step] = without_TREE_##step,                                                 \
    .without[SHAPE_BITMAP][STEP_##step] = without_BITMAP_##step,
#define STEP_SYS(step, row, side) /* not of this kernel */
#include "kernels/steps.def"
#undef STEP
};
