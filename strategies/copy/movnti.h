/* movnti.h - the kernel's cache-bypassing copy, step for step, and its fix-up */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_COPY_MOVNTI_H
#define STRATEGIES_COPY_MOVNTI_H

#include "strategies/copy/steps.h"
#include "strategies/writeback/lines.h"

/* __copy_user_nocache of Linux 6.4 and later (arch/x86/lib/copy_user_uncached_64.S); the labels are its own.
 * As there, a copy of at most 2 bytes whose head leaves nothing to align ends at Lbyte or before, without the
 * fence: it has stored nothing non-temporally. */
static inline __attribute__((always_inline)) void movnti_copy(void *dst, const void *src, size_t n)
{
    struct span s = {dst, src, n};
    if ((uintptr_t)s.to & 1) {
        if (!s.left)
            return;
        span_plain1(&s);
    }
    if ((uintptr_t)s.to & 2) {
        if (s.left < 2)
            goto Lbyte;
        span_plain2(&s);
    }
    if ((uintptr_t)s.to & 4) {
        if (s.left < 4)
            goto Lword;
        span_nt4(&s);
    }
    while (s.left >= 64)
        span_nt_line(&s);
    while (s.left >= 8)
        span_nt8(&s);
    if (s.left & 4)
        span_nt4(&s);
Lword:
    store_fence();
    if (s.left & 2)
        span_plain2(&s);
Lbyte:
    if (s.left & 1)
        span_plain1(&s);
}

/* The fix-up of __copy_user_flushcache (arch/x86/lib/usercopy_64.c): writes back where the copy stored
 * plainly. These write-backs follow the fence inside the copy and none comes after them: what orders them is
 * the next LOCKed operation of the same CPU, in the kernel and in the path here the release of the inode lock
 * (SDM vol. 2, CLWB: ordered by store-fencing operations, LOCKed ones among them). Like the
 * kernel's clwb() it is CLWB where the CPU has it, else CLFLUSHOPT: here by two strategies. */
static inline __attribute__((always_inline)) void movnti_fix_up(void *dst, size_t n,
                                                                void (*write_back)(const void *line))
{
    uintptr_t start = (uintptr_t)dst, flushed_to = start;
    if (n < 8) {
        if (start % 4 || n != 4)
            lines_each(dst, n, write_back);
        return;
    }
    if (start % 8) {
        flushed_to = (start + LINE - 1) / LINE * LINE;
        write_back(line_of(dst));
    }
    size_t flushed = flushed_to - start;
    if (n > flushed && (n - flushed) % 8)
        write_back(line_of((const uint8_t *)dst + n - 1));
}

#endif
