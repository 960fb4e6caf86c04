/* movnt_sse2.c - non-temporal stores of 16 bytes, four to a line */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/edges.h"

/* TURN lines are loaded before the first is stored: see movnt_avx512.c. */
enum { TURN = 4 };

static inline __attribute__((always_inline)) void movnt_sse2_16(uint8_t *to, __m128i value)
{
    prim_note(TRACE_NT_STORE, to, 16);
    _mm_stream_si128((void *)to, value);
}

struct movnt_sse2_line {
    __m128i a, b, c, d;
};

static inline __attribute__((always_inline)) struct movnt_sse2_line movnt_sse2_load(const uint8_t *from)
{
    return (struct movnt_sse2_line){
        _mm_loadu_si128((const void *)from), _mm_loadu_si128((const void *)(from + 16)),
        _mm_loadu_si128((const void *)(from + 32)), _mm_loadu_si128((const void *)(from + 48))};
}

static inline __attribute__((always_inline)) void movnt_sse2_store(uint8_t *to, struct movnt_sse2_line line)
{
    movnt_sse2_16(to, line.a);
    movnt_sse2_16(to + 16, line.b);
    movnt_sse2_16(to + 32, line.c);
    movnt_sse2_16(to + 48, line.d);
}

static void movnt_sse2_lines(uint8_t *to, const uint8_t *from, size_t count)
{
    for (; count >= TURN; count -= TURN, to += TURN * LINE, from += TURN * LINE) {
        struct movnt_sse2_line first = movnt_sse2_load(from), second = movnt_sse2_load(from + LINE);
        struct movnt_sse2_line third = movnt_sse2_load(from + 2 * LINE),
                               fourth = movnt_sse2_load(from + 3 * LINE);
        movnt_sse2_store(to, first);
        movnt_sse2_store(to + LINE, second);
        movnt_sse2_store(to + 2 * LINE, third);
        movnt_sse2_store(to + 3 * LINE, fourth);
    }
    for (; count; count--, to += LINE, from += LINE)
        movnt_sse2_store(to, movnt_sse2_load(from));
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
