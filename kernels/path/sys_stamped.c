/* sys_stamped.c - the same once more, each call between two stamps: for latencies, never for costs */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/sys_period.h"
#include "kernels/path/tables.h"

static void stamped_write(struct period *p)
{
    sys_period(p, STEPS_ALL, false, AROUND_STAMPS);
}

static void stamped_mmap(struct period *p)
{
    sys_period(p, STEPS_ALL, true, AROUND_STAMPS);
}

const struct whole_table IN_LAYOUT(sys_write_stamped) = {
    .run = {[SHAPE_DIRECT] = stamped_write, [SHAPE_TREE] = stamped_write, [SHAPE_BITMAP] = stamped_write}};
const struct whole_table IN_LAYOUT(sys_mmap_stamped) = {
    .run = {[SHAPE_DIRECT] = stamped_mmap, [SHAPE_TREE] = stamped_mmap, [SHAPE_BITMAP] = stamped_mmap}};
