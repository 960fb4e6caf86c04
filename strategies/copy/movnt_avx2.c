/* movnt_avx2.c - non-temporal stores of 32 bytes, two to a line */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <immintrin.h>

#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/edges.h"

/* TURN lines are loaded before the first is stored: see movnt_avx512.c. */
enum { HALF = 32, TURN = 4 };

__attribute__((target("avx2"))) static inline __m256i movnt_avx2_load(const uint8_t *from)
{
    return _mm256_loadu_si256((const void *)from);
}

__attribute__((target("avx2"))) static inline void movnt_avx2_line(uint8_t *to, __m256i low, __m256i high)
{
    prim_note(TRACE_NT_STORE, to, HALF);
    _mm256_stream_si256((void *)to, low);
    prim_note(TRACE_NT_STORE, to + HALF, HALF);
    _mm256_stream_si256((void *)(to + HALF), high);
}

__attribute__((target("avx2"))) static void movnt_avx2_lines(uint8_t *to, const uint8_t *from, size_t count)
{
    for (; count >= TURN; count -= TURN, to += TURN * LINE, from += TURN * LINE) {
        __m256i a = movnt_avx2_load(from), b = movnt_avx2_load(from + HALF);
        __m256i c = movnt_avx2_load(from + LINE), d = movnt_avx2_load(from + LINE + HALF);
        __m256i e = movnt_avx2_load(from + 2 * LINE), f = movnt_avx2_load(from + 2 * LINE + HALF);
        __m256i g = movnt_avx2_load(from + 3 * LINE), h = movnt_avx2_load(from + 3 * LINE + HALF);
        movnt_avx2_line(to, a, b);
        movnt_avx2_line(to + LINE, c, d);
        movnt_avx2_line(to + 2 * LINE, e, f);
        movnt_avx2_line(to + 3 * LINE, g, h);
    }
    for (; count; count--, to += LINE, from += LINE)
        movnt_avx2_line(to, movnt_avx2_load(from), movnt_avx2_load(from + HALF));
}

static void movnt_avx2_copy(void *dst, const void *src, size_t n)
{
    edges_copy(dst, src, n, movnt_avx2_lines);
}

static void movnt_avx2_finish(void *dst, size_t n)
{
    edges_finish(dst, n);
}

const struct copy IN_LAYOUT(copy_movnt_avx2) = {
    .name = "movnt-avx2",
    .summary = "non-temporal stores of 32 bytes, two to a line",
    .features = CPU_SSE2 | CPU_CLWB | CPU_AVX2,
    .gpr_only = false,
    .resident = RESIDENT_NO,
    .durable = true,
    .fence = FENCE_NEEDED,
    .copy = movnt_avx2_copy,
    .finish = movnt_avx2_finish,
};
