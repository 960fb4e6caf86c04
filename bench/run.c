/* run.c - the verb run: from the command line to result.json and report */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "base/signals.h"
#include "base/text.h"
#include "bench/builtin.h"
#include "bench/dry_run.h"
#include "bench/latency.h"
#include "bench/machine_facts.h"
#include "bench/machine_places.h"
#include "bench/options_common.h"
#include "bench/out_dir.h"
#include "bench/print_streams.h"
#include "bench/repeats.h"
#include "bench/run_domain.h"
#include "bench/run_parts.h"
#include "bench/run_result.h"
#include "bench/schedule.h"
#include "kernels/paths.h"

static void let_go(struct run *r)
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

static int expand(struct run *r, struct error *err)
{
    const struct machine_probe *p = &r->probe;
    int domain = spec_domain(r->options.domain, err);
    if (domain < 0)
        return -1;
    struct spec_env env = {.features = cpu_features(),
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

/* What an earlier process measured. */
static int analyse_all(struct run *r, const struct group_env *env, struct error *err)
{
    for (size_t g = 0; g < r->group_count; g++)
        if (r->groups[g].rounds && group_analyse(&r->groups[g], env, err))
            return -1;
    return 0;
}

static int measure(struct run *r, struct error *err)
{
    const struct result_machine *m = &r->probe.machine;
    double left = fmax(0, r->options.max_time_s - r->resume.measured_s);
    uint64_t start = clock_now_ns(), deadline = start + (uint64_t)(left * 1e9);
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
    progress_start(&r->progress, r->options.quiet, r->group_count, deadline);
    machine_steal(&r->stolen, &r->all);
    int result = analyse_all(r, &env, err);
    if (!result)
        result = schedule_run(r->groups, r->group_count, &env, deadline, r->journal, err);
    progress_end(&r->progress);
    r->result.run.cpus = r->cpus;
    r->result.run.cpu_count = threads_most(&r->cells) < r->cpu_count ? threads_most(&r->cells) : r->cpu_count;
    r->result.run.measuring_s = r->resume.measured_s + (double)(clock_now_ns() - start) / 1e9;
    return result;
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

/* The options, from the command line or from what an interrupted run left. */
static int read_options(struct run *r, int argc, char **argv, struct error *err)
{
    if (run_options_read(argc, argv, NULL, &r->options, err) || r->options.help)
        return -1;
    if (!r->options.resume)
        return 0;
    if (resume_read(&r->resume, &r->options, err))
        return -1;
    r->options.llc_bytes = resume_llc(&r->resume);
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

static int begin(struct run *r, int argc, char **argv, struct error *err)
{
    if (read_options(r, argc, argv, err))
        return -1;
    region_kinds_look(&r->kinds, r->options.path, r->options.sys_root);
    r->cpu_count = machine_places(r->options.cpu, r->cpus, CPUS_MOST);
    if (machine_probe(&r->probe, PROBE_QUICK, err))
        return -1;
    r->probe.machine.llc_bytes_measured = r->options.llc_bytes;
    struct error lacking = {0}; /* what the command line alone makes wrong is told first */
    bool here = !run_domain_look(&r->options, &lacking);
    if (expand(r, err))
        return -1;
    if (!here)
        return *err = lacking, -1;
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

/* The folder and its journal: new ones, or those of the run that goes on. */
static int open_journal(struct run *r, const char *plan, struct error *err)
{
    if (r->resume.journal) {
        text_copy(r->dir, sizeof(r->dir), r->options.resume);
        r->journal = journal_reopen(r->dir, r->resume.whole, err);
    } else if (!out_dir_make(r->options.out, plan, r->dir, sizeof(r->dir), &r->dir_made, err)) {
        r->journal = journal_open(r->dir, &r->result, resume_request(&r->options), err);
    }
    return r->journal ? 0 : -1;
}

static int execute(struct run *r, char **argv, struct error *err)
{
    const char *plan = json_string_value(json_object_get(r->options.plan, "name"));
    plan = plan ? plan : "plan";
    if (run_open_memory(r, err) || settle_domain(r, err) || run_open_drain(r, err))
        return -1;
    run_result_begin(&r->result, r->resume.argv ? r->resume.argv : argv, &r->options, plan, &r->probe,
                     &r->region);
    real_drain_describe(&r->real_drain, &r->result.domain.drain);
    if (r->resume.journal && (resume_same_memory(&r->resume, &r->region.facts, r->options.resume, err) ||
                              run_domain_same(r->resume.journal, &r->result.domain, r->options.resume, err) ||
                              run_same_drain(r, err)))
        return -1;
    if (r->resume.journal)
        resume_head(&r->resume, &r->result.run, &r->probe);
    if (open_journal(r, plan, err) || measure(r, err)) {
        if (r->dir_made)
            rmdir(r->dir); /* goes only when nothing is in it */
        return -1;
    }
    return run_conclude(r, err);
}

/* A folder of an interrupted run with repeats, or of one that is complete, is no journal's. */
static bool ended_otherwise(int argc, char **argv, const struct child_place *place, struct error *err)
{
    struct run_options o;
    struct error later = {0};
    bool done = !run_options_read(argc, argv, NULL, &o, &later) && o.resume &&
                (resume_complete(o.resume, err) || repeats_resume(&o, place, err));
    run_options_free(&o);
    return done;
}

int verb_run(int argc, char **argv)
{
    struct run r = {0};
    struct error err = {0};
    struct child_place place; /* this process binds itself; its children are placed as it was */
    signals_install();
    child_place_save(&place);
    if (ended_otherwise(argc, argv, &place, &err)) {
        int code = verb_end(&err);
        return signals_received() && code == EXIT_DONE ? 128 + signals_received() : code;
    }
    if (!begin(&r, argc, argv, &err)) {
        if (r.options.dry_run)
            dry_run(&r.cells, r.groups, r.group_count, &r.options, run_bytes(&r), llc_of(&r.probe));
        else if (r.options.stream)
            print_streams(&r.cells, r.options.stream, &err);
        else if (r.options.repeats > 1)
            repeats_run(&r.options, argv, llc_of(&r.probe), &place, &err);
        else
            execute(&r, argv, &err);
    } else if (r.options.help) {
        run_help();
    }
    let_go(&r);
    int code = verb_end(&err);
    return signals_received() && code == EXIT_DONE ? 128 + signals_received() : code;
}
