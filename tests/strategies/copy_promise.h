/* copy_promise.h - the checker of what a copy strategy promises: which bytes are past the cache, by which
 * fence */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_STRATEGIES_COPY_PROMISE_H
#define TESTS_STRATEGIES_COPY_PROMISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "strategies/copy.h"
#include "strategies/trace.h"

enum {
    PROMISE_LINE = 64,
    PROMISE_ROOM = 1088 * PROMISE_LINE /* 64 KiB and some */
};

/* What the counting instance reported of one copy and finish. `medium` holds what write-backs carried there
 * and `nt` which bytes went there non-temporally. */
struct promise {
    const uint8_t *room; /* aligned to a line */
    const uint8_t *start;
    const uint8_t *end;
    uint8_t medium[PROMISE_ROOM];
    bool nt[PROMISE_ROOM];
    bool nt_open;      /* an NT store without a fence after it */
    unsigned library;  /* copies of a library that ended, each of the whole destination */
    const char *stray; /* an event that should not be */
    struct trace counts;
};

static inline void promise_nt(struct promise *p, const uint8_t *at, size_t bytes)
{
    if (at < p->start || at + bytes > p->end)
        p->stray = "an NT store outside of the destination";
    else if ((uintptr_t)at % bytes)
        p->stray = "an NT store that is not aligned";
    else
        memset(p->nt + (at - p->room), 1, bytes);
    p->nt_open = true;
}

/* Called before the write-back executes: what a plain store leaves in the line after it never gets there. */
static inline void promise_write_back(struct promise *p, const uint8_t *at)
{
    const uint8_t *line = at - (uintptr_t)at % PROMISE_LINE;
    if (line + PROMISE_LINE <= p->start || line >= p->end)
        p->stray = "a write-back of a line outside of the destination";
    else
        memcpy(p->medium + (line - p->room), line, PROMISE_LINE);
}

/* A library's copy has ended: it must have told the destination, and have stored there. */
static inline void promise_library(struct promise *p, const uint8_t *at, uint64_t bytes)
{
    if (at != p->start || bytes != (uint64_t)(p->end - p->start))
        p->stray = "a library's copy of something else";
    for (const uint8_t *b = p->start; b < p->end; b++)
        if (!*b)
            p->stray = "a library's copy that is told of before it ended";
    p->library++;
}

static inline void promise_event(void *user, enum trace_kind kind, const void *address, uint64_t bytes)
{
    struct promise *p = user;
    if (kind == TRACE_NT_STORE)
        promise_nt(p, address, bytes);
    else if (kind == TRACE_WRITEBACK)
        promise_write_back(p, address);
    else if (kind == TRACE_FENCE)
        p->nt_open = false;
    else if (kind == TRACE_LIBRARY)
        promise_library(p, address, bytes);
    else
        p->stray = "a LOCKed operation";
}

/* Copies n bytes to `offset` of a line and records. The room holds none of the source's bytes before. */
static inline void promise_record(struct promise *p, const struct copy *c, size_t offset, size_t n)
{
    static _Alignas(PROMISE_LINE) uint8_t room[PROMISE_ROOM];
    static uint8_t source[PROMISE_ROOM];
    size_t used = PROMISE_LINE + offset + n + PROMISE_LINE;
    memset(room, 0, used);
    memset(source, 1, n);
    memset(p->medium, 0, used);
    memset(p->nt, 0, used);
    p->room = room;
    p->start = room + PROMISE_LINE + offset;
    p->end = p->start + n;
    p->nt_open = false;
    p->library = 0;
    p->stray = NULL;
    p->counts = (struct trace){.on_event = promise_event, .user = p};
    struct trace *before = trace_use(&p->counts);
    c->copy(room + PROMISE_LINE + offset, source, n);
    if (c->finish)
        c->finish(room + PROMISE_LINE + offset, n);
    trace_use(before);
}

static inline const char *promise_broken_cached(const struct copy *c, const struct promise *p)
{
    if (c->fence != FENCE_NONE)
        return "a cached copy names a fence";
    if (p->counts.nt_bytes || p->counts.lines_flushed || p->counts.fences)
        return "a cached copy moves lines or fences";
    return NULL;
}

/* What a library executes is not reported: only that it was called, once, and that nothing else was. */
static inline const char *promise_broken_opaque(const struct copy *c, const struct promise *p)
{
    if (!c->durable || c->fence != FENCE_NEEDED || c->finish)
        return "a library's copy that is not durable after one fence";
    if (p->counts.nt_bytes || p->counts.lines_flushed || p->counts.fences)
        return "a library's copy that moves lines itself";
    return p->library == 1 ? NULL : "a library's copy that is not told of once";
}

/* NULL, or which promise the strategy (compiled in LAYOUT_TRACE) breaks with this offset and length, n > 0.
 */
static inline const char *promise_broken(struct promise *p, const struct copy *c, size_t offset, size_t n)
{
    promise_record(p, c, offset, n);
    if (p->stray)
        return p->stray;
    if (c->opaque)
        return promise_broken_opaque(c, p);
    if (p->library)
        return "a library's copy that the strategy does not tell of";
    if (!c->durable)
        return promise_broken_cached(c, p);
    if (c->fence == FENCE_NONE)
        return "durable without a fence";
    if (c->fence == FENCE_INSIDE && p->nt_open)
        return "no fence inside after the last NT store";
    if (c->fence == FENCE_INSIDE && n > 2 && !p->counts.fences)
        return "no fence inside";
    if (c->fence == FENCE_NEEDED && p->counts.fences)
        return "a fence inside that the strategy does not tell of";
    for (const uint8_t *b = p->start; b < p->end; b++)
        if (!p->nt[b - p->room] && !p->medium[b - p->room])
            return "a byte stays in the cache";
    return NULL;
}

/* The words of 4 bytes in a line that the range [offset, offset + n) cuts. */
static inline unsigned promise_cut_words(size_t line, size_t offset, size_t n)
{
    unsigned cut = 0;
    for (size_t word = line; word < line + PROMISE_LINE; word += 4) {
        unsigned inside = 0;
        for (size_t byte = word; byte < word + 4; byte++)
            inside += byte >= offset && byte < offset + n;
        cut += inside % 4 != 0;
    }
    return cut;
}

/* What the wide bypass copies store past the cache and write back, byte by byte: each line goes one way, and
 * a line in which a word is cut is stored plainly and written back. */
static inline void promise_of_wide(size_t offset, size_t n, uint64_t *nt_bytes, uint64_t *lines)
{
    *nt_bytes = *lines = 0;
    for (size_t line = 0; line < offset + n; line += PROMISE_LINE) {
        bool plain = promise_cut_words(line, offset, n) > 0;
        for (size_t byte = line; byte < line + PROMISE_LINE; byte++)
            *nt_bytes += !plain && byte >= offset && byte < offset + n;
        *lines += plain;
    }
}

#endif
