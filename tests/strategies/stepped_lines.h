/* stepped_lines.h - where each byte of a destination is, followed from instruction to instruction */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_STRATEGIES_STEPPED_LINES_H
#define TESTS_STRATEGIES_STEPPED_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tests/strategies/stepped.h"
#include "tests/strategies/stepped_code.h"

enum {
    LINES_SIDE = 64,
    LINES_PAGE = 4096,
    LINES_COUNT = 24 * LINES_PAGE / LINES_SIDE,
    LINES_ROOM = LINES_COUNT * LINES_SIDE
};

/* A plain store leaves a byte dirty in the cache, wherever it was; an NT store, or a flush of its line after
 * the plain store, puts it on its way: a store fence later it is past the cache. */
enum byte_state { BYTE_UNTOUCHED, BYTE_DIRTY, BYTE_ON_ITS_WAY };

/* One run over the destination [from, from + n) of the room. */
struct lines {
    _Alignas(LINES_PAGE) uint8_t room[LINES_ROOM];
    uint8_t source[LINES_ROOM];
    size_t from, n;
    uint8_t state[LINES_ROOM];        /* enum byte_state */
    uint8_t stored_past[LINES_COUNT]; /* NT stores that began in this line */
    uint8_t flushed[LINES_COUNT];     /* flushes of this line */
    uint64_t count[CODE_WHATS];       /* instructions by kind */
    uint32_t ever;                    /* kinds seen since the room was opened */
    bool vector;                      /* an instruction on vector registers */
    bool nt_unfenced;                 /* an NT store with no fence after it */
    const char *wrong;                /* the first thing that must not happen */
    const char *mnemonic;             /* and the instruction that did it */
    uint64_t steps;                   /* since the room was opened */
    struct codes codes;
};

static inline bool lines_open(struct lines *l)
{
    for (size_t i = 0; i < LINES_ROOM; i++)
        l->source[i] = (uint8_t)(1 + i * 7 % 251);
    l->ever = 0;
    l->steps = 0;
    return codes_open(&l->codes);
}

/* Before each run. */
static inline void lines_place(struct lines *l, size_t from, size_t n, enum byte_state state)
{
    memset(l->room, 0, sizeof(l->room));
    memset(l->stored_past, 0, sizeof(l->stored_past));
    memset(l->flushed, 0, sizeof(l->flushed));
    memset(l->count, 0, sizeof(l->count));
    memset(l->state, 0, sizeof(l->state));
    memset(l->state + from, (int)state, n);
    l->from = from;
    l->n = n;
    l->vector = l->nt_unfenced = false;
    l->wrong = l->mnemonic = NULL;
}

static inline void lines_accuse(struct lines *l, const struct code *code, const char *wrong)
{
    if (l->wrong)
        return;
    l->wrong = wrong;
    l->mnemonic = code ? code->mnemonic : NULL;
}

/* Lines [first, end) are those that hold a byte of the destination. */
static inline size_t lines_first(const struct lines *l)
{
    return l->from / LINES_SIDE;
}

static inline size_t lines_end(const struct lines *l)
{
    return (l->from + l->n + LINES_SIDE - 1) / LINES_SIDE;
}

static inline void lines_store(struct lines *l, const struct code *code, uintptr_t at, unsigned bytes)
{
    bool past = code_bit(code->what) & CODE_NT_SET;
    uintptr_t room = (uintptr_t)l->room, start = room + l->from, end = start + l->n;
    if (!past && (at + bytes <= room || at >= room + LINES_ROOM))
        return; /* its own stack, the counts of a library */
    if (at < start || at + bytes > end) {
        lines_accuse(l, code, "a store outside of the destination");
        return;
    }
    for (unsigned i = 0; i < bytes; i++)
        l->state[at - room + i] = (uint8_t)(past ? BYTE_ON_ITS_WAY : BYTE_DIRTY);
    if (past)
        l->stored_past[(at - room) / LINES_SIDE]++;
    l->nt_unfenced = l->nt_unfenced || past;
}

/* A flush, or a hint (CLDEMOTE), of the line that holds the byte. */
static inline void lines_flush(struct lines *l, const struct code *code, uintptr_t at)
{
    size_t line = (at - (uintptr_t)l->room) / LINES_SIDE; /* below the room: far above its last line */
    if (line < lines_first(l) || line >= lines_end(l)) {
        lines_accuse(l, code, "a flush of a line outside of the destination");
        return;
    }
    if (code->what == CODE_CLDEMOTE)
        return;
    l->flushed[line]++;
    for (size_t i = line * LINES_SIDE; i < (line + 1) * LINES_SIDE; i++)
        if (l->state[i] == BYTE_DIRTY)
            l->state[i] = BYTE_ON_ITS_WAY;
}

static inline void lines_see(void *user, const greg_t *regs)
{
    struct lines *l = user;
    const struct code *code = codes_at(&l->codes, (uintptr_t)regs[REG_RIP]);
    if (!code || code->cannot) {
        lines_accuse(l, code, code ? code->cannot : "more code than the test has room for");
        return;
    }
    if (code->repeated && regs[REG_RCX] == 0)
        return;
    l->count[code->what]++;
    l->ever |= code_bit(code->what);
    l->vector = l->vector || code->vector;
    if (code_bit(code->what) & (CODE_FLUSH_SET | code_bit(CODE_CLDEMOTE))) {
        lines_flush(l, code, code_address(&code->place[0], regs));
        return;
    }
    if (code_bit(code->what) & CODE_FENCE_SET)
        l->nt_unfenced = false;
    for (unsigned i = 0; i < code->places; i++)
        lines_store(l, code, code_address(&code->place[i], regs), code->place[i].bytes);
}

/* Which kinds this run executed. */
static inline uint32_t lines_kinds(const struct lines *l)
{
    uint32_t kinds = 0;
    for (unsigned what = 0; what < CODE_WHATS; what++)
        kinds |= l->count[what] ? code_bit((enum code_what)what) : 0;
    return kinds;
}

/* The same range of lines, by what the run did and by the destination: every line of it stored past the cache
 * or flushed. lines_store and lines_flush have seen that there is no other. */
static inline bool lines_all_covered(const struct lines *l)
{
    for (size_t line = lines_first(l); line < lines_end(l); line++)
        if (!l->stored_past[line] && !l->flushed[line])
            return false;
    return true;
}

static inline bool lines_any(const struct lines *l, enum byte_state state)
{
    for (size_t i = l->from; i < l->from + l->n; i++)
        if (l->state[i] == state)
            return true;
    return false;
}

static inline bool lines_each_flushed_once(const struct lines *l)
{
    for (size_t line = 0; line < LINES_COUNT; line++)
        if (l->flushed[line] != (line >= lines_first(l) && line < lines_end(l)))
            return false;
    return true;
}

#endif
