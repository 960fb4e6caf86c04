/* cpu.h - the instructions that this CPU and system let us use, behind one function */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_CPU_H
#define BASE_CPU_H

#include <stdint.h>

/* Features that a strategy may need, one bit each. */
enum cpu_feature {
    CPU_SSE2 = 1u << 0,
    CPU_AVX2 = 1u << 1,
    CPU_AVX512F = 1u << 2,
    CPU_ERMS = 1u << 3,
    CPU_FSRM = 1u << 4,
    CPU_CLFLUSH = 1u << 5,
    CPU_CLFLUSHOPT = 1u << 6,
    CPU_CLWB = 1u << 7,
    CPU_MOVDIR64B = 1u << 8,
    CPU_CLDEMOTE = 1u << 9,
    CPU_FEATURES = 10
};

/* The set of features, from CPUID leaves 1 and 7 (raw, through libcpuid) and, for AVX, XGETBV: what the
 * system does not save at a context switch does not count. Reads no file. Thread-safe. */
uint32_t cpu_features(void);

/* The field's name of bit i (0 .. CPU_FEATURES-1), such as "CLWB". */
const char *cpu_feature_name(unsigned i);

/* Writes the names of the features in `set`, comma separated, into out (of `bytes`). Returns out. */
char *cpu_feature_list(uint32_t set, char *out, unsigned bytes);

#endif
