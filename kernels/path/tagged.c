/* tagged.c - the path of write() once more, each call between two tags: for counting, never for costs */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/tables.h"
#include "kernels/path/whole.h"

static void tagged_direct(struct period *p)
{
    around_period(p, write_direct, false, AROUND_TAGS);
}

static void tagged_tree(struct period *p)
{
    around_period(p, write_tree, true, AROUND_TAGS);
}

static void tagged_bitmap(struct period *p)
{
    around_period(p, write_bitmap, true, AROUND_TAGS);
}

const struct whole_table IN_LAYOUT(tagged_table) = {
    .run = {[SHAPE_DIRECT] = tagged_direct, [SHAPE_TREE] = tagged_tree, [SHAPE_BITMAP] = tagged_bitmap}};
