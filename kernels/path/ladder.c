/* ladder.c - the rungs: one function for each prefix of the steps, and one for each step left out */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/masked.h"
#include "kernels/path/rungs.h"

#define STEP(step, row, side)      RUNGS(masked_period, step)
#define STEP_MMAP(step, row, side) /* not of this kernel */
#define STEP_SYS(step, row, side)
#include "kernels/steps.def"
#undef STEP

const struct ladder_table IN_LAYOUT(ladder_table) = {
#define STEP(step, row, side)      RUNG_ENTRIES(step)
#define STEP_MMAP(step, row, side) /* not of this kernel */
#define STEP_SYS(step, row, side)
#include "kernels/steps.def"
#undef STEP
};
