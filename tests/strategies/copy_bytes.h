/* copy_bytes.h - the checker of what a copy strategy does to bytes: these, all of these, no others */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_STRATEGIES_COPY_BYTES_H
#define TESTS_STRATEGIES_COPY_BYTES_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/rng.h"
#include "strategies/copy.h"

enum {
    BYTES_PAGE = 4096,
    BYTES_ROOM = 20 * BYTES_PAGE, /* of each side */
    BYTES_MARGIN = 128,           /* guard bytes looked at on both sides */
    BYTES_GUARD = 0xa5,           /* occurs in no source */
    BYTES_START = BYTES_PAGE - 64 /* so that offsets 0..63 and up to 130 bytes cross a page's end */
};

/* Two rooms, each between two pages that cannot be touched, and what the source must still hold. */
struct bytes_arena {
    uint8_t *dst;
    uint8_t *src;
    uint8_t golden[BYTES_ROOM];
    uint8_t guard[BYTES_MARGIN];
};

/* A placement: where in the two rooms, how much. */
struct bytes_case {
    size_t dst_at, src_at, n;
};

static inline uint8_t *bytes_room(void)
{
    uint8_t *whole = mmap(NULL, BYTES_ROOM + 2 * BYTES_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(whole != MAP_FAILED);
    assert_int_equal(mprotect(whole + BYTES_PAGE, BYTES_ROOM, PROT_READ | PROT_WRITE), 0);
    return whole + BYTES_PAGE;
}

static inline void bytes_open(struct bytes_arena *a)
{
    struct rng rng = {.state = 1};
    a->dst = bytes_room();
    a->src = bytes_room();
    for (size_t i = 0; i < BYTES_ROOM; i++) {
        uint8_t value = (uint8_t)rng_next(&rng);
        a->src[i] = a->golden[i] = value == BYTES_GUARD ? 0 : value;
    }
    memset(a->guard, BYTES_GUARD, sizeof(a->guard));
}

static inline void bytes_close(struct bytes_arena *a)
{
    munmap(a->dst - BYTES_PAGE, BYTES_ROOM + 2 * BYTES_PAGE);
    munmap(a->src - BYTES_PAGE, BYTES_ROOM + 2 * BYTES_PAGE);
}

static inline size_t bytes_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Copies and finishes once; NULL, or what is wrong. */
static inline const char *bytes_wrong(struct bytes_arena *a, const struct copy *c, struct bytes_case at)
{
    uint8_t *dst = a->dst + at.dst_at;
    size_t before = bytes_smaller(at.dst_at, BYTES_MARGIN);
    size_t after = bytes_smaller(BYTES_ROOM - at.dst_at - at.n, BYTES_MARGIN);
    memset(dst - before, BYTES_GUARD, before + at.n + after);
    c->copy(dst, a->src + at.src_at, at.n);
    if (c->finish)
        c->finish(dst, at.n);
    if (memcmp(dst - before, a->guard, before) != 0)
        return "wrote before the destination";
    if (memcmp(dst + at.n, a->guard, after) != 0)
        return "wrote after the destination";
    if (memcmp(dst, a->golden + at.src_at, at.n) != 0)
        return "did not copy every byte";
    size_t from = at.src_at - bytes_smaller(at.src_at, BYTES_MARGIN);
    size_t to = bytes_smaller(BYTES_ROOM, at.src_at + at.n + BYTES_MARGIN);
    if (memcmp(a->src + from, a->golden + from, to - from) != 0)
        return "changed the source";
    return NULL;
}

/* The same, telling on stderr what is wrong. */
static inline bool bytes_hold(struct bytes_arena *a, const struct copy *c, struct bytes_case at)
{
    const char *wrong = bytes_wrong(a, c, at);
    if (wrong)
        fprintf(stderr, "%s: %s (destination at %zu, source at %zu, %zu bytes)\n", c->name, wrong, at.dst_at,
                at.src_at, at.n);
    return !wrong;
}

/* Every offset of both sides that is a multiple of its step, below 64, with every length 0..130. */
static inline bool bytes_hold_matrix(struct bytes_arena *a, const struct copy *c, size_t dst_step,
                                     size_t src_step)
{
    for (size_t d = 0; d < 64; d += dst_step)
        for (size_t s = 0; s < 64; s += src_step)
            for (size_t n = 0; n <= 130; n++)
                if (!bytes_hold(a, c, (struct bytes_case){BYTES_START + d, BYTES_START + s, n}))
                    return false;
    return true;
}

/* Lengths around the turns of the wide copies, a page and libc.h's chunk, and one of several chunks. */
static inline bool bytes_hold_long(struct bytes_arena *a, const struct copy *c, size_t src_step)
{
    static const size_t lengths[] = {191,  192,  193,  255,  256,  257,   319,   320,   321,   383,  384,
                                     385,  511,  512,  513,  575,  576,   577,   767,   768,   769,  1023,
                                     1024, 1025, 4095, 4096, 4097, 16383, 16384, 16385, 65536, 65543};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        for (size_t d = 0; d<64; d += lengths[i]> 4097 ? 21 : 1)
            for (size_t s = 0; s < 64; s += src_step)
                if (!bytes_hold(a, c, (struct bytes_case){BYTES_START + d, BYTES_START + s, lengths[i]}))
                    return false;
    return true;
}

/* Both sides right behind and right before a page that cannot be touched: a stray read or write dies. */
static inline bool bytes_hold_borders(struct bytes_arena *a, const struct copy *c)
{
    for (size_t i = 0; i <= 134; i++) {
        size_t n = i <= 130 ? i : 4090 + 3 * (i - 130);
        size_t end = BYTES_ROOM - n;
        struct bytes_case at[] = {{0, 0, n}, {end, end, n}, {0, end, n}, {end, 0, n}};
        for (size_t k = 0; k < sizeof(at) / sizeof(at[0]); k++)
            if (!bytes_hold(a, c, at[k]))
                return false;
    }
    return true;
}

#endif
