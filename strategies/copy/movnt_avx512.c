/* movnt_avx512.c - non-temporal stores of 64 bytes */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/edges.h"

__attribute__((target("avx512f"))) static void movnt_avx512_lines(uint8_t *to, const uint8_t *from,
                                                                  size_t count)
{
    for (; count; count--, to += LINE, from += LINE) {
        __m512i line = _mm512_loadu_si512(from);
        prim_note(TRACE_NT_STORE, to, LINE);
        _mm512_stream_si512((void *)to, line);
    }
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
