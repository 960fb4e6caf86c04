/* run.c - the verb run: from the command line to result.json and report */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/run.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "base/signals.h"
#include "base/text.h"
#include "bench/compare_run.h"
#include "bench/drift.h"
#include "bench/dry_run.h"
#include "bench/machine.h"
#include "bench/machine_facts.h"
#include "bench/machine_places.h"
#include "bench/options_common.h"
#include "bench/out_dir.h"
#include "bench/plan.h"
#include "bench/progress.h"
#include "bench/region.h"
#include "bench/region_written.h"
#include "bench/run_options.h"
#include "bench/run_report.h"
#include "bench/run_result.h"
#include "bench/schedule.h"
#include "results/file.h"

enum { CPUS_MOST = 1024 };

/* Everything that a run holds, so that one function lets go of it. */
struct run {
    struct run_options options;
    struct machine_probe probe;
    struct run_cells cells;
    struct group *groups;
    size_t group_count;
    struct region region;
    struct written written;
    struct workspace workspace;
    struct drift drift;
    struct progress progress;
    struct result result;
    struct journal *journal;
    char dir[4096];
    bool dir_made;
    uint64_t stolen, all;
    int cpus[CPUS_MOST]; /* for thread 0, 1, ... */
    unsigned cpu_count;
};

static void let_go(struct run *r)
{
    journal_close(r->journal);
    groups_free(r->groups, r->group_count);
    workspace_close(&r->workspace);
    region_close(&r->region);
    drift_free(&r->drift);
    r->result.cells = NULL; /* they live in r->cells */
    r->result.cell_count = 0;
    result_free(&r->result);
    run_cells_free(&r->cells);
    run_options_free(&r->options);
}

/* Sizes that a machine does not tell are taken as common ones. */
enum { L1D_COMMON = 32 << 10, L2_COMMON = 1 << 20, LLC_COMMON = 32 << 20 };

static uint64_t known_or(uint64_t known, uint64_t common)
{
    return known ? known : common;
}

static uint64_t llc_of(const struct machine_probe *p)
{
    return known_or(p->machine.llc_bytes_measured, known_or(p->llc_reported, LLC_COMMON));
}

static bool is_baseline(const struct run_cell *c)
{
    return !strcmp(c->out.path, c->spec.kernel == KERNEL_TRACK ? "xarray" : "bypass");
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
                           .memory_bytes = r->options.path ? 0 : machine_available_bytes() / 10 * 9};
    if (plan_expand(r->options.plan, &env, r->options.from_file, &r->cells, err))
        return -1;
    return any_runnable(&r->cells, err);
}

/* The largest destination, write and delay of all cells. */
struct needs {
    uint64_t bytes, size, delay;
    bool cold;
};

static struct needs find_needs(const struct run_cells *cells)
{
    struct needs n = {.bytes = FILE_START, .size = 1};
    for (size_t i = 0; i < cells->count; i++) {
        const struct cell_spec *s = &cells->cells[i].spec;
        if (!cells->cells[i].runnable || s->kernel != KERNEL_WRITE_FSYNC)
            continue;
        uint64_t bytes = FILE_START + s->stream.footprint + s->stream.offset + s->stream.granule;
        n.bytes = bytes > n.bytes ? bytes : n.bytes;
        n.size = s->stream.size > n.size ? s->stream.size : n.size;
        n.delay = s->delay > n.delay ? s->delay : n.delay;
        n.cold |= s->cold_source;
    }
    return n;
}

static struct region_request memory_request(const struct run *r)
{
    const struct run_options *o = &r->options;
    return (struct region_request){.path = o->path,
                                   .bytes = find_needs(&r->cells).bytes,
                                   .node = o->node,
                                   .keep = o->keep,
                                   .destroy = o->destroy,
                                   .medium_is_real = o->medium_is_real,
                                   .hypervisor = r->probe.machine.hypervisor,
                                   .sys_root = o->sys_root};
}

static int open_memory(struct run *r, struct error *err)
{
    struct needs n = find_needs(&r->cells);
    const struct machine_probe *p = &r->probe;
    struct region_request request = memory_request(r);
    if (written_check(&r->written, written_least(r->groups, r->group_count, n.bytes), err) ||
        region_open(&r->region, &request, err))
        return -1;
    r->written.bytes = r->region.bytes;
    r->workspace = (struct workspace){.base = r->region.base,
                                      .bytes = r->region.bytes,
                                      .l1d_bytes = known_or(p->l1d_bytes, L1D_COMMON),
                                      .l2_bytes = known_or(p->l2_bytes, L2_COMMON),
                                      .llc_bytes = llc_of(p),
                                      .cpus = r->cpu_count ? r->cpus : NULL,
                                      .cpu_count = r->cpu_count};
    if (workspace_open(&r->workspace, n.size, n.delay, r->options.seed, err))
        return -1;
    return n.cold ? workspace_cold(&r->workspace, n.size, r->options.seed, err) : 0;
}

static size_t threads_most(const struct run_cells *cells)
{
    size_t most = 0;
    for (size_t i = 0; i < cells->count; i++)
        if (cells->cells[i].runnable && cells->cells[i].spec.threads > most)
            most = cells->cells[i].spec.threads;
    return most;
}

static int measure(struct run *r, struct error *err)
{
    const struct result_machine *m = &r->probe.machine;
    uint64_t start = clock_now_ns(), deadline = start + (uint64_t)(r->options.max_time_s * 1e9);
    struct group_env env = {.workspace = &r->workspace,
                            .tsc_ghz = m->tsc_ghz,
                            .clock_ns = m->clock_ns,
                            .clock_resolution_ns = m->clock_resolution_ns,
                            .chain = clock_chain_measure(m->tsc_ghz),
                            .seed = r->options.seed,
                            .precision = r->options.precision,
                            .region_provenance = r->region.facts.provenance,
                            .drain = r->options.drain,
                            .drift = &r->drift,
                            .written = &r->written,
                            .progress = &r->progress,
                            .hook_skip = r->options.hook_skip,
                            .hook_delay = r->options.hook_delay,
                            .hook_ticks = (uint64_t)(r->options.hook_ns * m->tsc_ghz)};
    progress_start(&r->progress, r->options.quiet, r->group_count, deadline);
    machine_steal(&r->stolen, &r->all);
    int result = schedule_run(r->groups, r->group_count, &env, deadline, r->journal, err);
    progress_end(&r->progress);
    r->result.run.cpus = r->cpus;
    r->result.run.cpu_count = threads_most(&r->cells) < r->cpu_count ? threads_most(&r->cells) : r->cpu_count;
    r->result.run.measuring_s = (double)(clock_now_ns() - start) / 1e9;
    return result;
}

/* All cells, as they are, into the result; nothing of it is owned there. */
static int lend_cells(struct run *r, struct result_cell **room, struct error *err)
{
    *room = malloc((r->cells.count + 1) * sizeof(**room));
    if (!*room)
        return error_set(err, EXIT_CANNOT, "result: no memory");
    for (size_t i = 0; i < r->cells.count; i++)
        (*room)[i] = r->cells.cells[i].out;
    r->result.cells = *room;
    r->result.cell_count = r->cells.count;
    return 0;
}

static bool any_failed(const struct run *r, const char **reason)
{
    for (size_t i = 0; i < r->cells.count; i++)
        if (r->cells.cells[i].out.status == CELL_FAILED) {
            *reason = r->cells.cells[i].out.reason;
            return true;
        }
    return false;
}

/* How many cells the run did not get to, which are told so. */
static size_t not_measured(struct run *r)
{
    size_t count = 0;
    for (size_t i = 0; i < r->cells.count; i++) {
        struct run_cell *c = &r->cells.cells[i];
        if (c->runnable && c->out.status == CELL_MEASURED && !c->out.sample_count) {
            c->out.status = CELL_SKIPPED;
            text_copy(c->out.reason, sizeof(c->out.reason), "the run ended before this cell was measured");
            count++;
        }
    }
    return count;
}

static enum run_status status_of(const struct run *r, size_t missed)
{
    const char *reason;
    if (signals_bus(NULL))
        return RUN_FAILED;
    if (signals_received())
        return RUN_INTERRUPTED;
    if (any_failed(r, &reason))
        return RUN_FAILED;
    return r->written.exceeded && missed ? RUN_INTERRUPTED : RUN_COMPLETE;
}

/* What there is to say after the result is written: the first reason why the exit code is not 0. */
static int final_word(struct run *r, struct error *err)
{
    const char *reason = NULL;
    char lost[LINE_TEXT];
    if (signals_bus(NULL))
        return error_set(err, EXIT_CANNOT, "memory under test: %s; what was measured before is in %s",
                         region_lost(r->options.path, lost), r->dir);
    if (any_failed(r, &reason))
        return error_set(err, EXIT_CANNOT, "failed: %s", reason);
    return r->options.keep ? region_keep(&r->region, r->options.path, err) : 0;
}

static int conclude(struct run *r, struct error *err)
{
    struct result_cell *room = NULL;
    size_t missed = not_measured(r);
    if (compare_run(r->groups, r->group_count, &r->result, err) || lend_cells(r, &room, err))
        return -1;
    r->result.status = status_of(r, missed);
    run_result_finish(&r->result, &r->options, &r->probe, &r->region, &r->written, r->groups, r->group_count,
                      &r->drift, r->stolen, r->all);
    int result = result_write(&r->result, r->dir, err);
    if (!result) {
        journal_remove(r->dir);
        result = run_report(&r->result, r->dir, err);
    }
    r->result.cells = NULL;
    r->result.cell_count = 0;
    free(room);
    return result ? result : final_word(r, err);
}

/* How many CPUs are allowed is asked before the thread is bound, all else of the CPU that it is bound to. */
static int look_closely(struct run *r, struct error *err)
{
    unsigned cpus = r->probe.machine.cpus;
    if (machine_bind(r->options.cpu < 0 && r->cpu_count ? r->cpus[0] : r->options.cpu, err) < 0 ||
        machine_probe(&r->probe, PROBE_FULL, err))
        return -1;
    r->probe.machine.cpus = cpus;
    return 0;
}

static int begin(struct run *r, int argc, char **argv, struct error *err)
{
    if (run_options_read(argc, argv, &r->options, err) || r->options.help)
        return -1;
    r->cpu_count = machine_places(r->options.cpu, r->cpus, CPUS_MOST);
    if (machine_probe(&r->probe, PROBE_QUICK, err) || expand(r, err))
        return -1;
    struct region_request request = memory_request(r);
    if (region_check(&request, err))
        return -1;
    if (!r->options.dry_run) { /* what can be refused was refused at once; footprints need the full probe */
        run_cells_free(&r->cells);
        if (look_closely(r, err) || expand(r, err))
            return -1;
    }
    r->written.most = r->options.max_written;
    r->groups = groups_make(r->cells.cells, r->cells.count, &r->group_count, err);
    return r->groups ? 0 : -1;
}

static int execute(struct run *r, int argc, char **argv, struct error *err)
{
    const char *plan = json_string_value(json_object_get(r->options.plan, "name"));
    (void)argc;
    if (open_memory(r, err) ||
        out_dir_make(r->options.out, plan ? plan : "plan", r->dir, sizeof(r->dir), &r->dir_made, err))
        return -1;
    run_result_begin(&r->result, argv, &r->options, plan ? plan : "plan", &r->probe, &r->region);
    r->journal = journal_open(r->dir, &r->result, err);
    if (!r->journal || measure(r, err)) {
        if (r->dir_made)
            rmdir(r->dir); /* goes only when nothing is in it */
        return -1;
    }
    return conclude(r, err);
}

int verb_run(int argc, char **argv)
{
    struct run r = {0};
    struct error err = {0};
    signals_install();
    if (!begin(&r, argc, argv, &err)) {
        if (r.options.dry_run)
            dry_run(&r.cells, r.groups, r.group_count, r.options.max_time_s, find_needs(&r.cells).bytes,
                    llc_of(&r.probe));
        else
            execute(&r, argc, argv, &err);
    } else if (r.options.help) {
        run_help();
    }
    let_go(&r);
    int code = verb_end(&err);
    return signals_received() && code == EXIT_DONE ? 128 + signals_received() : code;
}
