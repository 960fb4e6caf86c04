/* tune.c - the verb tune: what should this machine use, and where */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "base/signals.h"
#include "base/text.h"
#include "bench/machine_facts.h"
#include "bench/options_common.h"
#include "bench/out_dir.h"
#include "bench/run.h"
#include "bench/run_domain.h"
#include "bench/run_result.h"
#include "bench/tune_parts.h"

/* Of the whole time; what is left is for the processes of the proof. */
static const double SEARCH_SHARE = 0.7;

double tune_left(uint64_t end)
{
    return ((double)end - (double)clock_now_ns()) / 1e9;
}

void *tune_add(void *list, size_t *count, size_t item_bytes, struct error *err)
{
    void **at = list;
    char *longer = realloc(*at, (*count + 1) * item_bytes);
    if (!longer) {
        error_set(err, EXIT_CANNOT, "tune: no memory");
        return NULL;
    }
    *at = longer;
    return memset(longer + (*count)++ * item_bytes, 0, item_bytes);
}

void tune_close_memory(struct tune *t)
{
    struct run *r = &t->run;
    workspace_close(&r->workspace);
    real_drain_close(&r->real_drain);
    run_close_memory(r);
    region_close(&r->region);
    r->region = (struct region){.facts = r->region.facts};
}

static void let_go(struct tune *t)
{
    tune_close_looks(t);
    free(t->floors);
    tuning_free(&t->found);
    run_let_go(&t->run);
    tune_options_free(&t->options);
}

/* From the options to open memory and an open folder, in which a first file stands. */
static int begin(struct tune *t, char **argv, struct error *err)
{
    struct run *r = &t->run;
    json_t *none = json_pack("{s:s, s:[]}", "name", "tune", "blocks");
    if (run_options_read(t->options.passed_count, t->options.passed, none, &r->options, err))
        return -1;
    t->spec.features = cpu_features() & ~r->options.lacks;
    struct error later = {0}; /* run_look says it */
    run_domain_look(&r->options, &later);
    if (tune_choose(t, err))
        return -1;
    json_decref(r->options.plan);
    r->options.plan = tune_largest(t, err);
    if (!r->options.plan || run_look(r, err) || run_open(r, argv, err) || run_spec_env(r, &t->spec, err) ||
        tune_sort_out(t, err) || tune_situations(t, err))
        return -1;
    t->env = run_env(r);
    return out_dir_make(t->options.out, "tune", t->dir, sizeof(t->dir), &t->dir_made, err) ||
                   tune_keep(t, RUN_INTERRUPTED, err)
               ? -1
               : 0;
}

static int search(struct tune *t, struct error *err)
{
    if (tune_search(t, err) || tune_keep(t, RUN_INTERRUPTED, err))
        return -1;
    if (t->options.parts & TUNE_PART_THREADS && !signals_stop() && tune_bandwidth(t, err))
        return -1;
    if (tune_flips(t, err))
        return -1;
    tune_close_looks(t);
    return tune_keep(t, RUN_INTERRUPTED, err);
}

/* The machine is looked at again; then the memory is let go, for the processes to have it. */
static void end_search(struct tune *t)
{
    struct run *r = &t->run;
    run_measured(r, t->started);
    run_result_finish(&r->result, &r->options, &r->probe, &r->region, &r->written, r->groups, r->group_count,
                      &r->drift, r->stolen, r->all);
    t->found.warnings = r->result.warnings;
    t->found.warning_count = r->result.warning_count;
    r->result.warnings = NULL;
    r->result.warning_count = 0;
    t->found.searched_s = r->result.run.measuring_s;
    tune_close_memory(t);
}

/* The memory under test went away. */
static int lost(const struct tune *t, struct error *err)
{
    char why[LINE_TEXT];
    return error_set(err, EXIT_CANNOT, "memory under test: %s; what was found before is in %s",
                     region_lost(t->run.options.path, why), t->dir);
}

static int execute(struct tune *t, char **argv, struct error *err)
{
    t->end = clock_now_ns() + (uint64_t)(t->options.max_time_s * 1e9);
    if (begin(t, argv, err))
        return -1;
    t->started = clock_now_ns();
    t->search_end = t->started + (uint64_t)(fmax(tune_left(t->end), 0) * SEARCH_SHARE * 1e9);
    progress_start(&t->run.progress, t->run.options.quiet, 1, t->end);
    machine_steal(&t->run.stolen, &t->run.all);
    int result = search(t, err);
    if (!result && signals_bus(NULL)) /* what was measured last is worth nothing, and there is no more */
        result = lost(t, err);
    if (!result) {
        end_search(t);
        result = tune_propose(t, err);
        t->found.proved_s = (double)(clock_now_ns() - t->started) / 1e9 - t->found.searched_s;
    }
    progress_end(&t->run.progress);
    struct error more = {0};
    int handed = tune_hand_over(t, result ? RUN_FAILED : RUN_COMPLETE, result ? &more : err);
    return result ? result : handed; /* the first error is what there is to say */
}

int verb_tune(int argc, char **argv)
{
    struct tune *t = calloc(1, sizeof(*t));
    struct error err = {0};
    signals_install();
    if (!t) {
        error_set(&err, EXIT_CANNOT, "tune: no memory");
        return verb_end(&err);
    }
    child_place_save(&t->place);
    if (!tune_options_read(argc, argv, &t->options, &err)) {
        if (t->options.help)
            tune_help();
        else if (t->options.check)
            tune_check(t, argv, &err);
        else if (execute(t, argv, &err) && t->dir_made)
            rmdir(t->dir); /* goes only when nothing is in it */
    }
    let_go(t);
    free(t);
    int code = verb_end(&err);
    return signals_received() && code == EXIT_DONE ? 128 + signals_received() : code;
}
