/* steps.h - the steps through general registers that the copies are made of */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_COPY_STEPS_H
#define STRATEGIES_COPY_STEPS_H

#include <stddef.h>
#include <stdint.h>

#include "strategies/prim.h"

/* Loads are memcpy of a constant size: one MOV at any alignment. Plain stores are volatile assembly, so that
 * a loop of them becomes neither a call of memcpy nor vector code, and so that none sinks below the
 * write-back of its line (whose operand in prim.h is one byte of it). Both may alias, which keeps "loads
 * first, then stores" as written. */

typedef struct {
    uint64_t value;
} __attribute__((packed, may_alias)) step_any8;

typedef struct {
    uint32_t value;
} __attribute__((packed, may_alias)) step_any4;

typedef struct {
    uint16_t value;
} __attribute__((packed, may_alias)) step_any2;

/* What is left of a copy. */
struct span {
    uint8_t *to;
    const uint8_t *from;
    size_t left;
};

static inline __attribute__((always_inline)) void span_advance(struct span *s, size_t n)
{
    s->to += n;
    s->from += n;
    s->left -= n;
}

static inline __attribute__((always_inline)) uint64_t step_load8(const void *src)
{
    uint64_t value;
    __builtin_memcpy(&value, src, sizeof(value));
    return value;
}

static inline __attribute__((always_inline)) uint32_t step_load4(const void *src)
{
    uint32_t value;
    __builtin_memcpy(&value, src, sizeof(value));
    return value;
}

static inline __attribute__((always_inline)) uint16_t step_load2(const void *src)
{
    uint16_t value;
    __builtin_memcpy(&value, src, sizeof(value));
    return value;
}

static inline __attribute__((always_inline)) void step_store8(void *dst, uint64_t value)
{
    __asm__ volatile("movq %1, %0" : "=m"(*(step_any8 *)dst) : "r"(value));
}

static inline __attribute__((always_inline)) void step_store4(void *dst, uint32_t value)
{
    __asm__ volatile("movl %1, %0" : "=m"(*(step_any4 *)dst) : "r"(value));
}

static inline __attribute__((always_inline)) void step_store2(void *dst, uint16_t value)
{
    __asm__ volatile("movw %1, %0" : "=m"(*(step_any2 *)dst) : "r"(value));
}

static inline __attribute__((always_inline)) void step_store1(uint8_t *dst, uint8_t value)
{
    __asm__ volatile("movb %1, %0" : "=m"(*dst) : "q"(value));
}

/* Less than 8 bytes, at any alignment, by two plain moves that may overlap: the first bytes and the last. */
static inline __attribute__((always_inline)) void step_plain_small(uint8_t *to, const uint8_t *from, size_t n)
{
    if (n >= 4) {
        uint32_t first = step_load4(from), last = step_load4(from + n - 4);
        step_store4(to, first);
        step_store4(to + n - 4, last);
    } else if (n >= 2) {
        uint16_t first = step_load2(from), last = step_load2(from + n - 2);
        step_store2(to, first);
        step_store2(to + n - 2, last);
    } else if (n) {
        step_store1(to, *from);
    }
}

/* Plain steps of 1, 2, 8 and 64 bytes at any alignment. */
static inline __attribute__((always_inline)) void span_plain1(struct span *s)
{
    step_store1(s->to, *s->from);
    span_advance(s, 1);
}

static inline __attribute__((always_inline)) void span_plain2(struct span *s)
{
    step_store2(s->to, step_load2(s->from));
    span_advance(s, 2);
}

static inline __attribute__((always_inline)) void span_plain8(struct span *s)
{
    step_store8(s->to, step_load8(s->from));
    span_advance(s, 8);
}

static inline __attribute__((always_inline)) void span_plain32(struct span *s)
{
    uint64_t a = step_load8(s->from), b = step_load8(s->from + 8);
    uint64_t c = step_load8(s->from + 16), d = step_load8(s->from + 24);
    step_store8(s->to, a);
    step_store8(s->to + 8, b);
    step_store8(s->to + 16, c);
    step_store8(s->to + 24, d);
    span_advance(s, 32);
}

static inline __attribute__((always_inline)) void span_plain_line(struct span *s)
{
    span_plain32(s);
    span_plain32(s);
}

/* Non-temporal steps (MOVNTI); the destination is aligned to the step, 64 bytes to 8. */
static inline __attribute__((always_inline)) void span_nt4(struct span *s)
{
    nt_store4(s->to, step_load4(s->from));
    span_advance(s, 4);
}

static inline __attribute__((always_inline)) void span_nt8(struct span *s)
{
    nt_store8(s->to, step_load8(s->from));
    span_advance(s, 8);
}

static inline __attribute__((always_inline)) void span_nt32(struct span *s)
{
    uint64_t a = step_load8(s->from), b = step_load8(s->from + 8);
    uint64_t c = step_load8(s->from + 16), d = step_load8(s->from + 24);
    nt_store8(s->to, a);
    nt_store8(s->to + 8, b);
    nt_store8(s->to + 16, c);
    nt_store8(s->to + 24, d);
    span_advance(s, 32);
}

static inline __attribute__((always_inline)) void span_nt_line(struct span *s)
{
    span_nt32(s);
    span_nt32(s);
}

#endif
