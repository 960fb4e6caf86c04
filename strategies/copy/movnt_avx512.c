/* movnt_avx512.c - non-temporal stores of 64 bytes */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <immintrin.h>

#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/edges.h"

/* Lines loaded before the first is stored: 5 % faster where the source straddles lines (Zen 4). */
enum { TURN = 4 };

__attribute__((target("avx512f"))) static inline void movnt_avx512_line(uint8_t *to, __m512i line)
{
    prim_note(TRACE_NT_STORE, to, LINE);
    _mm512_stream_si512((void *)to, line);
}

__attribute__((target("avx512f"))) static void movnt_avx512_lines(uint8_t *to, const uint8_t *from,
                                                                  size_t count)
{
    for (; count >= TURN; count -= TURN, to += TURN * LINE, from += TURN * LINE) {
        __m512i a = _mm512_loadu_si512(from), b = _mm512_loadu_si512(from + LINE);
        __m512i c = _mm512_loadu_si512(from + 2 * LINE), d = _mm512_loadu_si512(from + 3 * LINE);
        movnt_avx512_line(to, a);
        movnt_avx512_line(to + LINE, b);
        movnt_avx512_line(to + 2 * LINE, c);
        movnt_avx512_line(to + 3 * LINE, d);
    }
    for (; count; count--, to += LINE, from += LINE)
        movnt_avx512_line(to, _mm512_loadu_si512(from));
}

static void movnt_avx512_copy(void *dst, const void *src, size_t n)
{
    edges_copy(dst, src, n, movnt_avx512_lines);
}

static void movnt_avx512_finish(void *dst, size_t n)
{
    edges_finish(dst, n);
}

const struct copy IN_LAYOUT(copy_movnt_avx512) = {
    .name = "movnt-avx512",
    .summary = "non-temporal stores of 64 bytes",
    .features = CPU_SSE2 | CPU_CLWB | CPU_AVX512F,
    .gpr_only = false,
    .resident = RESIDENT_NO,
    .durable = true,
    .fence = FENCE_NEEDED,
    .copy = movnt_avx512_copy,
    .finish = movnt_avx512_finish,
};
