/* shadow.h - a second image of the destination that holds what would survive a power failure */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_KERNELS_SHADOW_H
#define TESTS_KERNELS_SHADOW_H

#include <stdbool.h>
#include <stdlib.h>

#include "tests/kernels/rig.h"

/* Bytes that are on their way: as a line's write-back found them, or as an NT store left them. */
struct pending {
    uint64_t at; /* file offset */
    uint64_t bytes;
    bool nt;
    unsigned char content[LINE];
};

/* Events come before their instruction: the bytes of an NT store are there when the next event comes. */
struct shadow {
    const unsigned char *memory; /* what the CPU sees: caches included */
    unsigned char *image, *must; /* RIG_BYTES each */
    struct pending *pending;
    uint64_t pendings, room;
    bool nt_open; /* the content of the last one is not taken yet */
    const char *stray;
    struct trace trace;
};

static inline void shadow_settle(struct shadow *s)
{
    if (!s->nt_open)
        return;
    struct pending *last = &s->pending[s->pendings - 1];
    memcpy(last->content, s->memory + last->at, last->bytes);
    s->nt_open = false;
}

static inline void shadow_add(struct shadow *s, const unsigned char *from, uint64_t bytes, bool nt)
{
    if (from < s->memory || from + bytes > s->memory + RIG_BYTES || bytes > LINE) {
        s->stray = "a line outside of the destination is moved";
        return;
    }
    if (s->pendings == s->room) {
        s->room = s->room ? 2 * s->room : 1024;
        s->pending = realloc(s->pending, s->room * sizeof(*s->pending));
        assert_non_null(s->pending);
    }
    struct pending *p = &s->pending[s->pendings++];
    *p = (struct pending){.at = (uint64_t)(from - s->memory), .bytes = bytes, .nt = nt};
    memcpy(p->content, from, bytes);
}

/* A library's copy, which has ended: its lines are on their way by whichever instructions, and some may be in
 * a write-combining buffer. */
static inline void shadow_add_range(struct shadow *s, const unsigned char *from, uint64_t bytes)
{
    for (uint64_t n; bytes; from += n, bytes -= n) {
        n = LINE - (uintptr_t)from % LINE;
        n = n < bytes ? n : bytes;
        shadow_add(s, from, n, true);
    }
}

static inline void shadow_apply(struct shadow *s)
{
    for (uint64_t i = 0; i < s->pendings; i++)
        memcpy(s->image + s->pending[i].at, s->pending[i].content, s->pending[i].bytes);
    s->pendings = 0;
}

static inline void shadow_event(void *user, enum trace_kind kind, const void *address, uint64_t bytes)
{
    struct shadow *s = user;
    const unsigned char *at = address;
    shadow_settle(s);
    if (kind == TRACE_WRITEBACK)
        shadow_add(s, at - (uintptr_t)at % LINE, LINE, false);
    else if (kind == TRACE_NT_STORE) {
        uint64_t before = s->pendings;
        shadow_add(s, at, bytes, true);
        s->nt_open = s->pendings > before;
    } else if (kind == TRACE_LIBRARY) {
        shadow_add_range(s, at, bytes);
    } else {
        shadow_apply(s); /* SFENCE, MFENCE, and LOCKed operations alike (SDM vol. 3, 8.2.5) */
    }
}

static inline struct shadow *shadow_create(const struct workspace *w)
{
    struct shadow *s = calloc(1, sizeof(*s));
    assert_non_null(s);
    s->memory = w->base;
    s->image = calloc(1, RIG_BYTES);
    s->must = calloc(1, RIG_BYTES);
    assert_true(s->image && s->must);
    s->trace = (struct trace){.on_event = shadow_event, .user = s};
    return s;
}

static inline void shadow_destroy(struct shadow *s)
{
    free(s->image);
    free(s->must);
    free(s->pending);
    free(s);
}

/* What the period that is set up must leave; memory and image hold something else everywhere there. */
static inline void shadow_prepare(struct shadow *s, struct cell *cell)
{
    const struct period *p = &cell->period;
    for (uint64_t i = 0; i < p->writes; i++)
        memcpy(s->must + (write_target(p, i) - p->base), write_source(p, i), p->size);
    for (uint64_t i = 0; i < p->writes; i++) {
        uint64_t at = (uint64_t)(write_target(p, i) - p->base);
        for (uint64_t b = at; b < at + p->size; b++)
            p->base[b] = s->image[b] = (unsigned char)~s->must[b];
    }
    s->pendings = 0;
    s->nt_open = false;
    s->stray = NULL;
    s->trace.nt_bytes = s->trace.lines_flushed = s->trace.fences = s->trace.locked_ops = 0;
}

/* Runs the period that is set up, with its events seen. */
static inline void shadow_run(struct shadow *s, struct cell *cell, period_fn run)
{
    shadow_prepare(s, cell);
    cell->period.counts = (struct path_counts){0};
    struct trace *before = trace_use(&s->trace);
    run(&cell->period);
    trace_use(before);
    shadow_settle(s);
}

/* Sets up the next period over a window, in the counting layout. */
static inline void shadow_set_up(struct cell *cell, uint64_t window)
{
    cell_use_layout(cell, LAYOUT_TRACE);
    cell_set_period(cell, window, cell->serial++);
}

/* With caches inside the domain all that is in memory survives, but for what NT stores hold in a buffer. */
static inline void shadow_cached(struct shadow *s, const struct period *p)
{
    for (uint64_t i = 0; i < p->writes; i++) {
        uint64_t at = (uint64_t)(write_target(p, i) - p->base);
        memcpy(s->image + at, s->memory + at, p->size);
    }
    for (uint64_t i = 0; i < s->pendings; i++)
        if (s->pending[i].nt)
            for (uint64_t b = s->pending[i].at; b < s->pending[i].at + s->pending[i].bytes; b++)
                s->image[b] = (unsigned char)~s->must[b];
}

/* NULL when every byte of every write survives; else what is wrong. *at: the file offset of the first lost
 * byte. */
static inline const char *shadow_lost(struct shadow *s, const struct cell *cell, uint64_t *at)
{
    const struct period *p = &cell->period;
    *at = 0;
    if (s->stray)
        return s->stray;
    if (!p->domain->flushes_caches)
        shadow_cached(s, p);
    for (uint64_t i = 0; i < p->writes; i++) {
        uint64_t start = (uint64_t)(write_target(p, i) - p->base);
        if (!memcmp(s->image + start, s->must + start, p->size))
            continue;
        for (*at = start; s->image[*at] == s->must[*at];)
            ++*at;
        return "a byte is not durable";
    }
    return NULL;
}

#endif
