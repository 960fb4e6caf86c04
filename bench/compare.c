/* compare.c - the verb compare: result files side by side, and a gate for scripts */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "reports/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/options_common.h"
#include "bench/run.h"
#include "results/file.h"
#include "results/tuning.h"

enum { OPT_FAIL_ON, OPT_FORMAT, OPT_OUT, OPT_ALL, OPT_CELL, OPT_FORCE, OPT_HELP, OPTS };

static const struct option_row rows[OPTS] = {
    [OPT_FAIL_ON] = {"fail-on", "RULE",
                     "slower or slower:PERCENT: exit 3 when a cell of B is slower (by more)"},
    [OPT_FORMAT] = {"format", "F", "text (default), markdown, csv or json"},
    [OPT_OUT] = {"output", "FILE", "write to a new file instead of stdout"},
    [OPT_ALL] = {"all", NULL, "every cell and every ledger"},
    [OPT_CELL] = {"cell", "KEY", "one cell in full, judged alone: by key, id or a part that only one has"},
    [OPT_FORCE] = {"force", NULL, "judge times that mean little (emulated, unlike media, few layouts)"},
    [OPT_HELP] = {"help", NULL, "this text"},
};

typedef int make_compare(struct compare *c, FILE *out, struct error *err);

static const struct format {
    const char *name;
    make_compare *make;
    bool says_warnings; /* in what it prints */
} formats[] = {
    {"text", compare_text, true},
    {"markdown", compare_markdown, true},
    {"csv", compare_csv, false},
    {"json", compare_json, false},
};

static void help(void)
{
    puts("usage: pmembench compare A B... [options]\n\n"
         "Compares result files (or the folders of runs) with the first one, cell by cell: the ratio is\n"
         "B's cost over A's, and a verdict needs repeats on both sides (run --repeats 8). What differs\n"
         "between the machines comes first; what is in one file only is listed. Of results from emulated\n"
         "machines (a lab), or from other domains, it says by counts what fsync has to do on each; times\n"
         "beside an emulated machine are withheld.\n");
    options_help(rows, OPTS, stdout);
    puts("\nWith --fail-on the exit code is 3 for a regression, and 1 when some cells could not be judged.\n"
         "\nexample: pmembench compare runs/before runs/after --fail-on slower:5");
}

struct job {
    const char *values[OPTS];
    const char *files[COMPARE_FILES + 1];
    size_t file_count;
    const struct format *format;
    bool gate;
    double percent;
};

static bool takes_next(const char *arg)
{
    for (size_t i = 0; i < OPTS; i++)
        if (rows[i].value && !strcmp(arg + 2, rows[i].name))
            return true;
    return false;
}

/* Files may stand between the options. */
static int read_arguments(int argc, char **argv, struct job *job, struct error *err)
{
    char **rest = calloc((size_t)argc + 1, sizeof *rest);
    int count = 0;
    if (!rest)
        return error_set(err, EXIT_CANNOT, "compare: out of memory: close other programs and try again");
    for (int i = 0; i < argc; i++) {
        bool option = !i || argv[i][0] == '-';
        if (option) {
            rest[count++] = argv[i];
            if (i && !strncmp(argv[i], "--", 2) && takes_next(argv[i]) && i + 1 < argc)
                rest[count++] = argv[++i];
        } else if (job->file_count <= COMPARE_FILES) {
            job->files[job->file_count++] = argv[i];
        }
    }
    int result = options_read(count, rest, rows, OPTS, job->values, err);
    free(rest);
    return result;
}

static int read_gate(const char *text, struct job *job, struct error *err)
{
    static const char word[] = "slower";
    size_t n = sizeof word - 1;
    char *end = NULL;
    job->gate = true;
    if (strncmp(text, word, n) || (text[n] && text[n] != ':'))
        return error_set(err, EXIT_USAGE, "--fail-on: there is no '%s'; use slower or slower:PERCENT", text);
    if (!text[n])
        return 0;
    const char *number = text + n + 1;
    job->percent = strtod(number, &end);
    if (!*number || number[strspn(number, "0123456789.")] || *end || end == number || job->percent > 1e6)
        return error_set(err, EXIT_USAGE, "--fail-on: '%s' is no percentage; use a number such as 5 or 2.5",
                         number);
    return 0;
}

static int check(struct job *job, struct error *err)
{
    const char *name = job->values[OPT_FORMAT] ? job->values[OPT_FORMAT] : "text";
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!strcmp(name, formats[i].name))
            job->format = &formats[i];
    if (!job->format)
        return error_set(err, EXIT_USAGE, "--format: there is no '%s'; use text, markdown, csv or json",
                         name);
    if (job->values[OPT_FAIL_ON] && read_gate(job->values[OPT_FAIL_ON], job, err))
        return -1;
    if (job->file_count < 2)
        return error_set(err, EXIT_USAGE,
                         "compare: name two or more result files or folders of runs: pmembench compare A B");
    if (job->file_count > COMPARE_FILES)
        return error_set(err, EXIT_USAGE, "compare: at most %d files at once", COMPARE_FILES);
    for (size_t i = 0; i < job->file_count; i++)
        if (tuning_is(job->files[i]))
            return error_set(
                err, EXIT_CANNOT,
                "compare: %s is a tuning, which has no cells: see it with `pmembench report`, or "
                "measure with it (run --tuning) and compare that",
                job->files[i]);
    return 0;
}

static int print(struct compare *c, const struct job *job, struct error *err)
{
    const char *name = job->values[OPT_OUT];
    FILE *out = name ? fopen(name, "wx") : stdout;
    if (!out)
        return error_set(err, EXIT_CANNOT, "--output %s: cannot be made: %s; name a new file", name,
                         strerror(errno));
    int result = job->format->make(c, out, err);
    if (out != stdout && fclose(out))
        result = error_set(err, EXIT_CANNOT, "--output %s: cannot be written: %s", name, strerror(errno));
    if (!job->format->says_warnings && compare_warning(c))
        fprintf(stderr, "pmembench: warning: %s\n", compare_warning(c));
    return result;
}

static void compare_files(struct job *job, struct error *err)
{
    struct compare_source sources[COMPARE_FILES] = {0};
    json_t *documents[COMPARE_FILES] = {0};
    size_t n = 0;
    bool colour = !job->values[OPT_OUT] && isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    struct compare_options options = {.colour = colour,
                                      .all = job->values[OPT_ALL],
                                      .force = job->values[OPT_FORCE],
                                      .cell = job->values[OPT_CELL]};
    for (; n < job->file_count && (documents[n] = result_read(job->files[n], err)); n++)
        sources[n] = (struct compare_source){job->files[n], documents[n]};
    struct compare *c = n == job->file_count ? compare_new(sources, n, &options, err) : NULL;
    if (c && !print(c, job, err) && job->gate)
        compare_gate(c, job->percent, err);
    compare_free(c);
    for (size_t i = 0; i < n; i++)
        json_decref(documents[i]);
}

int verb_compare(int argc, char **argv)
{
    struct job job = {0};
    struct error err = {0};
    if (!read_arguments(argc, argv, &job, &err)) {
        if (job.values[OPT_HELP])
            help();
        else if (!check(&job, &err))
            compare_files(&job, &err);
    }
    return verb_end(&err);
}
