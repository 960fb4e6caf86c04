/* copy_twin.c - kernel `copy` once more, compiled separately: its control */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/copy_only.h"
#include "kernels/path/tables.h"

static void copy_twin_direct(struct period *p)
{
    masked_period(p, COPY_STEPS, SHAPE_DIRECT);
}

const struct whole_table IN_LAYOUT(copy_only_twin) = {.run = {[SHAPE_DIRECT] = copy_twin_direct}};
