/* report.h - what people read, made from a result document */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef REPORTS_REPORT_H
#define REPORTS_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

struct report_options {
    bool colour;        /* ANSI colours: only for a terminal */
    bool all;           /* every cell and every ledger instead of the chosen ones */
    const char *cell;   /* one cell by key or id (or a part that only one has); NULL: all */
    const char *source; /* what the user named (file or directory): shown in "how to repeat" lines */
};

/* The report as text, at most 60 lines of at most 100 columns unless `all` or `cell` is given. 0, or -1 with
 * err. */
int report_text(const json_t *document, const struct report_options *options, FILE *out, struct error *err);
/* The same content as Markdown. */
int report_markdown(const json_t *document, const struct report_options *options, FILE *out,
                    struct error *err);

#endif
