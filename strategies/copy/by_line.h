/* by_line.h - copies that write each line back as soon as it is complete */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_COPY_BY_LINE_H
#define STRATEGIES_COPY_BY_LINE_H

#include "strategies/copy/steps.h"
#include "strategies/writeback/lines.h"

/* Part of a line: n < LINE bytes that do not reach into the next. */
static inline __attribute__((always_inline)) void by_line_part(struct span *s, size_t n,
                                                               void (*write_back)(const void *line))
{
    const void *line = line_of(s->to);
    struct span part = {s->to, s->from, n};
    while (part.left >= 8)
        span_plain8(&part);
    while (part.left)
        span_plain1(&part);
    if (n)
        write_back(line);
    span_advance(s, n);
}

/* A whole line by `line`, then its write-back. With eight moves of 8 bytes (span_plain_line) it is the loop
 * of dm-writecache (memcpy_flushcache_optimized in drivers/md/dm-writecache.c, which leaves what is not a
 * whole line to memcpy_flushcache). */
static inline __attribute__((always_inline)) void by_line_copy(void *dst, const void *src, size_t n,
                                                               void (*line)(struct span *s),
                                                               void (*write_back)(const void *line))
{
    struct span s = {dst, src, n};
    size_t head = -(uintptr_t)dst % LINE;
    by_line_part(&s, head < n ? head : n, write_back);
    while (s.left >= LINE) {
        line(&s);
        write_back(s.to - LINE);
    }
    by_line_part(&s, s.left, write_back);
}

#endif
