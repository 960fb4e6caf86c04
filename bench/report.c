/* report.c - the verb report: a result file, or a tuning, as text or Markdown */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/options_common.h"
#include "bench/run.h"
#include "reports/report.h"
#include "reports/tuning.h"
#include "results/file.h"
#include "results/tuning.h"

enum { OPT_FORMAT, OPT_OUT, OPT_ALL, OPT_CELL, OPT_HELP, OPTS };

static const struct option_row rows[OPTS] = {
    [OPT_FORMAT] = {"format", "F", "text (default), markdown or json"},
    [OPT_OUT] = {"output", "FILE", "write to a new file instead of stdout"},
    [OPT_ALL] = {"all", NULL, "every cell and every ledger; of a tuning every situation"},
    [OPT_CELL] = {"cell", "KEY", "one cell in full, by key, id or a part that only one has"},
    [OPT_HELP] = {"help", NULL, "this text"},
};

static void help(void)
{
    puts("usage: pmembench report FILE|DIR [options]\n\n"
         "Shows a result: the verdict, the surface, one ledger as \"where it moved\", warnings, and\n"
         "how to repeat any line. Reads DIR/result.json, or the journal of a run that was killed. Of a\n"
         "tuning (DIR/tuning.json): what to use, the flips and their proof.\n");
    options_help(rows, OPTS, stdout);
    puts("\nexample: pmembench report runs/20260101-120000-default --format markdown");
}

typedef int report_function(const json_t *document, const struct report_options *options, FILE *out,
                            struct error *err);

/* What a report is made of. */
struct kind {
    json_t *(*read)(const char *file_or_dir, struct error *err);
    report_function *text, *markdown;
};

static const struct kind of_result = {result_read, report_text, report_markdown};
static const struct kind of_tuning = {tuning_read, report_tuning_text, report_tuning_markdown};

static int print(const char *format, const struct kind *kind, const json_t *document,
                 const struct report_options *options, FILE *out, struct error *err)
{
    if (!strcmp(format, "text"))
        return kind->text(document, options, out, err);
    if (!strcmp(format, "markdown"))
        return kind->markdown(document, options, out, err);
    /* escaped to ASCII: a terminal must not be led by what a file says */
    return json_dumpf(document, out, JSON_INDENT(1) | JSON_ENSURE_ASCII) || fputc('\n', out) == EOF
               ? error_set(err, EXIT_CANNOT, "report: the document cannot be written: %s", strerror(errno))
               : 0;
}

/* A new file: no link of that name is followed, and nobody else may write to it whatever the umask is. */
static FILE *create(const char *file)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    if (fd >= 0 && !out)
        close(fd);
    return out;
}

static int show_in_file(const char *file, const char *format, const struct kind *kind, const json_t *document,
                        const struct report_options *options, struct error *err)
{
    FILE *out = create(file);
    if (!out)
        return error_set(err, EXIT_CANNOT, "--output %s: cannot be made: %s; name a new file", file,
                         strerror(errno));
    int result = print(format, kind, document, options, out, err);
    if (fclose(out))
        result = error_set(err, EXIT_CANNOT, "--output %s: cannot be written: %s; name another", file,
                           strerror(errno));
    if (result)
        unlink(file);
    return result;
}

static int show(const char *source, const char *const *values, struct error *err)
{
    const char *format = values[OPT_FORMAT] ? values[OPT_FORMAT] : "text";
    if (strcmp(format, "text") && strcmp(format, "markdown") && strcmp(format, "json"))
        return error_set(err, EXIT_USAGE, "--format: there is no '%s'; use text, markdown or json", format);
    const struct kind *kind = tuning_is(source) ? &of_tuning : &of_result;
    if (kind == &of_tuning && values[OPT_CELL])
        return error_set(
            err, EXIT_USAGE,
            "--cell: %s is a tuning, which has no cells; leave it out, --all shows every situation", source);
    json_t *document = kind->read(source, err);
    if (!document)
        return -1;
    const char *file = values[OPT_OUT];
    struct report_options options = {.colour = !file && isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
                                     .all = values[OPT_ALL],
                                     .cell = values[OPT_CELL],
                                     .source = source};
    int result = file ? show_in_file(file, format, kind, document, &options, err)
                      : print(format, kind, document, &options, stdout, err);
    json_decref(document);
    return result;
}

int verb_report(int argc, char **argv)
{
    const char *values[OPTS], *source = NULL;
    struct error err = {0};
    char *rest[64];
    int count = 0;
    for (int i = 0; i < argc && count < 64; i++) {
        bool value_of_option = i > 1 && (!strcmp(argv[i - 1], "--format") ||
                                         !strcmp(argv[i - 1], "--output") || !strcmp(argv[i - 1], "--cell"));
        if (i && argv[i][0] != '-' && !value_of_option && !source)
            source = argv[i];
        else
            rest[count++] = argv[i];
    }
    if (!options_read(count, rest, rows, OPTS, values, &err)) {
        if (values[OPT_HELP])
            help();
        else if (!source)
            error_set(&err, EXIT_USAGE,
                      "report: name a result file or the folder of a run: pmembench report DIR");
        else
            show(source, values, &err);
    }
    return verb_end(&err);
}
