/* run_report.c - the report at the end of a run: report.md beside the result, and text on stdout */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/run_report.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reports/report.h"
#include "results/file.h"

static int write_markdown(const json_t *document, const struct report_options *options, const char *file,
                          struct error *err)
{
    struct error why = {0};
    FILE *out = fopen(file, "wx");
    int result = out ? report_markdown(document, options, out, &why) : -1;
    int number = errno;
    if (out && fclose(out) && !result) {
        result = -1;
        number = errno;
    }
    if (!result)
        return 0;
    if (out)
        unlink(file);
    return error_set(err, EXIT_CANNOT,
                     "%s: cannot be written: %s; result.json is complete, use `pmembench report`", file,
                     strerror(number));
}

int run_report(const struct result *r, const char *dir, struct error *err)
{
    char file[PATH_MAX + 32];
    json_t *document = result_to_json(r);
    struct report_options options = {.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"), .source = dir};
    if (!document)
        return error_set(err, EXIT_CANNOT, "report: no memory");
    snprintf(file, sizeof(file), "%s/report.md", dir);
    int result = write_markdown(document, &options, file, err);
    if (report_text(document, &options, stdout, err))
        result = -1;
    printf("\nresult: %s/" RESULT_FILE "\n", dir);
    if (!access(file, F_OK))
        printf("report: %s\n", file);
    json_decref(document);
    return result;
}
