/* run_report.c - the report at the end of a run: report.md beside the result, and text on stdout */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/run_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "reports/report.h"
#include "results/file.h"
#include "results/output.h"

static const char report_file[] = "report.md";

static int write_markdown(const json_t *document, const struct report_options *options, const char *dir,
                          struct error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    int result = out ? report_markdown(document, options, out, err) : -1;
    if ((out && fclose(out)) || !out)
        result = error_set(err, EXIT_CANNOT, "%s/%s: no memory", dir, report_file);
    if (!result)
        result = output_file(dir, report_file, text, size, err);
    free(text);
    return result;
}

int run_report(const json_t *document, const char *dir, struct error *err)
{
    struct report_options options = {.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"), .source = dir};
    if (!document)
        return error_set(err, EXIT_CANNOT, "report: no memory");
    int result = write_markdown(document, &options, dir, err);
    bool written = !result;
    if (report_text(document, &options, stdout, err))
        result = -1;
    printf("\nresult: %s/" RESULT_FILE "\n", dir);
    if (written)
        printf("report: %s/%s\n", dir, report_file);
    return result;
}
