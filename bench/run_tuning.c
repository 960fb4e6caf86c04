/* run_tuning.c - the option --tuning of a run: reads it, checks it, changes the plan, says what was used */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/run_tuning.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bench/tuning_difference.h"
#include "bench/tuning_use.h"
#include "reports/tuning.h"
#include "results/tuning.h"

/* hybrid is for streams as that of its situation; the plan may have others. */
static void tell_where(const struct run_options *o)
{
    char found[LINE_TEXT];
    report_tuning_where(tuning_hybrid_situation(o->tuned), found, sizeof(found));
    if (*found && tuning_hybrid_is_elsewhere(o->tuned))
        fprintf(stderr,
                "pmembench: --tuning %s: hybrid@%" PRIu64 " was found %s; it is used for all writes\n",
                o->tuning, tuning_hybrid(o->tuned), found);
}

/* Nothing that stops a run, but what a person would like to know before it. */
static void tell(const struct run_options *o, int changed)
{
    const char *status = json_string_value(json_object_get(o->tuned, "status"));
    bool kept = tuning_any_kept(o->tuned), whole = status && !strcmp(status, "complete");
    if (json_object_get(o->tuned, TUNING_READ_FROM))
        return;
    if (!kept)
        fprintf(stderr, "pmembench: --tuning %s: nothing was kept of %s: the plan is as it was\n", o->tuning,
                whole ? "it" : "that interrupted tuning");
    else if (!whole)
        fprintf(stderr, "pmembench: --tuning %s: is of an interrupted tuning: used is what it has\n",
                o->tuning);
    else if (!changed)
        fprintf(stderr, "pmembench: --tuning %s: changes nothing in this plan\n", o->tuning);
    if (changed)
        tell_where(o);
}

/* Of texts in an error: which option. */
static const char *where(const struct run_options *o, char out[LINE_TEXT])
{
    snprintf(out, LINE_TEXT, "--tuning %.200s", o->tuning);
    return out;
}

int run_tuning_take(struct run_options *o, const struct result_machine *here, struct error *err)
{
    char room[LINE_TEXT];
    if (!o->tuning)
        return 0;
    o->tuned = tuning_read(o->tuning, err);
    if (!o->tuned || (!o->force && tuning_same_machine(o->tuned, here, where(o, room), err)))
        return -1;
    o->tuned_blocks = tuning_apply(o->plan, o->tuned, err);
    return o->tuned_blocks < 0 ? -1 : 0;
}

int run_tuning_expect(const struct run_options *o, struct error *err)
{
    struct result_region region = {.provenance = ""};
    char room[LINE_TEXT];
    if (!o->tuned)
        return 0;
    if (!o->path) /* which medium its pages lie on is seen only then: the system may have CXL memory */
        text_copy(region.provenance, sizeof(region.provenance), "stand-in");
    bool settled = !o->path || (o->domain_chosen && !o->posted);
    if (!o->force && tuning_same_memory(o->tuned, &region, settled ? o->domain : "", where(o, room), err))
        return -1;
    if (!o->path) /* else the memory itself has a word first */
        tell(o, o->tuned_blocks);
    return 0;
}

int run_tuning_memory(const struct run_options *o, const struct result_region *region, struct error *err)
{
    char room[LINE_TEXT];
    if (!o->tuned)
        return 0;
    if (!o->force && tuning_same_memory(o->tuned, region, o->domain, where(o, room), err))
        return -1;
    if (o->path)
        tell(o, o->tuned_blocks);
    return 0;
}

void run_tuning_describe(const struct run_options *o, const struct result_machine *here,
                         const struct result_region *region, char out[LINE_TEXT])
{
    struct tuning_difference machine, memory;
    const char *id = json_string_value(json_object_get(json_object_get(o->tuned, "run"), "id"));
    const char *from = json_string_value(json_object_get(o->tuned, TUNING_READ_FROM));
    char used[LINE_TEXT] = "no hybrid", forced[LINE_TEXT / 2] = "", found[LINE_TEXT / 2] = "";
    char whole[4 * LINE_TEXT];
    uint64_t bytes = tuning_hybrid(o->tuned);
    out[0] = '\0';
    if (!o->tuned)
        return;
    report_tuning_where(tuning_hybrid_situation(o->tuned), found, sizeof(found));
    if (bytes)
        snprintf(used, sizeof(used), "hybrid@%" PRIu64 "%s%s%s", bytes, *found ? " (found " : "", found,
                 *found ? ")" : "");
    else if (!tuning_any_kept(o->tuned))
        text_copy(used, sizeof(used), "nothing kept");
    bool other = tuning_machine_differs(o->tuned, here, &machine);
    bool elsewhere = tuning_memory_differs(o->tuned, region, o->domain, &memory);
    if (other || elsewhere)
        snprintf(forced, sizeof(forced), " (forced: %s%s%s%s%s)", other ? "another " : "",
                 other ? machine.what : "", other && elsewhere ? ", " : "", elsewhere ? "another " : "",
                 elsewhere ? memory.what : "");
    snprintf(whole, sizeof(whole), "%s from %.39s%s, read from %.250s", used, id ? id : "unknown", forced,
             from ? from : o->tuning);
    text_copy(out, LINE_TEXT, whole);
}
