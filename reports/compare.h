/* compare.h - result files side by side: what differs, and what may be said of each cell in both */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef REPORTS_COMPARE_H
#define REPORTS_COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "reports/model.h"
#include "results/verdict.h"

enum { COMPARE_FILES = 26 }; /* a letter each */

struct compare_source {
    const char *name;       /* as the user named it */
    const json_t *document; /* as result_read returns it; borrowed */
};

struct compare_options {
    bool colour;      /* ANSI colours: only for a terminal */
    bool all;         /* every cell and every ledger instead of the chosen ones */
    bool force;       /* also judge what is withheld */
    const char *cell; /* one cell by key or id (or a part that only one has); NULL: all */
};

/* The first file is the base; each other one is compared with it. NULL with EXIT_CANNOT (no result documents,
 * memory, no such cell) or EXIT_USAGE (fewer than 2 sources, more than COMPARE_FILES). One thread at a time.
 */
struct compare;
struct compare *compare_new(const struct compare_source *sources, size_t count,
                            const struct compare_options *options, struct error *err);
void compare_free(struct compare *c);

/* The comparison as a page of text (at most 60 lines of at most 100 columns unless `all` or `cell` is given),
 * as Markdown, as one line a cell (RFC 4180, but lines end in LF), as JSON. 0, or -1 with err. */
int compare_text(struct compare *c, FILE *out, struct error *err);
int compare_markdown(struct compare *c, FILE *out, struct error *err);
int compare_csv(struct compare *c, FILE *out, struct error *err);
int compare_json(struct compare *c, FILE *out, struct error *err);
/* Says of two files that are the same result so, in one line; NULL when there are none. */
const char *compare_warning(const struct compare *c);

/* The gate: 0 when nothing is slower by more than `percent` and all could be judged; -1 with EXIT_REGRESSION
 * when something is by its ratio, else with EXIT_CANNOT when some cells could not be judged, among them
 * slower ones whose interval allows more than `percent`. */
int compare_gate(const struct compare *c, double percent, struct error *err);

#endif
