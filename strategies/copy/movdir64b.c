/* movdir64b.c - 64-byte direct stores: the wide bypass without vector registers */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"
#include "strategies/copy/edges.h"

static void movdir64b_lines(uint8_t *to, const uint8_t *from, size_t count)
{
    for (; count; count--, to += LINE, from += LINE) {
        prim_note(TRACE_NT_STORE, to, LINE);
        /* MOVDIR64B (%rdx), %rax, by encoding for assemblers that do not know it. */
        __asm__ volatile(".byte 0x66, 0x0f, 0x38, 0xf8, 0x02" : : "a"(to), "d"(from) : "memory");
    }
}

static void movdir64b_copy(void *dst, const void *src, size_t n)
{
    edges_copy(dst, src, n, movdir64b_lines);
}

static void movdir64b_finish(void *dst, size_t n)
{
    edges_finish(dst, n);
}

const struct copy IN_LAYOUT(copy_movdir64b) = {
    .name = "movdir64b",
    .summary = "64-byte direct stores: the widest bypass that a kernel could use",
    .features = CPU_SSE2 | CPU_CLWB | CPU_MOVDIR64B,
    .gpr_only = true,
    .resident = RESIDENT_NO,
    .durable = true,
    .fence = FENCE_NEEDED,
    .copy = movdir64b_copy,
    .finish = movdir64b_finish,
};
