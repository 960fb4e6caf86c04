/* tune_write.c - what was found, into the folder's files and onto stdout */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/signals.h"
#include "base/text.h"
#include "bench/tune_parts.h"
#include "reports/tuning.h"
#include "results/output.h"
#include "results/stats.h"

/* Who measured what where, as far as it is known now. */
static void fill_head(struct tune *t, enum run_status status)
{
    struct tuning *f = &t->found;
    const struct result *r = &t->run.result;
    size_t known = 0;
    f->status = status;
    f->run = r->run;
    f->machine = r->machine;
    f->region = r->region;
    f->domain = r->domain;
    f->max_time_s = t->options.max_time_s;
    double *floors = malloc((f->groups + 1) * sizeof(*floors));
    for (size_t i = 0; floors && i < f->groups; i++)
        if (!isnan(t->floors[i]))
            floors[known++] = t->floors[i];
    f->floor_ratio = floors ? stats_median(floors, known) : NAN;
    free(floors);
    text_copy(f->ended_by, sizeof(f->ended_by),
              signals_received() ? "signal"
              : t->out_of_time   ? "time"
                                 : "found");
}

int tune_keep(struct tune *t, enum run_status status, struct error *err)
{
    fill_head(t, status);
    json_t *document = tuning_to_json(&t->found);
    int result = document ? tuning_write_document(document, t->dir, err)
                          : error_set(err, EXIT_CANNOT, TUNING_FILE ": no memory");
    json_decref(document);
    return result;
}

typedef int (*printer)(const json_t *tuning, FILE *out, struct error *err);

static int markdown(const json_t *tuning, FILE *out, struct error *err)
{
    struct report_options options = {.all = true, .source = "."};
    return report_tuning_markdown(tuning, &options, out, err);
}

static int write_file(const struct tune *t, const char *name, printer print, const json_t *document,
                      struct error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    int result = out ? print(document, out, err) : -1;
    if (!out || fclose(out))
        result = error_set(err, EXIT_CANNOT, "%s/%s: no memory", t->dir, name);
    if (!result)
        result = output_file(t->dir, name, text, size, err);
    free(text);
    return result;
}

static const struct {
    const char *name, *what;
    printer print;
} files[] = {
    {TUNING_ENV, "libpmem's environment", report_tuning_env},
    {TUNING_HEADER, "constants for C", report_tuning_header},
    {TUNING_REPORT, "report", markdown},
};
enum { FILES = sizeof(files) / sizeof(files[0]) };

static int write_files(const struct tune *t, const json_t *document, struct error *err)
{
    for (size_t i = 0; i < FILES; i++)
        if (write_file(t, files[i].name, files[i].print, document, err))
            return -1;
    return 0;
}

int tune_hand_over(struct tune *t, enum run_status status, struct error *err)
{
    struct report_options options = {.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
                                     .source = t->dir};
    int result = tune_keep(t, signals_received() ? RUN_INTERRUPTED : status, err);
    json_t *document = result ? NULL : tuning_to_json(&t->found);
    if (!document)
        return error_set(err, EXIT_CANNOT, "tune: no memory");
    result = write_files(t, document, err);
    if (report_tuning_text(document, &options, stdout, err))
        result = -1;
    json_decref(document);
    if (result)
        return -1;
    printf("\n%-22s %s/" TUNING_FILE "\n", "found:", t->dir);
    for (size_t i = 0; i < FILES; i++)
        printf("%s:%*s%s/%s\n", files[i].what, 22 - (int)strlen(files[i].what), "", t->dir, files[i].name);
    return 0;
}
