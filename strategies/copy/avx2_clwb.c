/* avx2_clwb.c - a cached copy by 32-byte stores, each line written back by CLWB as soon as it is complete */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <immintrin.h>

#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/by_line.h"

__attribute__((target("avx2"))) static inline void avx2_clwb_line(struct span *s)
{
    __m256i low = _mm256_loadu_si256((const void *)s->from);
    __m256i high = _mm256_loadu_si256((const void *)(s->from + 32));
    _mm256_storeu_si256((void *)s->to, low);
    _mm256_storeu_si256((void *)(s->to + 32), high);
    span_advance(s, LINE);
}

/* Blocks of 2 to 32 lines, stored first and written back then, and 64-byte stores are no faster (Zen 4). */
__attribute__((target("avx2"))) static void avx2_clwb_copy(void *dst, const void *src, size_t n)
{
    by_line_copy(dst, src, n, avx2_clwb_line, line_clwb);
}

const struct copy IN_LAYOUT(copy_avx2_clwb) = {
    .name = "avx2+clwb",
    .summary = "plain stores of 32 bytes, CLWB of each line as soon as it is complete",
    .features = CPU_SSE2 | CPU_AVX2 | CPU_CLWB,
    .gpr_only = false,
    .resident = RESIDENT_AS_CLWB,
    .durable = true,
    .fence = FENCE_NEEDED,
    .copy = avx2_clwb_copy,
    .finish = NULL,
};
