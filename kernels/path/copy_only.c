/* copy_only.c - kernel `copy`: paths without a tracker, the only ones that it has */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/copy_only.h"
#include "kernels/path/tables.h"

static void copy_only_direct(struct period *p)
{
    masked_period(p, COPY_STEPS, SHAPE_DIRECT);
}

const struct whole_table IN_LAYOUT(copy_only_table) = {.run = {[SHAPE_DIRECT] = copy_only_direct}};
