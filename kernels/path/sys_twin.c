/* sys_twin.c - the same once more, compiled separately: the control */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/sys_period.h"
#include "kernels/path/tables.h"

static void twin_write(struct period *p)
{
    sys_period(p, STEPS_ALL, false, AROUND_NOTHING);
}

static void twin_mmap(struct period *p)
{
    sys_period(p, STEPS_ALL, true, AROUND_NOTHING);
}

const struct whole_table IN_LAYOUT(sys_write_twin) = {
    .run = {[SHAPE_DIRECT] = twin_write, [SHAPE_TREE] = twin_write, [SHAPE_BITMAP] = twin_write}};
const struct whole_table IN_LAYOUT(sys_mmap_twin) = {
    .run = {[SHAPE_DIRECT] = twin_mmap, [SHAPE_TREE] = twin_mmap, [SHAPE_BITMAP] = twin_mmap}};
