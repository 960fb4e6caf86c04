/* tune_check.c - makes the proof of a tuning again */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/signals.h"
#include "base/text.h"
#include "bench/tune_parts.h"
#include "bench/tune_prove.h"
#include "bench/tuning_use.h"
#include "reports/tuning.h"

/* A cell for which machine and memory are looked at as for any. */
static json_t *smallest(void)
{
    return json_pack("{s:s, s:[{s:s, s:[s], s:i, s:s, s:s}]}", "name", "tune", "blocks", "kernel",
                     "write_fsync", "paths", "bypass", "size", 4096, "footprint", "l2", "dirty", "size");
}

/* A folder for the processes' files, which is gone afterwards. */
static int make_dir(struct tune *t, struct error *err)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(t->dir, sizeof(t->dir), "%.4000s/pmembench-check-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(t->dir))
        return error_set(err, EXIT_CANNOT,
                         "%s: cannot be made; set TMPDIR to a folder that can be written to", t->dir);
    t->dir_made = true;
    return 0;
}

/* Only what was kept is asked about. */
static void keep_kept(struct tuning *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->proposal_count; i++)
        if (f->proposals[i].kept) {
            f->proposals[n] = f->proposals[i];
            f->proposals[n].proven = f->proposals[n].kept = false;
            n++;
        }
    f->proposal_count = n;
}

/* Whether it belongs to this machine and memory. */
static int fits(struct tune *t, const json_t *tuning, char **argv, struct error *err)
{
    const char *where = t->options.check;
    if (run_look(&t->run, err))
        return -1;
    if (!t->options.force && tuning_same_machine(tuning, &t->run.probe.machine, where, err))
        return -1;
    if (run_open(&t->run, argv, err))
        return -1;
    return t->options.force
               ? 0
               : tuning_same_memory(tuning, &t->run.region.facts, t->run.options.domain, where, err);
}

/* What became of the proposals that had been kept. */
static int judge(const struct tuning *f, struct error *err)
{
    for (size_t i = 0; i < f->proof_count; i++)
        if (f->proofs[i].ratio.low > 1)
            return error_set(err, EXIT_REGRESSION,
                             "%s loses now: %.3f times the cost (%.3f to %.3f); tune this machine anew",
                             f->proofs[i].id, f->proofs[i].ratio.value, f->proofs[i].ratio.low,
                             f->proofs[i].ratio.high);
    for (size_t i = 0; i < f->proposal_count; i++)
        if (!f->proposals[i].kept && !signals_received())
            return error_set(err, EXIT_CANNOT, "%s was not confirmed: %s", f->proposals[i].id,
                             f->proposals[i].reason);
    return 0;
}

static int prove(struct tune *t, const uint64_t *sizes, size_t count, struct error *err)
{
    struct run *r = &t->run;
    struct tune_processes all = tune_processes_of(t);
    struct report_options options = {.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
                                     .source = t->options.check};
    if (make_dir(t, err))
        return -1;
    progress_start(&r->progress, r->options.quiet, t->found.proposal_count, t->end);
    r->progress.phase = "proof";
    int result = tune_prove(&all, &t->found, sizes, count, r->options.seed, t->end, err);
    progress_end(&r->progress);
    rmdir(t->dir);
    if (result)
        return -1;
    json_t *document = tuning_to_json(&t->found);
    result = document ? report_tuning_proof(document, &options, stdout, err)
                      : error_set(err, EXIT_CANNOT, "tune: no memory");
    json_decref(document);
    return result ? result : judge(&t->found, err);
}

int tune_check(struct tune *t, char **argv, struct error *err)
{
    uint64_t *sizes = NULL;
    size_t count = 0;
    json_t *tuning = tuning_read(t->options.check, err);
    if (!tuning)
        return -1;
    /* another seed than the proof had, whatever it was */
    json_int_t seed = json_integer_value(json_object_get(json_object_get(tuning, "run"), "seed"));
    if (run_options_read(t->options.passed_count, t->options.passed, smallest(), &t->run.options, err)) {
        json_decref(tuning);
        return -1;
    }
    if (!t->options.seed_given)
        t->run.options.seed = ((uint64_t)seed ^ clock_now_ns()) >> 1;
    int result = fits(t, tuning, argv, err);
    if (!result)
        result = tuning_proposals_from(tuning, &t->found, &sizes, &count, err);
    json_decref(tuning);
    if (!result) {
        tune_close_memory(t);
        keep_kept(&t->found);
        t->end = clock_now_ns() + (uint64_t)(t->options.max_time_s * 1e9);
        if (t->found.proposal_count)
            result = prove(t, sizes, count, err);
        else
            printf("%s: nothing was kept of it: there is nothing to prove\n", t->options.check);
    }
    free(sizes);
    return result;
}
