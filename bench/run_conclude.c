/* run_conclude.c - the end of a run: comparisons, result, report, and the last word */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "base/signals.h"
#include "base/text.h"
#include "bench/compare_run.h"
#include "bench/latency.h"
#include "bench/run_parts.h"
#include "bench/run_report.h"
#include "bench/run_result.h"

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

int run_conclude(struct run *r, struct error *err)
{
    struct result_cell *room = NULL;
    size_t missed = not_measured(r);
    if (compare_run(r->groups, r->group_count, &r->result, err) || lend_cells(r, &room, err))
        return -1;
    r->result.status = status_of(r, missed);
    run_result_finish(&r->result, &r->options, &r->probe, &r->region, &r->written, r->groups, r->group_count,
                      &r->drift, r->stolen, r->all);
    if (r->options.latency)
        latency_warn(&r->result);
    json_t *document = result_to_json(&r->result);
    int result = result_write_document(document, r->dir, err);
    if (!result && r->result.status != RUN_INTERRUPTED) /* else --resume can go on */
        journal_remove(r->dir);
    if (!result)
        result = run_report(document, r->dir, err);
    json_decref(document);
    r->result.cells = NULL;
    r->result.cell_count = 0;
    free(room);
    return result ? result : final_word(r, err);
}
