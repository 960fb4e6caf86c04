/* cpu.c - CPU features from CPUID */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"

#include <libcpuid/libcpuid.h>
#include <stdio.h>
#include <string.h>

enum register_index { REG_A, REG_B, REG_C, REG_D };

static const char *const names[CPU_FEATURES] = {"SSE2",    "AVX2",       "AVX512F", "ERMS",      "FSRM",
                                                "CLFLUSH", "CLFLUSHOPT", "CLWB",    "MOVDIR64B", "CLDEMOTE"};

/* XCR0: the register state that the system saves (SDM vol. 1, 13.3). */
static uint64_t xcr0(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((uint64_t)high << 32) | low;
}

static void leaf(uint32_t number, uint32_t regs[4])
{
    memset(regs, 0, 4 * sizeof(regs[0]));
    regs[REG_A] = number;
    cpu_exec_cpuid_ext(regs);
}

static uint32_t bit(uint32_t word, unsigned n, uint32_t feature)
{
    return (word >> n) & 1 ? feature : 0;
}

uint32_t cpu_features(void)
{
    uint32_t max[4], one[4], seven[4] = {0};
    leaf(0, max);
    leaf(1, one);
    if (max[REG_A] >= 7)
        leaf(7, seven);
    uint32_t set = bit(one[REG_D], 26, CPU_SSE2) | bit(one[REG_D], 19, CPU_CLFLUSH);
    set |= bit(seven[REG_B], 9, CPU_ERMS) | bit(seven[REG_B], 23, CPU_CLFLUSHOPT) |
           bit(seven[REG_B], 24, CPU_CLWB);
    set |= bit(seven[REG_D], 4, CPU_FSRM) | bit(seven[REG_C], 28, CPU_MOVDIR64B) |
           bit(seven[REG_C], 25, CPU_CLDEMOTE);
    uint64_t saved = (one[REG_C] >> 27) & 1 ? xcr0() : 0;
    if ((saved & 0x6) == 0x6)
        set |= bit(seven[REG_B], 5, CPU_AVX2);
    if ((saved & 0xe6) == 0xe6)
        set |= bit(seven[REG_B], 16, CPU_AVX512F);
    return set;
}

const char *cpu_feature_name(unsigned i)
{
    return i < CPU_FEATURES ? names[i] : "unknown";
}

char *cpu_feature_list(uint32_t set, char *out, unsigned bytes)
{
    unsigned used = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < CPU_FEATURES; i++)
        if (set & (1u << i) && used < bytes)
            used += (unsigned)snprintf(out + used, bytes - used, "%s%s", used ? ", " : "", names[i]);
    return out;
}
