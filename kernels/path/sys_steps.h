/* sys_steps.h - the steps of the sys kernels: real calls, and stores that take real faults */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PATH_SYS_STEPS_H
#define KERNELS_PATH_SYS_STEPS_H

#include <errno.h>
#include <sys/mman.h>

#include "kernels/path/steps.h"
#include "kernels/sys.h"

/* The path does not stop: cell_visit tells of it. */
static inline void sys_note_failure(const struct period *p, enum sys_call call, uint64_t offset, int error)
{
    struct sys_failure *f = p->sys->failure;
    if (__atomic_fetch_add(&f->count, 1, __ATOMIC_RELAXED))
        return;
    f->call = call;
    f->offset = offset;
    f->error = error;
}

static inline ssize_t sys_pwrite_once(const struct sys_period *s, const unsigned char *src, uint64_t n,
                                      uint64_t offset)
{
    struct iovec v = {(void *)(uintptr_t)src, n};
    return s->end == SYS_END_RWF_DSYNC ? s->ops->pwritev2(s->fd, &v, 1, (off_t)offset, RWF_DSYNC)
                                       : s->ops->pwrite(s->fd, src, n, (off_t)offset);
}

/* One write(): a short one goes on from where it ended. */
static inline void step_sys_write(struct period *p, uint64_t offset, const unsigned char *src)
{
    const struct sys_period *s = p->sys;
    if (!step_runs(p, STEP_SYS_WRITE))
        return;
    for (uint64_t done = 0; done < p->size;) {
        ssize_t n = sys_pwrite_once(s, src + done, p->size - done, offset + done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            sys_note_failure(p, s->end == SYS_END_RWF_DSYNC ? SYS_CALL_PWRITEV2 : SYS_CALL_PWRITE,
                             offset + done, n ? errno : 0);
            return;
        }
        done += (uint64_t)n;
#if PMB_TRACE
        p->counts.bytes_copied += (uint64_t)n;
#endif
    }
}

/* The same as stores; the first one to a page after a sync takes the file system's fault. */
static inline void step_sys_store(struct period *p, uint64_t offset, const unsigned char *src)
{
    if (!step_runs(p, STEP_SYS_WRITE))
        return;
#if PMB_TRACE
    p->counts.bytes_copied += p->size;
#endif
    p->copy->copy(p->base + offset, src, p->size);
    if (p->copy->finish)
        p->copy->finish(p->base + offset, p->size);
    if (p->fence_write)
        store_fence();
}

/* The faults of these stores alone: one byte of each page stored again as it is. */
static inline void step_sys_touch(struct period *p, uint64_t offset)
{
    enum { PAGE = 4096 };
    if (!step_runs(p, STEP_FAULT))
        return;
    for (uint64_t at = offset; at < offset + p->size; at = (at / PAGE + 1) * PAGE) {
        volatile unsigned char *byte = p->base + at;
        *byte = *byte;
    }
}

static inline int sys_msync(const struct period *p)
{
    enum { PAGE = 4096 };
    uint64_t start = p->window + p->sys->first_slot * p->stride, end = start + p->sys->slots * p->stride;
    start = start / PAGE * PAGE;
    return p->sys->ops->msync(p->base + start, (end - start + PAGE - 1) / PAGE * PAGE, MS_SYNC);
}

static inline void step_sys_fsync(struct period *p)
{
    const struct sys_period *s = p->sys;
    enum sys_call call = SYS_CALL_FSYNC;
    int result;
    if (!step_runs(p, STEP_SYS_FSYNC))
        return;
    do {
        switch (s->end) {
        case SYS_END_FDATASYNC:
            call = SYS_CALL_FDATASYNC;
            result = s->ops->fdatasync(s->fd);
            break;
        case SYS_END_MSYNC:
            call = SYS_CALL_MSYNC;
            result = sys_msync(p);
            break;
        default:
            result = s->ops->fsync(s->fd);
        }
    } while (result < 0 && errno == EINTR);
    if (result < 0)
        sys_note_failure(p, call, p->window, errno);
}

#endif
