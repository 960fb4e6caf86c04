/* run_result.c - fills in who ran what where, and what to mind about it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/run_result.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/signals.h"
#include "base/text.h"
#include "bench/build_info.h"
#include "bench/machine_places.h"
#include "bench/spec.h"

enum { WARNINGS_MAX = 32, EVIDENCE_MAX = sizeof(((struct result_domain *)0)->evidence) / LINE_TEXT };
static const double DRIFT_LIMIT = 5, STEAL_LIMIT = 1;

static void timestamp(char out[NAME_TEXT])
{
    time_t now = time(NULL);
    struct tm tm;
    strftime(out, NAME_TEXT, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
}

static void set(char out[NAME_TEXT], const char *text)
{
    text_copy(out, NAME_TEXT, text);
}

static void describe_drain(struct result_drain *drain, const struct run_options *options)
{
    const struct domain *domain = domain_get((enum domain_id)spec_domain(options->domain, NULL), 0);
    bool known = !isnan(options->drain.latency_ns);
    drain->latency_ns = drain->bytes_per_second = NAN;
    set(drain->kind, domain->drain_kind);
    if (!domain->drain_modelled) {
        set(drain->provenance, "measured");
        text_copy(drain->source, LINE_TEXT, "executed and timed in the ledger's fence and drain rows");
        return;
    }
    set(drain->provenance, known ? "modelled" : "not known");
    text_copy(drain->source, LINE_TEXT,
              known ? "--drain on the command line; never slept, beside the samples"
                    : "no device and no --drain: only the fences are measured");
    if (known) {
        drain->latency_ns = options->drain.latency_ns;
        drain->bytes_per_second = options->drain.bytes_per_second;
        drain->queue_bytes = options->drain.queue_bytes;
    }
}

static void describe_domain(struct result_domain *d, const struct run_options *options,
                            const struct region *region)
{
    set(d->name, options->domain);
    set(d->source, options->domain_chosen ? "chosen" : options->path ? "unknown" : "chosen");
    if (!options->path)
        text_copy(d->evidence[d->evidence_count++], LINE_TEXT,
                  "DRAM has no persistence domain; what fsync would owe is run as asked");
    else
        snprintf(d->evidence[d->evidence_count++], LINE_TEXT, "libpmem2 store granularity: %s",
                 region->facts.granularity);
    for (unsigned i = 0; i < region->evidence_count && d->evidence_count < EVIDENCE_MAX; i++)
        text_copy(d->evidence[d->evidence_count++], LINE_TEXT, region->evidence[i]);
    describe_drain(&d->drain, options);
}

void run_result_begin(struct result *r, char **argv, const struct run_options *options, const char *plan,
                      const struct machine_probe *probe, const struct region *region)
{
    timestamp(r->run.started);
    snprintf(r->run.id, sizeof(r->run.id), "%.20s-%llx", r->run.started, (unsigned long long)options->seed);
    r->run.argv = argv;
    r->run.seed = options->seed;
    set(r->run.plan, plan);
    set(r->run.version, BUILD_VERSION);
    set(r->run.git, BUILD_GIT);
    set(r->run.compiler, BUILD_COMPILER);
    text_copy(r->run.flags, sizeof(r->run.flags), BUILD_FLAGS);
    r->machine = probe->machine;
    r->machine.steal_percent = r->machine.drift_percent = NAN;
    if (options->anonymous)
        text_copy(r->machine.host, sizeof(r->machine.host), "anonymous");
    r->region = region->facts;
    describe_domain(&r->domain, options, region);
}

static void warn(struct result *r, const char *code, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void warn(struct result *r, const char *code, const char *hint, const char *format, ...)
{
    va_list args;
    if (!r->warnings || r->warning_count == WARNINGS_MAX)
        return;
    struct result_warning *w = &r->warnings[r->warning_count++];
    va_start(args, format);
    vsnprintf(w->message, sizeof(w->message), format, args);
    va_end(args);
    set(w->code, code);
    text_copy(w->hint, sizeof(w->hint), hint);
}

static void warn_groups(struct result *r, const struct group *groups, size_t count)
{
    unsigned brief = 0, unsteady = 0;
    uint64_t moved = 0;
    double skew = 0;
    double faults = 0;
    for (size_t g = 0; g < count; g++)
        brief += groups[g].short_samples, moved += groups[g].moved, skew = fmax(skew, groups[g].skew_ns);
    for (size_t c = 0; c < r->cell_count; c++) {
        unsteady += r->cells[c].bistable;
        faults = fmax(faults, r->cells[c].counts.faults);
    }
    struct places_bounds bounds = machine_places_bounds(r->run.cpus, (unsigned)r->run.cpu_count);
    if (bounds.cores < r->run.cpu_count)
        warn(r, "THREADS_SIBLINGS", "for a core each use fewer --threads",
             "thread %u shares its core with another", bounds.cores);
    if (bounds.near < r->run.cpu_count)
        warn(r, "THREADS_NODES", "for one node use fewer --threads",
             "thread %u is on another NUMA node than the first", bounds.near);
    if (skew > r->machine.clock_resolution_ns)
        warn(r, "TSC_SKEW",
             "look at the kernel's clocksource; periods of several threads are off by this much",
             "the time-stamp counters of two CPUs disagree by at least %.0f ns", skew);
    if (moved)
        warn(r, "THREADS_MOVED", "leave those CPUs to this run: look for cpusets and other pinned programs",
             "threads ran on another CPU than they were pinned to, in %llu periods",
             (unsigned long long)moved);
    if (brief)
        warn(r, "SHORT_SAMPLES", "their intervals are wider; use a larger footprint or more dirty bytes",
             "%u groups have too few windows for a sample of 1000 clock resolutions", brief);
    if (unsteady)
        warn(r, "BISTABLE", "never called faster or slower; `report --cell` shows their layouts",
             "%u cells have samples in two clusters", unsteady);
    if (faults > 0.001)
        warn(r, "PAGE_FAULTS", "free memory, or close what competes for it",
             "page faults happened around timed periods, up to %.3f an op", faults);
}

static void warn_machine(struct result *r)
{
    if (r->machine.steal_percent > STEAL_LIMIT)
        warn(r, "STEAL", "run again when the host is quieter",
             "the hypervisor took %.1f %% of CPU time during the run", r->machine.steal_percent);
    if (r->machine.drift_percent > DRIFT_LIMIT)
        warn(r, "FREQUENCY_DRIFT", "ratios are paired by round and hold; absolute times vary by this much",
             "a reference spin varied by %.1f %% over the rounds", r->machine.drift_percent);
#if PMB_FEW_LAYOUTS
    warn(r, "FEW_LAYOUTS", "measure with the preset default",
         "this build has two code layouts where eight are meant: differences may be those of code offsets");
#endif
    if (!strcmp(r->domain.name, "unknown"))
        warn(r, "DOMAIN_UNKNOWN",
             "say what the platform promises: --domain eadr, adr, hint, flush-device, gpf",
             "the persistence domain is not known: fsync runs as for adr");
}

/* Why the run ended before its time. */
static void warn_memory(struct result *r, const struct run_options *options, const struct written *written)
{
    char lost[LINE_TEXT];
    if (signals_bus(NULL))
        warn(r, "MEMORY_LOST", "what was measured before it happened is here; run again on memory that stays",
             "memory under test: %s", region_lost(options->path, lost));
    if (written->exceeded)
        warn(r, "MAX_WRITTEN", "allow more by --max-written, or name fewer cells",
             "ended because about %llu MiB were written to the memory under test",
             (unsigned long long)(written->bytes >> 20));
}

void run_result_finish(struct result *r, const struct run_options *options, const struct machine_probe *probe,
                       const struct region *region, const struct written *written, const struct group *groups,
                       size_t count, const struct drift *drift, uint64_t stolen, uint64_t all)
{
    uint64_t stolen_now, all_now;
    timestamp(r->run.finished);
    r->machine.drift_percent = drift_percent(drift);
    if (all && !machine_steal(&stolen_now, &all_now) && all_now > all)
        r->machine.steal_percent = 100 * (double)(stolen_now - stolen) / (double)(all_now - all);
    r->warnings = calloc(WARNINGS_MAX, sizeof(*r->warnings));
    for (unsigned i = 0; r->warnings && i < probe->warning_count; i++)
        r->warnings[r->warning_count++] = probe->warnings[i];
    for (unsigned i = 0; r->warnings && i < region->warning_count; i++)
        r->warnings[r->warning_count++] = region->warnings[i];
    warn_memory(r, options, written);
    warn_machine(r);
    warn_groups(r, groups, count);
}
