/* movnt_sse2.c - non-temporal stores of 16 bytes, four to a line */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/edges.h"

static inline __attribute__((always_inline)) void movnt_sse2_16(uint8_t *to, __m128i value)
{
    prim_note(TRACE_NT_STORE, to, 16);
    _mm_stream_si128((void *)to, value);
}

static void movnt_sse2_lines(uint8_t *to, const uint8_t *from, size_t count)
{
    for (; count; count--, to += LINE, from += LINE) {
        __m128i a = _mm_loadu_si128((const void *)from);
        __m128i b = _mm_loadu_si128((const void *)(from + 16));
        __m128i c = _mm_loadu_si128((const void *)(from + 32));
        __m128i d = _mm_loadu_si128((const void *)(from + 48));
        movnt_sse2_16(to, a);
        movnt_sse2_16(to + 16, b);
        movnt_sse2_16(to + 32, c);
        movnt_sse2_16(to + 48, d);
    }
}

static void movnt_sse2_copy(void *dst, const void *src, size_t n)
{
    edges_copy(dst, src, n, movnt_sse2_lines);
}

static void movnt_sse2_finish(void *dst, size_t n)
{
    edges_finish(dst, n);
}

const struct copy IN_LAYOUT(copy_movnt_sse2) = {
    .name = "movnt-sse2",
    .summary = "non-temporal stores of 16 bytes, four to a line",
    .features = CPU_SSE2 | CPU_CLWB,
    .gpr_only = false,
    .resident = RESIDENT_NO,
    .durable = true,
    .fence = FENCE_NEEDED,
    .copy = movnt_sse2_copy,
    .finish = movnt_sse2_finish,
};
