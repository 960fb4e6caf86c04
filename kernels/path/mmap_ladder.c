/* mmap_ladder.c - the rungs of stores through a mapping */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/mmap_masked.h"
#include "kernels/path/rungs.h"

#define STEP(step, row, side)     RUNGS(masked_mapped_period, step)
#define STEP_SYS(step, row, side) /* not of this kernel */
#include "kernels/steps.def"
#undef STEP

const struct ladder_table IN_LAYOUT(mmap_ladder) = {
#define STEP(step, row, side)     RUNG_ENTRIES(step)
#define STEP_SYS(step, row, side) /* not of this kernel */
#include "kernels/steps.def"
#undef STEP
};
