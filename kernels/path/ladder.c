/* ladder.c - the rungs: one function for each prefix of the steps, and one for each step left out */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/masked.h"
#include "kernels/path/tables.h"

#define PREFIX_MASK(step)  ((2u << STEP_##step) - 1)
#define WITHOUT_MASK(step) ((uint32_t)STEPS_ALL & ~STEP_BIT(STEP_##step))

#define RUNG(kind, shape, step, mask)                                                                        \
    static void kind##_##shape##_##step(struct period *p)                                                    \
    {                                                                                                        \
        masked_period(p, mask, SHAPE_##shape);                                                               \
    }

#define STEP(step, row, side)                                                                                \
    RUNG(prefix, DIRECT, step, PREFIX_MASK(step))                                                            \
    RUNG(prefix, TREE, step, PREFIX_MASK(step))                                                              \
    RUNG(prefix, BITMAP, step, PREFIX_MASK(step))                                                            \
    RUNG(without, DIRECT, step, WITHOUT_MASK(step))                                                          \
    RUNG(without, TREE, step, WITHOUT_MASK(step))                                                            \
    RUNG(without, BITMAP, step, WITHOUT_MASK(step))
#define STEP_MMAP(step, row, side) /* not of this kernel */
#define STEP_SYS(step, row, side)
#include "kernels/steps.def"
#undef STEP

const struct ladder_table IN_LAYOUT(ladder_table) = {
#define STEP(step, row, side)                                                                                \
    .prefix[SHAPE_DIRECT][STEP_##step] = prefix_DIRECT_##step,                                               \
    .prefix[SHAPE_TREE][STEP_##step] = prefix_TREE_##step,                                                   \
    .prefix[SHAPE_BITMAP][STEP_##step] = prefix_BITMAP_##step,                                               \
    .without[SHAPE_DIRECT][STEP_##step] = without_DIRECT_##step,                                             \
    .without[SHAPE_TREE][STEP_##step] = without_TREE_##step,                                                 \
    .without[SHAPE_BITMAP][STEP_##step] = without_BITMAP_##step,
#define STEP_MMAP(step, row, side) /* not of this kernel */
#define STEP_SYS(step, row, side)
#include "kernels/steps.def"
#undef STEP
};
