/* tune_library.c - which of libpmem2's variables do something on which CPU */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tune_library.h"

#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "base/text.h"
#include "bench/spec.h"
#include "bench/tune_sizes.h"
#include "strategies/domain.h"

enum { THRESHOLDS = 6 };

#define THRESHOLD "PMEM_MOVNT_THRESHOLD"
#define NO_VECTOR "PMEM_NO_MOVNT"

/* Seen in libpmem2 1.12.1 by the routines that run: PMEM_AVX=0 changes nothing where AVX-512 is used,
 * PMEM_NO_GENERIC_MEMCPY nothing without PMEM_NO_MOVNT, PMEM_NO_CLFLUSHOPT nothing where CLWB is, and
 * PMEM_WC_WORKAROUND (on by itself for Intel's) nothing with AVX-512. */
static const struct known {
    const char *name, *value;
    uint32_t needs, lacks; /* enum cpu_feature */
    bool intel;            /* on Intel's CPUs only */
    const char *what;
} known[] = {
    {THRESHOLD, "9223372036854775807", 0, 0, false, "no copy goes past the caches, however large"},
    {NO_VECTOR, "1", 0, 0, false, "copies by plain 8-byte stores and write-backs, without vector registers"},
    {"PMEM_NO_CLWB", "1", CPU_CLWB | CPU_CLFLUSHOPT, 0, false,
     "writes lines back by CLFLUSHOPT instead of CLWB"},
    {"PMEM_AVX512F", "0", CPU_AVX512F | CPU_AVX2, 0, false, "copies by AVX instead of AVX-512"},
    {"PMEM_AVX", "0", CPU_AVX2, CPU_AVX512F, false, "copies by SSE2 instead of AVX"},
    {"PMEM_MOVDIR64B", "1", CPU_MOVDIR64B, 0, false, "goes past the caches by MOVDIR64B"},
    {"PMEM_WC_WORKAROUND", "0", 0, CPU_AVX512F, true,
     "no fence after every 12 lines that go past the caches"},
    {THRESHOLD, "0", 0, 0, false, "every copy goes past the caches, however small"},
};

static struct tune_candidate *add(struct tune_candidate *out, const char *name, const char *value,
                                  const char *what)
{
    text_copy(out->variable.name, sizeof(out->variable.name), name);
    text_copy(out->variable.value, sizeof(out->variable.value), value);
    text_copy(out->what, sizeof(out->what), what);
    return out + 1;
}

size_t tune_candidates(const struct tuning *t, uint32_t features, struct tune_candidate *out)
{
    struct tune_candidate *next = out;
    uint64_t sizes[THRESHOLDS];
    bool intel = strstr(t->machine.vendor, "Intel");
    size_t count = tune_sizes_thresholds(t, sizes, THRESHOLDS);
    for (size_t i = 0; i < count; i++) {
        char value[NAME_TEXT], what[LINE_TEXT];
        snprintf(value, sizeof(value), "%llu", (unsigned long long)sizes[i]);
        snprintf(what, sizeof(what),
                 "copies of %s bytes and more go past the caches, instead of 256 and more", value);
        next = add(next, THRESHOLD, value, what);
    }
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if ((features & known[i].needs) == known[i].needs && !(features & known[i].lacks) &&
            (intel || !known[i].intel))
            next = add(next, known[i].name, known[i].value, known[i].what);
    return (size_t)(next - out);
}

/* Whether it only chooses among the vector copies, which PMEM_NO_MOVNT leaves all out. */
static bool is_of_vectors(const char *name)
{
    return strcmp(name, NO_VECTOR) != 0 && strcmp(name, "PMEM_NO_CLWB") != 0;
}

bool tune_rivals(const char *a, const char *b)
{
    return (!strcmp(a, NO_VECTOR) && is_of_vectors(b)) || (!strcmp(b, NO_VECTOR) && is_of_vectors(a));
}

bool tune_library_fits(const char *domain)
{
    struct error unknown = {0};
    int id = spec_domain(domain, &unknown);
    return id < 0 || !domain_get((enum domain_id)id, 0)->drain_modelled;
}
