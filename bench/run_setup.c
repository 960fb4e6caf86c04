/* run_setup.c - what a run needs before its first group: cells, groups, the machine, the memory */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "bench/builtin.h"
#include "bench/latency.h"
#include "bench/machine_facts.h"
#include "bench/machine_places.h"
#include "bench/run_domain.h"
#include "bench/run_parts.h"
#include "bench/run_result.h"
#include "bench/run_tuning.h"
#include "kernels/paths.h"

void run_let_go(struct run *r)
{
    journal_close(r->journal);
    groups_free(r->groups, r->group_count);
    workspace_close(&r->workspace);
    real_drain_close(&r->real_drain);
    run_close_memory(r);
    region_close(&r->region);
    drift_free(&r->drift);
    r->result.cells = NULL; /* they live in r->cells */
    r->result.cell_count = 0;
    result_free(&r->result);
    run_cells_free(&r->cells);
    run_options_free(&r->options);
    resume_close(&r->resume);
}

static bool is_baseline(const struct run_cell *c)
{
    return !strcmp(c->out.path, kernel_baseline(c->spec.kernel));
}

/* A baseline comes with each comparison: when it is all that can run, what was asked for cannot. */
static int any_runnable(const struct run_cells *cells, struct error *err)
{
    const char *reason = "";
    bool asked = false;
    for (size_t i = 0; i < cells->count; i++)
        asked |= !is_baseline(&cells->cells[i]);
    for (size_t i = 0; i < cells->count; i++) {
        const struct run_cell *c = &cells->cells[i];
        if (c->runnable && !(asked && is_baseline(c)))
            return 0;
        reason = c->runnable ? reason : c->out.reason;
    }
    return error_set(err, EXIT_CANNOT, "no cell can run here: %s", reason);
}

/* A plan with the system's own calls of which none can be made would tell of the model alone. Of paths that
 * were picked by hand the others run, and the report names what was skipped. */
static int sys_runnable(const struct run *r, struct error *err)
{
    const char *name = json_string_value(json_object_get(r->options.plan, "name"));
    bool whole = r->options.from_file, any = false;
    for (unsigned i = 0; i < BUILTIN_PLANS; i++)
        whole |= name && !strcmp(name, builtin_plan(i).name);
    for (size_t i = 0; i < r->cells.count; i++) {
        any |= kernel_is_sys(r->cells.cells[i].spec.kernel);
        if (kernel_is_sys(r->cells.cells[i].spec.kernel) && r->cells.cells[i].runnable)
            return 0;
    }
    if (!whole || !any || !r->kinds.no_sys)
        return 0;
    name = name ? name : "?";
    if (r->options.path)
        return error_set(err, EXIT_CANNOT, "plan '%s': %s", name, r->kinds.no_sys);
    return error_set(err, EXIT_CANNOT, "plan '%s' calls the system on a file: name one with --path FILE",
                     name);
}

int run_spec_env(const struct run *r, struct spec_env *env, struct error *err)
{
    const struct machine_probe *p = &r->probe;
    int domain = spec_domain(r->options.domain, err);
    if (domain < 0)
        return -1;
    *env = (struct spec_env){.features = cpu_features() & ~r->options.lacks,
                             .l1d_bytes = known_or(p->l1d_bytes, L1D_COMMON),
                             .l2_bytes = known_or(p->l2_bytes, L2_COMMON),
                             .llc_bytes = llc_of(p),
                             .cpus = r->cpu_count,
                             .domain = (enum domain_id)domain,
                             .seed = r->options.seed,
                             .no_sys = r->kinds.no_sys,
                             .no_pagemap = r->kinds.no_pagemap,
                             .protect_bytes = r->kinds.protect_bytes,
                             .memory_bytes = r->options.path ? 0 : machine_available_bytes() / 10 * 9};
    return 0;
}

static int expand(struct run *r, struct error *err)
{
    struct spec_env env;
    if (run_spec_env(r, &env, err))
        return -1;
    if (plan_expand(r->options.plan, &env, r->options.from_file, &r->cells, err))
        return -1;
    if (any_runnable(&r->cells, err) || sys_runnable(r, err))
        return -1;
    return r->options.latency ? latency_choose(&r->cells, err) : 0;
}

static size_t threads_most(const struct run_cells *cells)
{
    size_t most = 0;
    for (size_t i = 0; i < cells->count; i++)
        if (cells->cells[i].runnable && cells->cells[i].spec.threads > most)
            most = cells->cells[i].spec.threads;
    return most;
}

void run_measured(struct run *r, uint64_t start)
{
    size_t threads = threads_most(&r->cells);
    r->result.run.cpus = r->cpus;
    r->result.run.cpu_count = threads < r->cpu_count ? threads : r->cpu_count;
    r->result.run.measuring_s = r->resume.measured_s + (double)(clock_now_ns() - start) / 1e9;
}

/* How many CPUs are allowed is asked before the thread is bound, all else of the CPU that it is bound to. */
static int look_closely(struct run *r, struct error *err)
{
    unsigned cpus = r->probe.machine.cpus;
    bool known =
        r->options.llc_bytes || r->resume.journal; /* the same streams as before, even if not found */
    if (machine_bind(r->options.cpu < 0 && r->cpu_count ? r->cpus[0] : r->options.cpu, err) < 0 ||
        machine_probe(&r->probe, known ? PROBE_LLC_KNOWN : PROBE_FULL, err))
        return -1;
    r->probe.machine.cpus = cpus;
    if (known)
        r->probe.machine.llc_bytes_measured = r->options.llc_bytes;
    if (r->options.llc_bytes && !r->resume.journal)
        resume_warn(&r->probe, "LLC_GIVEN",
                    "without --llc it is measured; run --repeats measures it once for all",
                    "the last-level cache was taken as large as --llc says");
    return 0;
}

/* Of the cells, with what the journal of an interrupted run has of them. */
static int make_groups(struct run *r, struct error *err)
{
    r->groups = groups_make(r->cells.cells, r->cells.count, &r->group_count, err);
    if (!r->groups || !r->resume.journal)
        return r->groups ? 0 : -1;
    const json_t *machine = json_object_get(json_object_get(r->resume.journal, "head"), "machine");
    return resume_same_machine(machine, &r->probe, r->options.resume, err) ||
                   resume_groups(&r->resume, r->options.resume, r->groups, r->group_count, err)
               ? -1
               : 0;
}

/* What only the mapped memory tells (MAP_SYNC) may be another domain than its place let expect: then cells
 * and groups are made again. */
static int settle_domain(struct run *r, struct error *err)
{
    bool changed;
    if (run_domain_settle(&r->options, &r->region.domain, &changed, err))
        return -1;
    if (!changed)
        return 0;
    groups_free(r->groups, r->group_count);
    r->groups = NULL;
    r->group_count = 0;
    run_cells_free(&r->cells);
    return expand(r, err) || make_groups(r, err) ? -1 : 0;
}

int run_look(struct run *r, struct error *err)
{
    region_kinds_look(&r->kinds, r->options.path, r->options.sys_root);
    r->cpu_count = machine_places(r->options.cpu, r->cpus, CPUS_MOST);
    if (machine_probe(&r->probe, PROBE_QUICK, err))
        return -1;
    if (!r->resume.journal && run_tuning_take(&r->options, &r->probe.machine, err))
        return -1; /* an interrupted run's plan is as it was changed then */
    r->probe.machine.llc_bytes_measured = r->options.llc_bytes;
    struct error lacking = {0}; /* what the command line alone makes wrong is told first */
    bool here = !run_domain_look(&r->options, &lacking);
    if (expand(r, err))
        return -1;
    if (!here)
        return *err = lacking, -1;
    if (run_tuning_expect(&r->options, err))
        return -1;
    struct region_request request = run_memory(r);
    if (region_check(&request, err))
        return -1;
    if (!r->options.dry_run) { /* what can be refused was refused at once; footprints need the full probe */
        run_cells_free(&r->cells);
        if (look_closely(r, err) || expand(r, err))
            return -1;
    }
    r->written.most = r->options.max_written;
    return make_groups(r, err);
}

const char *run_plan_name(const struct run *r)
{
    const char *plan = json_string_value(json_object_get(r->options.plan, "name"));
    return plan ? plan : "plan";
}

int run_open(struct run *r, char **argv, struct error *err)
{
    if (run_open_memory(r, err) || settle_domain(r, err) ||
        run_tuning_memory(&r->options, &r->region.facts, err) || run_open_drain(r, err))
        return -1;
    run_result_begin(&r->result, argv, &r->options, run_plan_name(r), &r->probe, &r->region);
    run_tuning_describe(&r->options, &r->probe.machine, &r->region.facts, r->result.run.tuning);
    real_drain_describe(&r->real_drain, &r->result.domain.drain);
    return 0;
}

struct group_env run_env(struct run *r)
{
    const struct result_machine *m = &r->probe.machine;
    struct group_env env = {.workspace = &r->workspace,
                            .tsc_ghz = m->tsc_ghz,
                            .clock_ns = m->clock_ns,
                            .clock_resolution_ns = m->clock_resolution_ns,
                            .chain = clock_chain_measure(m->tsc_ghz),
                            .stamp_clock = latency_clock(m->tsc_ghz),
                            .seed = r->options.seed,
                            .precision = r->options.precision,
                            .measured_s = r->resume.measured_s,
                            .region_provenance = r->region.facts.provenance,
                            .drain = r->options.drain,
                            .real_drain = &r->real_drain,
                            .drift = &r->drift,
                            .written = &r->written,
                            .progress = &r->progress,
                            .hook_skip = r->options.hook_skip,
                            .hook_delay = r->options.hook_delay,
                            .hook_ticks = (uint64_t)(r->options.hook_ns * m->tsc_ghz),
                            .sabotage = &r->options.sabotage};
    if (r->workspace.drain_device) /* no model stands beside what is measured */
        env.drain.latency_ns = NAN;
    return env;
}
