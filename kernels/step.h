/* step.h - the steps of the write and fsync path, as rows of the ledger and as bits of a mask */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_STEP_H
#define KERNELS_STEP_H

#include <stdint.h>

enum step {
#define STEP(symbol, row, side) STEP_##symbol,
#include "kernels/steps.def"
#undef STEP
    STEPS
};

#define STEP_BIT(step) (1u << (step))

enum {
    STEPS_ALL = (1 << STEPS) - 1,
    STEPS_WRITE = (1 << (STEP_MARK + 1)) - 1, /* what write() does */
    /* Steps that the path of write() does not have. */
    STEPS_MMAP_ONLY = 1 << STEP_FAULT | 1 << STEP_WRITE_PROTECT,
    STEPS_SYS_ONLY = 1 << STEP_SYS_WRITE | 1 << STEP_SYS_FSYNC,
    STEPS_FSYNC = (int)STEPS_ALL & ~(int)STEPS_WRITE /* what fsync() does */
};

struct step_info {
    const char *row;    /* the ledger's name of it */
    const char *side;   /* write or fsync */
    const char *symbol; /* its name in steps.def, which is unique */
};

const struct step_info *step_info(enum step step);

#endif
