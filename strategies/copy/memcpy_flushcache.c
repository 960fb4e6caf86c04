/* memcpy_flushcache.c - the kernel's cache-bypassing copy from its own memory, step for step */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/steps.h"
#include "strategies/writeback/lines.h"

/* Less than 8 bytes that stay within one aligned word: memcpy and clean_cache_range, here by bytes. */
static inline __attribute__((always_inline)) void flushcache_part(struct span *s, size_t n)
{
    uint8_t *start = s->to;
    struct span part = {s->to, s->from, n};
    while (part.left)
        span_plain1(&part);
    lines_each(start, n, line_clwb);
    span_advance(s, n);
}

/* __memcpy_flushcache (arch/x86/lib/usercopy_64.c): pmem's block writes and its copies from kernel memory. It
 * writes head and tail back where it stores them and leaves the fence to the flush. */
static void memcpy_flushcache_copy(void *dst, const void *src, size_t n)
{
    struct span s = {dst, src, n};
    size_t head = -(uintptr_t)dst % 8;
    if (head) {
        flushcache_part(&s, head < n ? head : n);
        if (!s.left)
            return;
    }
    while (s.left >= 32)
        span_nt32(&s);
    while (s.left >= 8)
        span_nt8(&s);
    while (s.left >= 4)
        span_nt4(&s);
    if (s.left)
        flushcache_part(&s, s.left);
}

const struct copy IN_LAYOUT(copy_memcpy_flushcache) = {
    .name = "memcpy-flushcache",
    .summary = "__memcpy_flushcache: kernel sources, pmem's block writes; 32-byte turns, no fence",
    .features = CPU_SSE2 | CPU_CLWB,
    .gpr_only = true,
    .resident = RESIDENT_NO,
    .durable = true,
    .fence = FENCE_NEEDED,
    .copy = memcpy_flushcache_copy,
    .finish = NULL,
};
