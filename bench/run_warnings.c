/* run_warnings.c - which facts of a run are beyond their bounds */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/run_warnings.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/signals.h"
#include "bench/machine_places.h"
#include "bench/warnings.h"
#include "kernels/protection.h"

enum { WARNINGS_MAX = 64 };

__attribute__((format(printf, 3, 4))) static void warn(struct result *r, enum warning_id id,
                                                       const char *format, ...)
{
    va_list args;
    if (!r->warnings || r->warning_count == WARNINGS_MAX)
        return;
    va_start(args, format);
    warning_fill(&r->warnings[r->warning_count++], id, format, args);
    va_end(args);
}

/* Why the run ended before its time. */
static void warn_end(struct result *r, const struct run_options *options, const struct written *written)
{
    char lost[LINE_TEXT];
    if (signals_bus(NULL))
        warn(r, WARN_MEMORY_LOST, "memory under test: %s", region_lost(options->path, lost));
    if (written->exceeded)
        warn(r, WARN_MAX_WRITTEN, "ended because about %llu MiB were written to the memory under test",
             (unsigned long long)(written->bytes >> 20));
}

static void warn_cpus(struct result *r)
{
    const struct result_machine *m = &r->machine;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    double own = r->run.cpu_count ? (double)r->run.cpu_count : 1;
    if (warning_beyond(WARN_STEAL, m->steal_percent))
        warn(r, WARN_STEAL, "the hypervisor took %.1f %% of CPU time during the run", m->steal_percent);
    if (warning_beyond(WARN_CPU_STEAL, m->cpu_steal_percent))
        warn(r, WARN_CPU_STEAL, "the hypervisor took %.1f %% of the measured CPU's time",
             m->cpu_steal_percent);
    if (warning_beyond(WARN_SIBLING_BUSY, m->sibling_busy_percent))
        warn(r, WARN_SIBLING_BUSY,
             "the sibling of the measured core (CPU %s) was busy for %.1f %% of the run", m->siblings,
             m->sibling_busy_percent);
    if (warning_beyond(WARN_OTHERS_BUSY, m->others_busy_percent))
        warn(r, WARN_OTHERS_BUSY, "the CPUs not measured on were busy for %.1f %% of the run",
             m->others_busy_percent);
    if (online > 0 && !warning_beyond(WARN_LOAD_HIGH, m->load / (double)online) &&
        warning_beyond(WARN_LOAD_END, (m->load_end - own) / (double)online))
        warn(r, WARN_LOAD_END, "load average %.2f after the run on %ld CPUs, %.2f before it", m->load_end,
             online, m->load);
    if (warning_beyond(WARN_SWITCHES, m->involuntary_per_s / own))
        warn(r, WARN_SWITCHES, "the measuring threads were put aside %.0f times, %.1f times a second",
             m->involuntary_switches, m->involuntary_per_s);
}

static bool changed(const char *before, const char *after)
{
    return *before && *after && strcmp(before, "unknown") && strcmp(after, "unknown") &&
           strcmp(before, after);
}

static void warn_clock(struct result *r)
{
    const struct result_machine *m = &r->machine;
    if (warning_beyond(WARN_FREQUENCY_DRIFT, m->drift_percent))
        warn(r, WARN_FREQUENCY_DRIFT, "a reference spin varied by %.1f %% over the rounds", m->drift_percent);
    if (warning_beyond(WARN_CLOCK_TREND, fabs(m->trend_percent)))
        warn(r, WARN_CLOCK_TREND, "the clock got %.1f %% %s from the first rounds to the last",
             fabs(m->trend_percent), m->trend_percent > 0 ? "slower" : "faster");
    if (warning_beyond(WARN_THROTTLED, m->throttles))
        warn(r, WARN_THROTTLED, "the measured cores were throttled for heat %.0f times", m->throttles);
    if (changed(m->governor, m->governor_end))
        warn(r, WARN_GOVERNOR_CHANGED, "the frequency governor was %s before the run and %s after it",
             m->governor, m->governor_end);
    if (changed(m->turbo, m->turbo_end))
        warn(r, WARN_TURBO_CHANGED, "turbo was %s before the run and %s after it", m->turbo, m->turbo_end);
}

/* Memory in small pages from the start has the region's own warning; memory on a node that was asked for is
 * as remote as it was meant to be. */
static void warn_memory(struct result *r, const struct run_options *options)
{
    const struct result_machine *m = &r->machine;
    bool meant = !strcmp(r->region.path_kind, "anonymous") && r->region.page_bytes >= 2 << 20;
    if (meant && warning_beyond(WARN_HUGE_PAGES_PART, 100 - m->huge_page_percent))
        warn(r, WARN_HUGE_PAGES_PART, "only %.1f %% of the memory under test is in huge pages",
             m->huge_page_percent);
    if (options->node < 0 && warning_beyond(WARN_REMOTE_MEMORY, m->remote_percent))
        warn(r, WARN_REMOTE_MEMORY,
             "%.1f %% of the memory under test is on another NUMA node than the measured CPU",
             m->remote_percent);
}

static void warn_build(struct result *r)
{
#if PMB_FEW_LAYOUTS
    warn(r, WARN_FEW_LAYOUTS,
         "this build has two code layouts where eight are meant: differences may be those of code offsets");
#endif
    if (!strcmp(r->domain.name, "unknown"))
        warn(r, WARN_DOMAIN_UNKNOWN, "the persistence domain is not known: fsync runs as for adr");
}

/* Of a machine that promises nothing any domain promises more, but for the one that asks for most. */
static bool promises_else(const char *chosen, const char *found)
{
    bool nothing = !strcmp(found, "unknown");
    return strcmp(chosen, found) && !(nothing && !strcmp(chosen, "flush-device"));
}

static void warn_domain(struct result *r, const struct domain_found *found)
{
    if (!found->own)
        return;
    if (found->contradictions)
        warn(r, WARN_DOMAIN_CONTRADICTS, "the machine contradicts itself (%.150s%s): taken as %s",
             found->contradiction, found->contradictions > 1 ? ", and more" : "", found->name);
    if (!strcmp(r->domain.source, "chosen") && promises_else(r->domain.name, found->name))
        warn(r, WARN_DOMAIN_CHOSEN, "domain %s was chosen, the machine says %s", r->domain.name, found->name);
}

static void warn_drain(struct result *r, const struct run_options *options)
{
    if (!isnan(options->drain.latency_ns) && !strcmp(r->domain.drain.provenance, "measured"))
        warn(r, WARN_DRAIN_REAL, "the model of --drain was not used: the machine's own drain is measured");
}

static void warn_threads(struct result *r, const struct group *groups, size_t count)
{
    struct places_bounds bounds = machine_places_bounds(r->run.cpus, (unsigned)r->run.cpu_count);
    uint64_t moved = 0;
    double skew = 0;
    for (size_t g = 0; g < count; g++)
        moved += groups[g].moved, skew = fmax(skew, groups[g].skew_ns);
    if (bounds.cores < r->run.cpu_count)
        warn(r, WARN_THREADS_SIBLINGS, "thread %u shares its core with another", bounds.cores);
    if (bounds.near < r->run.cpu_count)
        warn(r, WARN_THREADS_NODES, "thread %u is on another NUMA node than the first", bounds.near);
    if (skew > r->machine.clock_resolution_ns)
        warn(r, WARN_TSC_SKEW, "the time-stamp counters of two CPUs disagree by at least %.0f ns", skew);
    if (warning_beyond(WARN_THREADS_MOVED, (double)moved))
        warn(r, WARN_THREADS_MOVED, "threads ran on another CPU than they were pinned to, in %llu periods",
             (unsigned long long)moved);
}

/* The most that a mmap_fsync path met an op besides those that are delivered to it. */
static double kernel_faults(const struct group *g)
{
    double most = 0;
    for (size_t s = 0; s < g->slot_count; s++) {
        const struct slot *slot = &g->slots[s];
        const struct cell_spec *spec = &g->members[slot->member]->spec;
        if (slot->role != ROLE_PATH || slot->failed || !g->rounds || spec->kernel != KERNEL_MMAP_FSYNC)
            continue;
        double periods = (double)g->rounds * (double)g->member_periods[slot->member];
        most = fmax(most, (double)slot->faults / (periods * (double)spec->stream.writes));
    }
    return most;
}

static void warn_kernel_faults(struct result *r, const struct group *groups, size_t count)
{
    double most = 0;
    for (size_t g = 0; g < count; g++)
        most = fmax(most, kernel_faults(&groups[g]));
    if (warning_beyond(WARN_KERNEL_FAULTS, most))
        warn(r, WARN_KERNEL_FAULTS,
             "mmap cells met page faults besides those delivered to them, up to %.3f an op", most);
}

static void warn_samples(struct result *r, const struct group *groups, size_t count)
{
    unsigned brief = 0, unsteady = 0;
    double faults = 0;
    for (size_t g = 0; g < count; g++)
        brief += groups[g].short_samples;
    for (size_t c = 0; c < r->cell_count; c++) {
        unsteady += r->cells[c].bistable;
        if (!strstr(r->cells[c].kernel, "mmap")) /* whose faults are measured; see warn_kernel_faults */
            faults = fmax(faults, r->cells[c].counts.faults);
    }
    if (warning_beyond(WARN_SHORT_SAMPLES, brief))
        warn(r, WARN_SHORT_SAMPLES, "%u groups have too few windows for a sample of 1000 clock resolutions",
             brief);
    if (warning_beyond(WARN_BISTABLE, unsteady))
        warn(r, WARN_BISTABLE, "%u cells have samples in two clusters", unsteady);
    if (warning_beyond(WARN_PAGE_FAULTS, faults))
        warn(r, WARN_PAGE_FAULTS, "page faults happened around timed periods, up to %.3f an op", faults);
}

static bool any_sys(const struct result *r)
{
    for (size_t c = 0; c < r->cell_count; c++)
        if (r->cells[c].status == CELL_MEASURED && !strncmp(r->cells[c].kernel, "sys_", 4))
            return true;
    return false;
}

static bool any_library(const struct result *r)
{
    for (size_t c = 0; c < r->cell_count; c++)
        if (!strncmp(r->cells[c].copy_resolved, "pmem2", 5))
            return true;
    return !strcmp(r->run.plan, "tune"); /* whose cells are none of the result's */
}

/* libpmem2 reads its environment once, when it is loaded. */
static void warn_library(struct result *r)
{
    for (char **variable = environ; *variable && any_library(r); variable++)
        if (!strncmp(*variable, "PMEM_", 5) || !strncmp(*variable, "PMEM2_", 6))
            warn(r, WARN_LIBPMEM_SET, "%.100s was set: libpmem2's copies are as it says", *variable);
}

/* What the kernels of stores and of the system's calls met. */
static void warn_real(struct result *r)
{
    struct error why = {0};
    if (!strcmp(r->region.write_protect, "mprotect"))
        warn(r, WARN_PROTECT_MPROTECT,
             "pages are write-protected by mprotect, whose faults split mappings and come as signals: %.120s",
             protection_available(PROTECT_UFFD, &why) ? why.text
                                                      : "userfaultfd does not work on this memory");
    if (!strcmp(r->region.medium, "page-cache") && any_sys(r))
        warn(r, WARN_PAGE_CACHE,
             "the system's calls went to a file without DAX: they measure the page cache and its disk");
}

void run_warnings(struct result *r, const struct run_options *options, const struct machine_probe *probe,
                  const struct region *region, const struct written *written, const struct group *groups,
                  size_t count)
{
    r->warnings = calloc(WARNINGS_MAX, sizeof(*r->warnings));
    for (unsigned i = 0; r->warnings && i < probe->warning_count; i++)
        r->warnings[r->warning_count++] = probe->warnings[i];
    for (unsigned i = 0; r->warnings && i < region->warning_count; i++)
        r->warnings[r->warning_count++] = region->warnings[i];
    warn_end(r, options, written);
    warn_cpus(r);
    warn_clock(r);
    warn_memory(r, options);
    warn_build(r);
    warn_domain(r, &region->domain);
    warn_drain(r, options);
    warn_threads(r, groups, count);
    warn_samples(r, groups, count);
    warn_kernel_faults(r, groups, count);
    warn_real(r);
    warn_library(r);
}
