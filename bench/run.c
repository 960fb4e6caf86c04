/* run.c - the verb run: from the command line to result.json and report */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/signals.h"
#include "base/text.h"
#include "bench/dry_run.h"
#include "bench/latency.h"
#include "bench/options_common.h"
#include "bench/out_dir.h"
#include "bench/print_streams.h"
#include "bench/repeats.h"
#include "bench/run_domain.h"
#include "bench/run_parts.h"
#include "bench/run_result.h"
#include "bench/schedule.h"

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
    double left = fmax(0, r->options.max_time_s - r->resume.measured_s);
    uint64_t start = clock_now_ns(), deadline = start + (uint64_t)(left * 1e9);
    struct group_env env = run_env(r);
    progress_start(&r->progress, r->options.quiet, r->group_count, deadline);
    machine_steal(&r->stolen, &r->all);
    int result = analyse_all(r, &env, err);
    if (!result)
        result = schedule_run(r->groups, r->group_count, &env, deadline, r->journal, err);
    progress_end(&r->progress);
    run_measured(r, start);
    return result;
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
    const char *plan = run_plan_name(r);
    if (run_open(r, r->resume.argv ? r->resume.argv : argv, err))
        return -1;
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
    if (!read_options(&r, argc, argv, &err) && !run_look(&r, &err)) {
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
    run_let_go(&r);
    int code = verb_end(&err);
    return signals_received() && code == EXIT_DONE ? 128 + signals_received() : code;
}
