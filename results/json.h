/* json.h - the pieces of a document, shared by the file's writer and the journal's */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_JSON_H
#define RESULTS_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "results/result.h"

#define RESULT_SCHEMA  "pmembench-result"
#define JOURNAL_SCHEMA "pmembench-journal"

enum { RESULT_VERSION = 1 };

/* A JSON object being filled; a member that could not be made (memory is short) is remembered until the end.
 */
struct object {
    json_t *json;
    bool failed;
};

static inline struct object object_begin(void)
{
    return (struct object){json_object(), false};
}

/* Takes over `value`. */
static inline void object_put(struct object *o, const char *name, json_t *value)
{
    if (json_object_set_new(o->json, name, value))
        o->failed = true;
}

/* The object, or NULL when any member failed. */
static inline json_t *object_end(struct object *o)
{
    if (o->failed || !o->json) {
        json_decref(o->json);
        return NULL;
    }
    return o->json;
}

/* New references, NULL only when memory is short. Numbers that are not finite, or that JSON's integers cannot
 * hold, become null; bytes that are not UTF-8 become '?'. */
json_t *json_number(double value);
json_t *json_count(uint64_t value);
json_t *json_count_or_null(uint64_t value); /* 0: null */
json_t *json_known(int value);              /* -1: null */
json_t *json_text(const char *text);
json_t *json_fact(const char *text); /* empty: "unknown" */
json_t *json_list(const void *items, size_t count, size_t item_bytes, json_t *(*make)(const void *item));

/* complete, interrupted, failed: a constant. */
const char *run_status_name(enum run_status status);

json_t *interval_json(const struct interval *i); /* null where the value is not known */
json_t *run_json(const struct result_run *run);
json_t *machine_json(const struct result_machine *m);
json_t *region_json(const struct result_region *region);
json_t *domain_json(const struct result_domain *domain);
json_t *warning_json(const void *warning);                /* struct result_warning */
json_t *controls_json(const void *controls);              /* struct result_controls: one group */
json_t *cell_json(const void *cell);                      /* struct result_cell */
json_t *histogram_json(const struct result_histogram *h); /* null when it is empty */
json_t *comparison_json(const void *comparison);          /* struct result_comparison */

/* Prints a document: a member a line, lists of objects an element a line. 0 or -1 (the stream failed or
 * memory is short). */
int document_print(const json_t *document, FILE *out);

/* Puts it in place as DIR/name, as output_file does. NULL is an error for want of memory. */
int document_write(const json_t *document, const char *dir, const char *name, struct error *err);

/* The flags of every dump here: nine digits are more than any clock gives. */
static inline size_t document_flags(void)
{
    return JSON_ENCODE_ANY | JSON_REAL_PRECISION(9);
}

#endif
