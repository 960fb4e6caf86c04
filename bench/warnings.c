/* warnings.c - the table of warnings */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/warnings.h"

#include <math.h>
#include <stdio.h>

#include "base/text.h"

static const struct warning_rule rules[WARNINGS] = {
    [WARN_HYPERVISOR] = {"HYPERVISOR", NAN, "",
                         "confirm on bare metal before building on small differences; watch steal_percent in "
                         "the result"},
    [WARN_LLC_UNKNOWN] = {"LLC_UNKNOWN", NAN, "",
                          "footprints llc and beyond fall back to the reported size; give bytes (--footprint "
                          "16M) instead, or probe again on a quieter machine"},
    [WARN_LLC_SHARED] =
        {"LLC_SHARED", 1.5, "times, either way, between measured and reported size",
         "footprints use the measured size; other tenants or CPUs share the cache, so look at "
         "it again during a run"},
    [WARN_GOVERNOR] = {"GOVERNOR", NAN, "", "cpupower frequency-set -g performance, and back afterwards"},
    [WARN_TURBO_ON] = {"TURBO_ON", NAN, "",
                       "for steady figures write 1 to /sys/devices/system/cpu/intel_pstate/no_turbo, or 0 to "
                       "cpufreq/boost"},
    [WARN_SMT_ON] = {"SMT_ON", NAN, "",
                     "leave the sibling idle (/sys/devices/system/cpu/cpuN/topology/thread_siblings_list), "
                     "or boot with nosmt"},
    [WARN_LOAD_HIGH] = {"LOAD_HIGH", 0.5, "load average a CPU, before the run",
                        "stop other work, or wait until `uptime` shows less"},
    [WARN_NO_HUGE_PAGES] = {"NO_HUGE_PAGES", NAN, "",
                            "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"},
    [WARN_NUMA_NODES] = {"NUMA_NODES", 1, "NUMA nodes",
                         "name the CPU (--cpu N), whose node then gives the memory, or the node (--node N); "
                         "numactl -H shows them"},
    [WARN_CLWB_ABSENT] = {"CLWB_ABSENT", NAN, "",
                          "write-back cells use CLFLUSHOPT, which drops the line; --writeback clflushopt "
                          "says so"},
    [WARN_TSC_UNSTABLE] = {"TSC_UNSTABLE", NAN, "",
                           "fix the frequency (governor performance, turbo off) and forbid deep idle states"},
    [WARN_MEMORY_LOST] = {"MEMORY_LOST", NAN, "",
                          "what was measured before it happened is here; run again on memory that stays"},
    [WARN_MAX_WRITTEN] = {"MAX_WRITTEN", NAN, "", "allow more by --max-written, or name fewer cells"},
    [WARN_STEAL] = {"STEAL", 1, "% of all CPU time", "run again when the host is quieter"},
    [WARN_CPU_STEAL] = {"CPU_STEAL", 1, "% of a measured CPU's time",
                        "run again when the host is quieter, or give --cpu another one"},
    [WARN_SIBLING_BUSY] = {"SIBLING_BUSY", 5, "% of the sibling's time",
                           "keep the sibling idle: stop or move (taskset) what runs there, or give --cpu a "
                           "core that nobody uses"},
    /* 2 of 20 CPUs: beyond it turbo, cache and memory bandwidth are shared with real work */
    [WARN_OTHERS_BUSY] = {"OTHERS_BUSY", 10, "% of the time of all CPUs not measured on",
                          "stop other work: it shares cache, memory bandwidth and turbo"},
    [WARN_LOAD_END] = {"LOAD_END", 0.5,
                       "load average a CPU after the run, less its own threads, where it was lower before",
                       "something began to work during the run: look with `top`, then run again"},
    /* a competitor on the same CPU makes a hundred and more, housekeeping of the kernel a few */
    [WARN_SWITCHES] = {"SWITCHES", 20, "involuntary context switches a second and measured CPU",
                       "something else wants the measured CPU: give --cpu another one, or stop it"},
    [WARN_FREQUENCY_DRIFT] = {"FREQUENCY_DRIFT", 5, "% between the spin's 5th and 95th percentile",
                              "ratios are paired by round and hold; absolute times vary by this much"},
    /* as wide as the band within which two paths are called equivalent */
    [WARN_CLOCK_TREND] = {"CLOCK_TREND", 2, "%, either way, of the last spins to the first",
                          "ratios in this file hold; do not compare its times with another file's: let the "
                          "machine warm up, or fix the clock rate, and run again"},
    [WARN_THROTTLED] = {"THROTTLED", 0, "thermal throttlings",
                        "cool the machine, or fix a clock rate that it can keep"},
    [WARN_GOVERNOR_CHANGED] = {"GOVERNOR_CHANGED", NAN, "",
                               "stop the power daemon (tuned, power-profiles-daemon) and run again"},
    [WARN_TURBO_CHANGED] = {"TURBO_CHANGED", NAN, "",
                            "stop the power daemon (tuned, power-profiles-daemon) and run again"},
    [WARN_HUGE_PAGES_PART] = {"HUGE_PAGES_PART", 0, "% of the memory under test that is in small pages",
                              "free some memory before the run: TLB misses are in some numbers and not in "
                              "others"},
    [WARN_REMOTE_MEMORY] = {"REMOTE_MEMORY", 0, "% of the pages looked at",
                            "free memory on the CPU's node, or give --cpu one of the memory's node"},
    [WARN_FEW_LAYOUTS] = {"FEW_LAYOUTS", NAN, "", "measure with the preset default"},
    [WARN_DOMAIN_UNKNOWN] = {"DOMAIN_UNKNOWN", NAN, "",
                             "say what the platform promises: --domain eadr, adr, hint, flush-device, gpf"},
    [WARN_DOMAIN_CONTRADICTS] =
        {"DOMAIN_CONTRADICTS", NAN, "",
         "look at domain.evidence; who knows better says it: --domain eadr, adr, hint, flush-device, gpf"},
    [WARN_DOMAIN_CHOSEN] =
        {"DOMAIN_CHOSEN", NAN, "",
         "without --domain the run does what this machine asks for; domain.evidence has why"},
    [WARN_DRAIN_REAL] =
        {"DRAIN_REAL", NAN, "",
         "leave --drain out; for a modelled drain measure on memory that has none (no --path)"},
    [WARN_THREADS_SIBLINGS] = {"THREADS_SIBLINGS", NAN, "", "for a core each use fewer --threads"},
    [WARN_THREADS_NODES] = {"THREADS_NODES", NAN, "", "for one node use fewer --threads"},
    [WARN_TSC_SKEW] = {"TSC_SKEW", NAN, "the clock's resolution",
                       "look at the kernel's clocksource; periods of several threads are off by this much"},
    [WARN_THREADS_MOVED] = {"THREADS_MOVED", 0, "periods",
                            "leave those CPUs to this run: look for cpusets and other pinned programs"},
    [WARN_SHORT_SAMPLES] = {"SHORT_SAMPLES", 0, "groups",
                            "their intervals are wider; use a larger footprint or more dirty bytes"},
    [WARN_BISTABLE] = {"BISTABLE", 0, "cells",
                       "never called faster or slower; `report --cell` shows their layouts"},
    [WARN_PAGE_FAULTS] = {"PAGE_FAULTS", 0.001, "page faults an op",
                          "free memory, or close what competes for it"},
    [WARN_KERNEL_FAULTS] = {"KERNEL_FAULTS", 0.05, "page faults an op that are not the path's own",
                            "their fault row has the system's faults in it: keep others (sync, backups) off "
                            "the file, or use memory that is not written back"},
    [WARN_PROTECT_MPROTECT] = {"PROTECT_MPROTECT", NAN, "",
                               "take the mmap cells' fault and write-protect rows as an upper bound; "
                               "anonymous memory and tmpfs have "
                               "userfaultfd, if the system allows it"},
    [WARN_PAGE_CACHE] = {"PAGE_CACHE", NAN, "",
                         "for the DAX path give --path a new file on a mount with -o dax=always"},
    [WARN_LIBPMEM_SET] = {"LIBPMEM_SET", NAN, "", "unset it to measure libpmem2's own choices"},
};

const struct warning_rule *warning_rule(enum warning_id id)
{
    return &rules[id];
}

bool warning_beyond(enum warning_id id, double value)
{
    return value > rules[id].bound;
}

void warning_fill(struct result_warning *w, enum warning_id id, const char *format, va_list args)
{
    vsnprintf(w->message, sizeof(w->message), format, args);
    text_copy(w->code, sizeof(w->code), rules[id].code);
    text_copy(w->hint, sizeof(w->hint), rules[id].hint);
}
