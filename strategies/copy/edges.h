/* edges.h - what the wide bypass copies do where a line is not whole */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_COPY_EDGES_H
#define STRATEGIES_COPY_EDGES_H

#include "strategies/copy/steps.h"
#include "strategies/writeback/lines.h"

/* An edge is what lies in a line that is not copied whole. One rule for copy and finish: an edge of whole
 * aligned 4-byte words goes non-temporally; any other is stored plainly, all of it, and edges_finish writes
 * its line back. Never both in one line: a plain store behind a non-temporal one first drains the
 * write-combining buffer and then reads the line back from memory, which makes a copy of some lines two to
 * four times as slow. */
static inline bool edge_is_words(const void *to, size_t n)
{
    return ((uintptr_t)to | n) % 4 == 0;
}

static inline __attribute__((always_inline)) void edge_words(struct span *edge)
{
    if (edge->left && (uintptr_t)edge->to % 8)
        span_nt4(edge);
    while (edge->left >= 8)
        span_nt8(edge);
    if (edge->left)
        span_nt4(edge);
}

/* General registers only: movdir64b's promise. */
static inline __attribute__((always_inline)) void edge_plain(struct span *edge)
{
    if (edge->left < 8) {
        step_plain_small(edge->to, edge->from, edge->left);
        return;
    }
    uint8_t *last = edge->to + edge->left - 8;
    uint64_t value = step_load8(edge->from + edge->left - 8);
    while (edge->to < last)
        span_plain8(edge);
    step_store8(last, value);
}

/* The first n bytes of s, none of them in a whole line. */
static inline __attribute__((always_inline)) void edge_copy(struct span *s, size_t n)
{
    struct span edge = {s->to, s->from, n};
    if (edge_is_words(s->to, n))
        edge_words(&edge);
    else
        edge_plain(&edge);
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

/* Writes back the lines that edge_copy stored to plainly: at most the first and the last, the first where the
 * range begins inside a word, the last where it ends inside one. */
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
