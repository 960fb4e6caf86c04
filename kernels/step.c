/* step.c - the names of the steps */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/step.h"

static const struct step_info infos[STEPS] = {
#define STEP(symbol, row, side) {row, side, #symbol},
#include "kernels/steps.def"
#undef STEP
};

const struct step_info *step_info(enum step step)
{
    return &infos[step];
}
