/* run_result.c - fills in who ran what where, and what to mind about it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/run_result.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "bench/build_info.h"
#include "bench/machine_facts.h"
#include "bench/run_domain.h"
#include "bench/run_warnings.h"
#include "bench/spec.h"
#include "kernels/surround_figures.h"

enum { EVIDENCE_MAX = sizeof(((struct result_domain *)0)->evidence) / LINE_TEXT };

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
    run_domain_describe(d, options, &region->domain);
    if (!options->path)
        text_copy(d->evidence[d->evidence_count++], LINE_TEXT,
                  "DRAM has no persistence domain; what fsync would owe is run as asked");
    else if (!region->domain.own)
        snprintf(d->evidence[d->evidence_count++], LINE_TEXT,
                 "%s has no persistence domain; libpmem2 store granularity %s", region->facts.medium,
                 region->facts.granularity);
    for (unsigned i = 0; i < region->evidence_count && d->evidence_count < EVIDENCE_MAX; i++)
        text_copy(d->evidence[d->evidence_count++], LINE_TEXT, region->evidence[i]);
    describe_drain(&d->drain, options);
}

void run_result_begin(struct result *r, char **argv, const struct run_options *options, const char *plan,
                      struct machine_probe *probe, const struct region *region)
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
    struct noise_roots roots = {"/proc", options->sys_root};
    noise_unknown(&r->machine);
    noise_look(&probe->before, &roots);
    if (options->anonymous)
        text_copy(r->machine.host, sizeof(r->machine.host), "anonymous");
    r->region = region->facts;
    describe_domain(&r->domain, options, region);
}

/* Pages of a DAX file are seen by neither smaps (fs/proc/task_mmu.c smaps_pmd_entry passes over them) nor
 * move_pages (mm/migrate.c do_pages_stat_array): their node is the device's, their size not known. */
static void look_at_memory(struct result *r, const struct region *region, const char *sys, int cpu)
{
    struct result_machine *m = &r->machine;
    int nodes[NOISE_PAGES], home = noise_cpu_node(sys, cpu);
    bool dax = !strcmp(r->region.path_kind, "file") && strcmp(r->region.medium, "page-cache");
    size_t count = noise_page_nodes(region->base, region->bytes, nodes);
    m->huge_page_percent = dax ? NAN : noise_huge_percent("/proc", region->base, region->bytes);
    m->remote_percent = noise_remote_percent(nodes, count, home);
    if (isnan(m->remote_percent) && r->region.node >= 0)
        m->remote_percent = noise_remote_percent(&r->region.node, 1, home);
}

static void look_again(struct result *r, const struct run_options *options, const struct machine_probe *probe,
                       const struct region *region, const struct drift *drift)
{
    struct result_machine *m = &r->machine;
    struct noise_roots roots = {"/proc", options->sys_root};
    struct noise_look after;
    cpu_set_t siblings;
    int here = sched_getcpu();
    const int *cpus = r->run.cpu_count ? r->run.cpus : &here;
    size_t count = r->run.cpu_count ? r->run.cpu_count : 1;
    noise_look(&after, &roots);
    bool known = !noise_siblings(roots.sys, cpus, count, &siblings);
    noise_compare(m, &probe->before, &after, cpus, count, known ? &siblings : NULL);
    machine_governor(roots.sys, cpus[0], m->governor_end);
    machine_turbo(roots.sys, m->turbo_end);
    m->drift_percent = drift_percent(drift);
    m->trend_percent = drift_trend(drift);
    m->spin_ns = drift_spin_ns(drift);
    look_at_memory(r, region, roots.sys, cpus[0]);
}

/* Whose counts the model of the rest of a write() is sized by, where a cell has it. */
static void describe_surround(struct result_run *run, const struct group *groups, size_t count)
{
    bool any = false;
    for (size_t g = 0; g < count; g++)
        for (size_t m = 0; m < groups[g].member_count; m++)
            any = any || groups[g].members[m]->spec.surround == SURROUND_KERNEL;
    if (any)
        snprintf(run->surround_source, sizeof(run->surround_source),
                 "%s, %s: %d instructions, %d LOCKed beside the copy of a 64 B pwrite", surround_kernel(),
                 surround_file_system(), SURROUND_INSTRUCTIONS, SURROUND_LOCKED);
}

void run_result_finish(struct result *r, const struct run_options *options, const struct machine_probe *probe,
                       const struct region *region, const struct written *written, const struct group *groups,
                       size_t count, const struct drift *drift, uint64_t stolen, uint64_t all)
{
    uint64_t stolen_now, all_now;
    timestamp(r->run.finished);
    look_again(r, options, probe, region, drift);
    describe_surround(&r->run, groups, count);
    if (all && !machine_steal(&stolen_now, &all_now) && all_now > all)
        r->machine.steal_percent = 100 * (double)(stolen_now - stolen) / (double)(all_now - all);
    run_warnings(r, options, probe, region, written, groups, count);
}
