/* movnt_avx2.c - non-temporal stores of 32 bytes, two to a line */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/edges.h"

__attribute__((target("avx2"))) static void movnt_avx2_lines(uint8_t *to, const uint8_t *from, size_t count)
{
    for (; count; count--, to += LINE, from += LINE) {
        __m256i low = _mm256_loadu_si256((const void *)from);
        __m256i high = _mm256_loadu_si256((const void *)(from + 32));
        prim_note(TRACE_NT_STORE, to, 32);
        _mm256_stream_si256((void *)to, low);
        prim_note(TRACE_NT_STORE, to + 32, 32);
        _mm256_stream_si256((void *)(to + 32), high);
    }
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
