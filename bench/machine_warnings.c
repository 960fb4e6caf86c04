/* machine_warnings.c - what about this machine a reader of its figures must know, and what to do about it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "bench/machine_facts.h"
#include "bench/warnings.h"

__attribute__((format(printf, 3, 4))) static void add(struct machine_probe *p, enum warning_id id,
                                                      const char *format, ...)
{
    if (p->warning_count == sizeof(p->warnings) / sizeof(p->warnings[0]))
        return;
    va_list args;
    va_start(args, format);
    warning_fill(&p->warnings[p->warning_count++], id, format, args);
    va_end(args);
}

static bool is(const char *fact, const char *value)
{
    return !strcmp(fact, value);
}

static void warn_llc(struct machine_probe *p)
{
    char measured[SIZE_TEXT], reported[SIZE_TEXT];
    uint64_t bytes = p->machine.llc_bytes_measured;
    if (!bytes) {
        add(p, WARN_LLC_UNKNOWN, "the chase found no end of the last-level cache");
        return;
    }
    double ratio = p->llc_reported ? (double)bytes / (double)p->llc_reported : 1;
    if (warning_beyond(WARN_LLC_SHARED, fmax(ratio, 1 / ratio)))
        add(p, WARN_LLC_SHARED, "the last-level cache ends at %s for this CPU, not at the reported %s",
            size_format(bytes, measured), size_format(p->llc_reported, reported));
}

static void warn_power(struct machine_probe *p)
{
    const struct result_machine *m = &p->machine;
    if (!is(m->governor, "unknown") && !is(m->governor, "performance"))
        add(p, WARN_GOVERNOR, "the frequency governor is %s: the clock rate follows the load", m->governor);
    if (is(m->turbo, "on"))
        add(p, WARN_TURBO_ON, "turbo is on: the clock rate depends on heat and on the other cores");
    if (is(m->smt, "on"))
        add(p, WARN_SMT_ON, "hyper-threads share one core: what runs on the sibling slows the measured one");
}

static void warn_memory(struct machine_probe *p)
{
    const struct result_machine *m = &p->machine;
    if (is(m->huge_pages, "never"))
        add(p, WARN_NO_HUGE_PAGES,
            "transparent huge pages are off: cells in anonymous memory also measure TLB misses");
    if (warning_beyond(WARN_NUMA_NODES, m->nodes))
        add(p, WARN_NUMA_NODES, "%u NUMA nodes: figures hold for the node measured, not for remote memory",
            m->nodes);
}

void machine_warn(struct machine_probe *p, const struct machine_aside *aside)
{
    const struct result_machine *m = &p->machine;
    p->warning_count = 0;
    if (!strncmp(m->hypervisor, "TCG", 3))
        add(p, WARN_HYPERVISOR,
            "an emulated CPU (%s): every time is the emulator's and says nothing about hardware; only counts "
            "do",
            m->hypervisor);
    else if (!is(m->hypervisor, "none"))
        add(p, WARN_HYPERVISOR,
            "a virtual machine (%s): time may be stolen, caches are shared with strangers", m->hypervisor);
    if (aside->measured)
        warn_llc(p);
    warn_power(p);
    if (aside->online && warning_beyond(WARN_LOAD_HIGH, m->load / aside->online))
        add(p, WARN_LOAD_HIGH, "load average %.2f on %u CPUs", m->load, aside->online);
    warn_memory(p);
    if (is(m->clwb, "absent"))
        add(p, WARN_CLWB_ABSENT, "this CPU has no CLWB");
    if (!aside->tsc_invariant)
        add(p, WARN_TSC_UNSTABLE,
            "the time-stamp counter is not invariant (no constant_tsc, nonstop_tsc): times follow the clock "
            "rate");
}
