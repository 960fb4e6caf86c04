/* sys_tagged.c - the same once more, each call between two tags: for counting, never for costs */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/sys_period.h"
#include "kernels/path/tables.h"

static void tagged_write(struct period *p)
{
    sys_period(p, STEPS_ALL, false, AROUND_TAGS);
}

static void tagged_mmap(struct period *p)
{
    sys_period(p, STEPS_ALL, true, AROUND_TAGS);
}

const struct whole_table IN_LAYOUT(sys_write_tagged) = {
    .run = {[SHAPE_DIRECT] = tagged_write, [SHAPE_TREE] = tagged_write, [SHAPE_BITMAP] = tagged_write}};
const struct whole_table IN_LAYOUT(sys_mmap_tagged) = {
    .run = {[SHAPE_DIRECT] = tagged_mmap, [SHAPE_TREE] = tagged_mmap, [SHAPE_BITMAP] = tagged_mmap}};
