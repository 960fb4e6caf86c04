/* registry.c - finds the path of one layout */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/mmap_cell.h"
#include "kernels/sys_cell.h"

#define DECLARE(n) extern const struct path_parts LAYOUT_JOIN(path_parts, n);
LAYOUT_LIST(DECLARE)
#undef DECLARE

static const struct path_parts *const tables[LAYOUTS] = {
#define ENTRY(n) &LAYOUT_JOIN(path_parts, n),
    LAYOUT_LIST(ENTRY)
#undef ENTRY
};

const struct path_parts *path_parts(unsigned layout)
{
    return tables[layout];
}

uint32_t period_steps(const struct period *p)
{
    if (kernel_is_sys(p->kernel))
        return sys_steps(p);
    if (p->kernel == KERNEL_MMAP_FSYNC)
        return mmap_steps(p);
    if (p->kernel == KERNEL_COPY)
        return STEP_BIT(STEP_LOOP) | STEP_BIT(STEP_COPY) | (p->copy->finish ? STEP_BIT(STEP_FINISH) : 0) |
               (p->fence_write ? STEP_BIT(STEP_FENCE) : 0);
    bool tracked = p->track->shape != SHAPE_DIRECT;
    uint32_t steps = STEP_BIT(STEP_LOOP) | STEP_BIT(STEP_LOCK) | STEP_BIT(STEP_LOOKUP) | STEP_BIT(STEP_COPY);
    steps |= p->surround ? STEP_BIT(STEP_SURROUND) : 0;
    steps |= p->copy->finish ? STEP_BIT(STEP_FINISH) : 0;
    steps |= p->fence_write ? STEP_BIT(STEP_FENCE) : 0;
    if (tracked && p->remember)
        steps |= STEP_BIT(STEP_MARK_INODE) | STEP_BIT(STEP_MARK);
    if (p->track->shape == SHAPE_TREE)
        steps |= STEP_BIT(STEP_ENTRY_LOCK);
    if (!p->fsync)
        return steps;
    steps |= STEP_BIT(STEP_TAG) | STEP_BIT(STEP_FSYNC_FENCE) |
             (p->domain->drain || p->drain_device ? STEP_BIT(STEP_DRAIN) : 0);
    if (tracked)
        steps |= STEP_BIT(STEP_CLEAN_INODE) | STEP_BIT(STEP_SCAN);
    if (tracked && p->remember) /* else the scan finds nothing */
        steps |=
            (p->track->hold ? STEP_BIT(STEP_HOLD) : 0) | (p->writeback->range ? STEP_BIT(STEP_WRITEBACK) : 0);
    return steps;
}
