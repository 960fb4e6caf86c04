/* prim.h - the machine's primitives, named by meaning; all that moves lines to memory goes through here */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_PRIM_H
#define STRATEGIES_PRIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <emmintrin.h>

#include "strategies/layout.h"
#include "strategies/trace.h"

enum {
    LINE = 64
}; /* bytes of a cache line; arch_wb_cache_pmem's x86_clflush_size on every CPU that has CLWB */

static inline void prim_note(enum trace_kind kind, const void *address, uint64_t bytes)
{
#if PMB_TRACE
    trace_event(kind, address, bytes);
#else
    (void)kind, (void)address, (void)bytes;
#endif
}

/* Orders all earlier stores of this CPU, NT stores and CLWB among them, before all later ones (SFENCE). */
static inline void store_fence(void)
{
    prim_note(TRACE_FENCE, NULL, 0);
    _mm_sfence();
}

/* Orders everything (MFENCE). */
static inline void full_fence(void)
{
    prim_note(TRACE_FENCE, NULL, 0);
    _mm_mfence();
}

/* Non-temporal stores of 8 and 4 bytes (MOVNTI). Any alignment that the caller can answer for. */
static inline void nt_store8(void *dst, uint64_t value)
{
    prim_note(TRACE_NT_STORE, dst, 8);
    __asm__ volatile("movntiq %1, %0" : "=m"(*(uint64_t *)dst) : "r"(value));
}

static inline void nt_store4(void *dst, uint32_t value)
{
    prim_note(TRACE_NT_STORE, dst, 4);
    __asm__ volatile("movntil %1, %0" : "=m"(*(uint32_t *)dst) : "r"(value));
}

/* Write one line back to memory: CLWB may keep it, CLFLUSHOPT and CLFLUSH drop it. By encoding, so that no
 * compiler flag is needed; the caller has looked whether the CPU has it. The operand is one byte of
 * the line; the clobber keeps the compiler from moving stores to the others past it. */
static inline void line_clwb(const void *line)
{
    prim_note(TRACE_WRITEBACK, line, LINE);
    __asm__ volatile(".byte 0x66; xsaveopt %0"
                     : "+m"(*(volatile char *)(uintptr_t)line)
                     :
                     : "memory"); /* CLWB m8 */
}

static inline void line_clflushopt(const void *line)
{
    prim_note(TRACE_WRITEBACK, line, LINE);
    __asm__ volatile(".byte 0x66; clflush %0"
                     : "+m"(*(volatile char *)(uintptr_t)line)
                     :
                     : "memory"); /* CLFLUSHOPT m8 */
}

static inline void line_clflush(const void *line)
{
    prim_note(TRACE_WRITEBACK, line, LINE);
    __asm__ volatile("clflush %0" : "+m"(*(volatile char *)(uintptr_t)line) : : "memory");
}

/* A hint to move the line to a cache farther from the core (CLDEMOTE m8, by encoding; a NOP on CPUs without
 * it, SDM vol. 2). No event: it moves nothing past the caches. */
static inline void line_cldemote(const void *line)
{
    __asm__ volatile(".byte 0x0f, 0x1c, 0x00" : : "a"(line) : "memory");
}

/* LOCKed read-modify-write operations. Each is also a store fence on x86 (SDM vol. 3, 8.2.3.9 and CLWB). */
static inline uint64_t locked_or(uint64_t *word, uint64_t bits)
{
    prim_note(TRACE_LOCKED, word, 8);
    return __atomic_fetch_or(word, bits, __ATOMIC_SEQ_CST);
}

static inline uint64_t locked_and(uint64_t *word, uint64_t bits)
{
    prim_note(TRACE_LOCKED, word, 8);
    return __atomic_fetch_and(word, bits, __ATOMIC_SEQ_CST);
}

static inline uint64_t locked_exchange(uint64_t *word, uint64_t value)
{
    prim_note(TRACE_LOCKED, word, 8);
    return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
}

static inline uint32_t locked_add32(uint32_t *word, uint32_t value)
{
    prim_note(TRACE_LOCKED, word, 4);
    return __atomic_fetch_add(word, value, __ATOMIC_SEQ_CST);
}

static inline bool locked_compare_exchange32(uint32_t *word, uint32_t expected, uint32_t desired)
{
    prim_note(TRACE_LOCKED, word, 4);
    return __atomic_compare_exchange_n(word, &expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

#endif
