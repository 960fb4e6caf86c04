/* sys_period.h - one period of the sys kernels, with a compile-time mask of steps */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PATH_SYS_PERIOD_H
#define KERNELS_PATH_SYS_PERIOD_H

#include "kernels/path/sys_steps.h"
#include "kernels/path/whole.h"

#define SYS_INLINE static inline __attribute__((always_inline))

SYS_INLINE void sys_one(struct period *p, uint32_t mask, bool mmap, uint64_t offset, const unsigned char *src)
{
    bool write = mask & STEP_BIT(STEP_SYS_WRITE);
    __asm__ volatile("" : "+r"(offset), "+r"(src));
    if (write && mmap)
        step_sys_store(p, offset, src);
    else if (write)
        step_sys_write(p, offset, src);
    else if (mmap && (mask & STEP_BIT(STEP_FAULT))) /* with the stores, the faults are theirs */
        step_sys_touch(p, offset);
}

/* `mmap`: stores; else calls. */
SYS_INLINE void sys_period(struct period *p, uint32_t mask, bool mmap, enum around around)
{
    uint64_t position = p->position, begin;
    around_start(around);
    for (uint64_t i = 0; i < p->writes; i++) {
        const unsigned char *src = p->source + position;
        position += p->source_step;
        position -= position >= p->source_bytes ? p->source_bytes : 0;
        step_runs(p, STEP_LOOP);
        begin = around_write(around);
        sys_one(p, mask, mmap, p->window + (uint64_t)p->order[i] * p->stride, src);
        around_written(p, around, begin);
    }
    if (!p->fsync || !(mask & STEP_BIT(STEP_SYS_FSYNC)) || !sys_end_is_call(p->sys->end))
        return;
    step_delay(p);
    begin = around_fsync(around);
    step_sys_fsync(p);
    around_fsynced(p, around, begin);
}

#endif
