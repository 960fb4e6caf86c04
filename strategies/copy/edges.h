/* edges.h - what the wide bypass copies do where a line is not whole */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_COPY_EDGES_H
#define STRATEGIES_COPY_EDGES_H

#include "strategies/copy/steps.h"
#include "strategies/writeback/lines.h"

/* One rule for copy and finish: whatever lies in whole aligned 4-byte words goes non-temporally, by 8 bytes
 * where aligned to 8; the up to 3 bytes before and after are plain stores, and edges_finish writes their
 * lines back. */

/* The first n bytes of s, none of them in a whole line. */
static inline __attribute__((always_inline)) void edge_copy(struct span *s, size_t n)
{
    struct span edge = {s->to, s->from, n};
    while (edge.left && (uintptr_t)edge.to % 4)
        span_plain1(&edge);
    if (edge.left >= 4 && (uintptr_t)edge.to % 8)
        span_nt4(&edge);
    while (edge.left >= 8)
        span_nt8(&edge);
    if (edge.left >= 4)
        span_nt4(&edge);
    while (edge.left)
        span_plain1(&edge);
    span_advance(s, n);
}

/* A copy of any n: edges here, whole lines by `lines` (to is aligned to LINE, count > 0), each written in one
 * go so that its write-combining buffer leaves full. */
static inline __attribute__((always_inline)) void edges_copy(void *dst, const void *src, size_t n,
                                                             void (*lines)(uint8_t *to, const uint8_t *from,
                                                                           size_t count))
{
    struct span s = {dst, src, n};
    size_t head = -(uintptr_t)dst % LINE;
    edge_copy(&s, head < n ? head : n);
    size_t count = s.left / LINE;
    if (count) {
        lines(s.to, s.from, count);
        span_advance(&s, count * LINE);
    }
    edge_copy(&s, s.left);
}

/* Writes back the lines that edge_copy stored to plainly: at most the first and the last. */
static inline __attribute__((always_inline)) void edges_finish(void *dst, size_t n)
{
    if (n == 0)
        return;
    uintptr_t start = (uintptr_t)dst, end = start + n;
    bool one_line = start / LINE == (end - 1) / LINE;
    if (start % 4)
        line_clwb(line_of(dst));
    if (end % 4 && !(one_line && start % 4))
        line_clwb(line_of((const uint8_t *)dst + n - 1));
}

#endif
