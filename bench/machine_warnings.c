/* machine_warnings.c - what about this machine a reader of its figures must know, and what to do about it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "bench/machine_facts.h"

static const double load_high = 0.5, llc_differs = 1.5;

__attribute__((format(printf, 4, 5))) static void add(struct machine_probe *p, const char *code,
                                                      const char *hint, const char *format, ...)
{
    if (p->warning_count == sizeof(p->warnings) / sizeof(p->warnings[0]))
        return;
    struct result_warning *w = &p->warnings[p->warning_count++];
    va_list args;
    va_start(args, format);
    vsnprintf(w->message, sizeof(w->message), format, args);
    va_end(args);
    snprintf(w->code, sizeof(w->code), "%s", code);
    snprintf(w->hint, sizeof(w->hint), "%s", hint);
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
        add(p, "LLC_UNKNOWN",
            "footprints llc and beyond fall back to the reported size; give bytes (--footprint 16M) instead, "
            "or probe "
            "again on a quieter machine",
            "the chase found no end of the last-level cache");
        return;
    }
    double ratio = p->llc_reported ? (double)bytes / (double)p->llc_reported : 1;
    if (ratio > llc_differs || ratio < 1 / llc_differs)
        add(p, "LLC_SHARED",
            "footprints use the measured size; other tenants or CPUs share the cache, so look at it again "
            "during a run",
            "the last-level cache ends at %s for this CPU, not at the reported %s",
            size_format(bytes, measured), size_format(p->llc_reported, reported));
}

static void warn_power(struct machine_probe *p)
{
    const struct result_machine *m = &p->machine;
    if (!is(m->governor, "unknown") && !is(m->governor, "performance"))
        add(p, "GOVERNOR", "cpupower frequency-set -g performance, and back afterwards",
            "the frequency governor is %s: the clock rate follows the load", m->governor);
    if (is(m->turbo, "on"))
        add(p, "TURBO_ON",
            "for steady figures write 1 to /sys/devices/system/cpu/intel_pstate/no_turbo, or 0 to "
            "cpufreq/boost",
            "turbo is on: the clock rate depends on heat and on the other cores");
    if (is(m->smt, "on"))
        add(p, "SMT_ON",
            "leave the sibling idle (/sys/devices/system/cpu/cpuN/topology/thread_siblings_list), or boot "
            "with nosmt",
            "hyper-threads share one core: what runs on the sibling slows the measured one");
}

static void warn_memory(struct machine_probe *p)
{
    const struct result_machine *m = &p->machine;
    if (is(m->huge_pages, "never"))
        add(p, "NO_HUGE_PAGES", "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled",
            "transparent huge pages are off: cells in anonymous memory also measure TLB misses");
    if (m->nodes > 1)
        add(p, "NUMA_NODES",
            "name the CPU (--cpu N), whose node then gives the memory, or the node (--node N); numactl -H "
            "shows them",
            "%u NUMA nodes: figures hold for the node measured, not for remote memory", m->nodes);
}

void machine_warn(struct machine_probe *p, const struct machine_aside *aside)
{
    const struct result_machine *m = &p->machine;
    p->warning_count = 0;
    if (!is(m->hypervisor, "none"))
        add(p, "HYPERVISOR",
            "confirm on bare metal before building on small differences; watch steal_percent in the result",
            "a virtual machine (%s): time may be stolen, caches are shared with strangers", m->hypervisor);
    if (aside->measured)
        warn_llc(p);
    warn_power(p);
    if (aside->online && m->load / aside->online > load_high)
        add(p, "LOAD_HIGH", "stop other work, or wait until `uptime` shows less",
            "load average %.2f on %u CPUs", m->load, aside->online);
    warn_memory(p);
    if (is(m->clwb, "absent"))
        add(p, "CLWB_ABSENT",
            "write-back cells use CLFLUSHOPT, which drops the line; --writeback clflushopt says so",
            "this CPU has no CLWB");
    if (!aside->tsc_invariant)
        add(p, "TSC_UNSTABLE",
            "fix the frequency (governor performance, turbo off) and forbid deep idle states",
            "the time-stamp counter is not invariant (no constant_tsc, nonstop_tsc): times follow the clock "
            "rate");
}
