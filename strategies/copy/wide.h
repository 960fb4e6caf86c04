/* wide.h - what the copies by plain wide stores do with less than one vector */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_COPY_WIDE_H
#define STRATEGIES_COPY_WIDE_H

#include <stddef.h>
#include <stdint.h>

#include "strategies/copy/steps.h"

/* Copies n < 32 bytes by two moves that may overlap: the first bytes and the last. */
static inline __attribute__((always_inline)) void wide_small(uint8_t *to, const uint8_t *from, size_t n)
{
    if (n >= 16) {
        __m128i first = _mm_loadu_si128((const void *)from);
        __m128i last = _mm_loadu_si128((const void *)(from + n - 16));
        _mm_storeu_si128((void *)to, first);
        _mm_storeu_si128((void *)(to + n - 16), last);
    } else if (n >= 8) {
        uint64_t first = step_load8(from), last = step_load8(from + n - 8);
        step_store8(to, first);
        step_store8(to + n - 8, last);
    } else {
        step_plain_small(to, from, n);
    }
}

/* Ends a turn of a copy loop: a compiler that knows the loop for a copy would call memcpy instead. */
static inline __attribute__((always_inline)) void wide_turn(void)
{
    __asm__ volatile("" : : : "memory");
}

#endif
