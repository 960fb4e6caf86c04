/* sys_whole.c - the system's own calls without a mask; no tracker of ours, so one function for all shapes */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/sys_period.h"
#include "kernels/path/tables.h"

static void whole_write(struct period *p)
{
    sys_period(p, STEPS_ALL, false, AROUND_NOTHING);
}

static void whole_mmap(struct period *p)
{
    sys_period(p, STEPS_ALL, true, AROUND_NOTHING);
}

const struct whole_table IN_LAYOUT(sys_write_table) = {
    .run = {[SHAPE_DIRECT] = whole_write, [SHAPE_TREE] = whole_write, [SHAPE_BITMAP] = whole_write}};
const struct whole_table IN_LAYOUT(sys_mmap_table) = {
    .run = {[SHAPE_DIRECT] = whole_mmap, [SHAPE_TREE] = whole_mmap, [SHAPE_BITMAP] = whole_mmap}};
