/* promise_medium.h - a shadow of the medium that any number of threads write at once: versions, byte by byte
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_KERNELS_PROMISE_MEDIUM_H
#define TESTS_KERNELS_PROMISE_MEDIUM_H

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "strategies/prim.h"

/* What one writer writes, always as a whole: each byte of it is the low byte of the version. Areas of
 * different writers lie in common lines. */
struct area {
    uint64_t at; /* file offset */
    uint32_t bytes;
    unsigned writer;
    uint32_t started;  /* the version whose copy has begun last */
    uint32_t returned; /* the version whose write() has returned last */
};

enum { AREAS_MAX = 64, NO_AREA = AREAS_MAX };

/* The areas lie in a window of whole lines; what else the file has is nobody's. */
struct medium {
    unsigned char *memory; /* what the CPUs see, caches included: the whole file */
    uint64_t file_bytes;
    uint64_t window, window_bytes;
    uint8_t *area_of; /* of each byte of the window: its area, or NO_AREA */
    uint32_t *image;  /* of each byte of the window: the version that survives a power failure */
    struct area area[AREAS_MAX];
    unsigned areas;
    bool caches_survive; /* eADR */
    uint64_t strays;     /* lines moved that are not the file's */
};

/* Bytes that are on their way: the versions that a write-back found, or an NT store left. */
struct on_way {
    uint64_t at; /* in the window */
    uint32_t bytes;
    uint32_t version[LINE];
};

/* One thread's view: what it has moved and not fenced yet. */
struct actor {
    struct medium *medium;
    struct trace trace;
    struct on_way *on_way;
    uint64_t pendings, room;
    const unsigned char *nt_at; /* an NT store whose bytes are not taken yet; NULL: none */
    uint64_t nt_bytes;
    unsigned writing; /* the area, or NO_AREA */
    struct rng rng;
    unsigned yield_one_in;          /* the CPU is offered to others at one event of so many; 0: never */
    void (*point)(struct actor *a); /* called at each event, and at the points that wrapped parts add */
    void *user;
    const struct copy *copy; /* the real parts behind wrapped ones */
    const struct writeback *writeback;
    const struct track *track;
};

/* Eight bytes as the CPU finds them now. By assembly: a race detector must not see it, since a write-back
 * races with stores by nature. */
static inline uint64_t medium_load8(const unsigned char *at)
{
    uint64_t value;
    __asm__ volatile("movq (%1), %0" : "=r"(value) : "r"(at) : "memory");
    return value;
}

static inline unsigned char medium_load1(const unsigned char *at)
{
    uint32_t value;
    __asm__ volatile("movzbl (%1), %0" : "=r"(value) : "r"(at) : "memory");
    return (unsigned char)value;
}

/* The versions of bytes of one area. A byte is of the version started last, or of one shortly before: read
 * again when so many were started meanwhile that its low byte does not tell. */
static inline void medium_versions(struct medium *m, const struct area *area, uint64_t at, uint32_t bytes,
                                   uint32_t *version)
{
    unsigned char content[LINE];
    const unsigned char *from = m->memory + m->window + at;
    uint32_t before, after;
    do {
        before = __atomic_load_n(&area->started, __ATOMIC_ACQUIRE);
        uint32_t i = 0;
        for (; i + 8 <= bytes; i += 8) {
            uint64_t word = medium_load8(from + i);
            memcpy(content + i, &word, 8);
        }
        for (; i < bytes; i++)
            content[i] = medium_load1(from + i);
        after = __atomic_load_n(&area->started, __ATOMIC_ACQUIRE);
    } while (after - before > 200);
    for (uint32_t i = 0; i < bytes; i++)
        version[i] = after - (unsigned char)(after - content[i]);
}

/* Versions of [at, at + bytes) of the window, at most a line; 0 where nobody writes. */
static inline void medium_read(struct medium *m, uint64_t at, uint32_t bytes, uint32_t *version)
{
    for (uint32_t i = 0, n; i < bytes; i += n) {
        uint8_t owner = m->area_of[at + i];
        for (n = 1; i + n < bytes && m->area_of[at + i + n] == owner;)
            n++;
        if (owner == NO_AREA)
            memset(version + i, 0, n * sizeof(*version));
        else
            medium_versions(m, &m->area[owner], at + i, n, version + i);
    }
}

/* Of several that carry a byte the newest version stays: a line on the medium is what was written last. */
static inline void medium_store(struct medium *m, uint64_t at, uint32_t bytes, const uint32_t *version)
{
    for (uint32_t i = 0; i < bytes; i++) {
        uint32_t *to = &m->image[at + i], was = __atomic_load_n(to, __ATOMIC_RELAXED);
        while (was < version[i] &&
               !__atomic_compare_exchange_n(to, &was, version[i], false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            continue;
    }
}

/* Takes [from, from + bytes), inside one line, as it is now. */
static inline void actor_take(struct actor *a, const unsigned char *from, uint64_t bytes)
{
    struct medium *m = a->medium;
    if (from < m->memory || from + bytes > m->memory + m->file_bytes) {
        __atomic_fetch_add(&m->strays, 1, __ATOMIC_RELAXED);
        return;
    }
    uint64_t at = (uint64_t)(from - m->memory) - m->window;
    if (at >= m->window_bytes)
        return;
    if (a->pendings == a->room) {
        a->room = a->room ? 2 * a->room : 256;
        a->on_way = realloc(a->on_way, a->room * sizeof(*a->on_way));
        if (!a->on_way)
            abort();
    }
    struct on_way *w = &a->on_way[a->pendings++];
    w->at = at;
    w->bytes = (uint32_t)bytes;
    medium_read(m, at, w->bytes, w->version);
}

/* The same line by line. */
static inline void actor_take_range(struct actor *a, const unsigned char *from, uint64_t bytes)
{
    for (uint64_t n; bytes; from += n, bytes -= n) {
        n = LINE - (uintptr_t)from % LINE;
        n = n < bytes ? n : bytes;
        actor_take(a, from, n);
    }
}

static inline void actor_settle(struct actor *a)
{
    if (a->nt_at)
        actor_take_range(a, a->nt_at, a->nt_bytes);
    a->nt_at = NULL;
}

/* A fence, or a LOCKed operation (SDM vol. 3, 8.2.5; CLWB in vol. 2): all that was on its way is there. Where
 * caches survive, what this CPU has stored is in one now. */
static inline void actor_fence(struct actor *a)
{
    struct medium *m = a->medium;
    for (uint64_t i = 0; i < a->pendings; i++)
        medium_store(m, a->on_way[i].at, a->on_way[i].bytes, a->on_way[i].version);
    a->pendings = 0;
    if (!m->caches_survive || a->writing == NO_AREA)
        return;
    const struct area *area = &m->area[a->writing];
    actor_take_range(a, m->memory + area->at, area->bytes);
    for (uint64_t i = 0; i < a->pendings; i++)
        medium_store(m, a->on_way[i].at, a->on_way[i].bytes, a->on_way[i].version);
    a->pendings = 0;
}

static inline void actor_point(struct actor *a)
{
    if (a->point)
        a->point(a);
    if (a->yield_one_in && !rng_below(&a->rng, a->yield_one_in))
        sched_yield();
}

/* The adversary's order: a write-back carries nothing that is stored after it has begun, and a fence takes
 * effect only after whatever others do before it is through. */
static inline void actor_event(void *user, enum trace_kind kind, const void *address, uint64_t bytes)
{
    struct actor *a = user;
    const unsigned char *at = address;
    actor_settle(a);
    if (kind == TRACE_WRITEBACK)
        actor_take(a, at - (uintptr_t)at % LINE, LINE);
    else if (kind == TRACE_LIBRARY)
        actor_take_range(a, at, bytes);
    actor_point(a);
    if (kind == TRACE_NT_STORE) {
        a->nt_at = at;
        a->nt_bytes = bytes;
    } else if (kind == TRACE_FENCE || kind == TRACE_LOCKED) {
        actor_fence(a);
    }
}

static inline void actor_open(struct actor *a, struct medium *m, uint64_t seed)
{
    *a = (struct actor){.medium = m, .writing = NO_AREA, .rng = {.state = seed}};
    a->trace = (struct trace){.on_event = actor_event, .user = a};
}

static inline void actor_close(struct actor *a)
{
    free(a->on_way);
}

/* Who runs in this thread, by its recorder: a strategy's functions have no parameter for it. */
static inline struct actor *actor_here(void)
{
    struct trace *t = trace_use(NULL);
    trace_use(t);
    return t->user;
}

/* The write-back of entries far larger than what is written of them: the lines that are nobody's are left
 * out, or they would be all that is ever flushed. */
static inline void window_range(const void *start, size_t n)
{
    struct actor *a = actor_here();
    const struct medium *m = a->medium;
    const unsigned char *from = start, *low = m->memory + m->window, *high = low + m->window_bytes;
    const unsigned char *to = from + n < high ? from + n : high;
    from = from > low ? from : low;
    if (from < to)
        a->writeback->range(from, (size_t)(to - from));
}

/* What has returned now, by area. */
static inline void medium_returned(const struct medium *m, uint32_t *returned)
{
    for (unsigned i = 0; i < m->areas; i++)
        returned[i] = __atomic_load_n(&m->area[i].returned, __ATOMIC_ACQUIRE);
}

/* The first area that does not survive in at least this version, or NO_AREA. */
static inline unsigned medium_lost(const struct medium *m, const uint32_t *promised)
{
    for (unsigned i = 0; i < m->areas; i++) {
        const uint32_t *image = m->image + (m->area[i].at - m->window);
        for (uint32_t b = 0; b < m->area[i].bytes; b++)
            if (__atomic_load_n(&image[b], __ATOMIC_RELAXED) < promised[i])
                return i;
    }
    return NO_AREA;
}

/* Takes the areas as they are in m->area: their window, and nothing written. false: no memory. */
static inline bool medium_open(struct medium *m)
{
    const struct area *last = &m->area[m->areas - 1];
    m->window = m->area[0].at / LINE * LINE;
    m->window_bytes = (last->at + last->bytes - m->window + LINE - 1) / LINE * LINE;
    m->area_of = malloc(m->window_bytes);
    m->image = calloc(m->window_bytes, sizeof(*m->image));
    if (!m->area_of || !m->image)
        return false;
    memset(m->area_of, NO_AREA, m->window_bytes);
    for (unsigned i = 0; i < m->areas; i++)
        memset(m->area_of + (m->area[i].at - m->window), (int)i, m->area[i].bytes);
    return true;
}

static inline void medium_close(struct medium *m)
{
    free(m->area_of);
    free(m->image);
}

#endif
