/* machine_cpu.c - which CPU this is, through libcpuid */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <libcpuid/libcpuid.h>
#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "bench/machine_facts.h"

/* The hypervisor's signature: CPUID leaf 0x40000000 where leaf 1 says that there is one (SDM vol. 2, CPUID,
 * ECX bit 31 of leaf 1; Linux arch/x86/include/asm/cpuid.h hypervisor_cpuid_base). */
static void hypervisor(char *out, size_t bytes)
{
    uint32_t one[4], leaf[4];
    char signature[13] = {0};
    cpu_exec_cpuid(1, one);
    if (!(one[ECX] >> 31)) {
        snprintf(out, bytes, "none");
        return;
    }
    cpu_exec_cpuid(0x40000000, leaf);
    memcpy(signature, &leaf[EBX], 12);
    for (char *c = signature; *c; c++)
        if (!isprint((unsigned char)*c))
            *c = '?';
    snprintf(out, bytes, "%s", signature[0] ? signature : "unknown");
}

/* Brand strings are padded with blanks on both sides. */
static void trimmed(const char *text, char *out, size_t bytes)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t n = strlen(text);
    while (n && isspace((unsigned char)text[n - 1]))
        n--;
    if (n)
        snprintf(out, bytes, "%.*s", (int)n, text);
    else
        snprintf(out, bytes, "unknown");
}

static void features(struct result_machine *m)
{
    uint32_t set = cpu_features();
    size_t used = 0;
    for (unsigned i = 0; i < CPU_FEATURES; i++)
        if (set & (1u << i) && used < sizeof(m->features))
            used += (size_t)snprintf(m->features + used, sizeof(m->features) - used, "%s%s", used ? "," : "",
                                     cpu_feature_name(i));
    snprintf(m->clwb, sizeof(m->clwb), "%s", set & CPU_CLWB ? "unknown" : "absent");
}

bool machine_tsc_invariant(void)
{
    uint32_t top[4], power[4];
    cpu_exec_cpuid(0x80000000, top);
    if (top[EAX] < 0x80000007)
        return false;
    cpu_exec_cpuid(0x80000007, power);
    return (power[EDX] >> 8) & 1;
}

void machine_read_cpu(struct machine_probe *p)
{
    struct result_machine *m = &p->machine;
    struct cpu_raw_data_t raw;
    struct cpu_id_t id;
    m->family = m->model_number = m->stepping = -1;
    snprintf(m->vendor, sizeof(m->vendor), "unknown");
    snprintf(m->model, sizeof(m->model), "unknown");
    if (!cpuid_get_raw_data(&raw) && !cpu_identify(&raw, &id)) {
        trimmed(id.vendor_str, m->vendor, sizeof(m->vendor));
        trimmed(id.brand_str, m->model, sizeof(m->model));
        m->family = id.ext_family;
        m->model_number = id.ext_model;
        m->stepping = id.stepping;
    }
    hypervisor(m->hypervisor, sizeof(m->hypervisor));
    features(m);
}
