/* avx512.c - a cached copy by plain 64-byte stores */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <immintrin.h>

#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/wide.h"

enum { HALF = 32, VECTOR = 64, FOUR = 4 * VECTOR };

/* Half a vector, one, two or four, at any alignment; all are loaded before the first is stored. */
__attribute__((target("avx512f"), always_inline)) static inline void avx512_half(uint8_t *to,
                                                                                 const uint8_t *from)
{
    _mm256_storeu_si256((void *)to, _mm256_loadu_si256((const void *)from));
}

__attribute__((target("avx512f"), always_inline)) static inline void avx512_1(uint8_t *to,
                                                                              const uint8_t *from)
{
    _mm512_storeu_si512(to, _mm512_loadu_si512(from));
}

__attribute__((target("avx512f"), always_inline)) static inline void avx512_2(uint8_t *to,
                                                                              const uint8_t *from)
{
    __m512i a = _mm512_loadu_si512(from), b = _mm512_loadu_si512(from + VECTOR);
    _mm512_storeu_si512(to, a);
    _mm512_storeu_si512(to + VECTOR, b);
}

__attribute__((target("avx512f"), always_inline)) static inline void avx512_4(uint8_t *to,
                                                                              const uint8_t *from)
{
    __m512i a = _mm512_loadu_si512(from), b = _mm512_loadu_si512(from + VECTOR);
    __m512i c = _mm512_loadu_si512(from + 2 * VECTOR), d = _mm512_loadu_si512(from + 3 * VECTOR);
    _mm512_storeu_si512(to, a);
    _mm512_storeu_si512(to + VECTOR, b);
    _mm512_storeu_si512(to + 2 * VECTOR, c);
    _mm512_storeu_si512(to + 3 * VECTOR, d);
}

/* More than 2 * FOUR bytes: a line as it lies, then whole lines of the destination one by one, then the last
 * line as it lies. Turns of several lines, loaded before they are stored, are no faster where the destination
 * is cached and up to 20 % slower where it is not; turns that straddle lines are slower in both. */
__attribute__((target("avx512f"), always_inline)) static inline void
avx512_long(uint8_t *to, const uint8_t *from, size_t n)
{
    uint8_t *last = to + n - LINE;
    const uint8_t *last_from = from + n - LINE;
    size_t head = LINE - (uintptr_t)to % LINE;
    avx512_1(to, from);
    to += head;
    from += head;
    for (; to < last; to += LINE, from += LINE) {
        avx512_1(to, from);
        wide_turn();
    }
    avx512_1(last, last_from);
}

/* Up to 2 * FOUR bytes in one go: the first and the last vectors, which overlap where n is no multiple. */
__attribute__((target("avx512f"))) static void avx512_copy(void *dst, const void *src, size_t n)
{
    uint8_t *to = dst;
    const uint8_t *from = src;
    if (n < HALF) {
        wide_small(to, from, n);
    } else if (n < VECTOR) {
        avx512_half(to, from);
        avx512_half(to + n - HALF, from + n - HALF);
    } else if (n <= 2 * VECTOR) {
        avx512_1(to, from);
        avx512_1(to + n - VECTOR, from + n - VECTOR);
    } else if (n <= FOUR) {
        avx512_2(to, from);
        avx512_2(to + n - 2 * VECTOR, from + n - 2 * VECTOR);
    } else if (n <= 2 * FOUR) {
        avx512_4(to, from);
        avx512_4(to + n - FOUR, from + n - FOUR);
    } else {
        avx512_long(to, from, n);
    }
}

const struct copy IN_LAYOUT(copy_avx512) = {
    .name = "avx512",
    .summary = "plain stores of 64 bytes",
    .features = CPU_SSE2 | CPU_AVX512F,
    .gpr_only = false,
    .resident = RESIDENT_YES,
    .durable = false,
    .fence = FENCE_NONE,
    .copy = avx512_copy,
    .finish = NULL,
};
