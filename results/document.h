/* document.h - any file that pmembench writes as JSON: from its bytes to a document of a known schema */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_DOCUMENT_H
#define RESULTS_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct shape;

/* What errors call it. */
struct document_kind {
    const char *schema; /* pmembench-tuning */
    int version;        /* the latest that this program reads */
    const char *name;   /* tuning */
    const char *file;   /* tuning.json */
    const char *verb;   /* tune: what writes it */
    const struct shape *members;
};
const struct document_kind *document_result(void);
const struct document_kind *document_journal(void); /* its members are checked as a result's */
const struct document_kind *document_tuning(void);

/* All functions are thread-safe; their errors have EXIT_CANNOT and name `file`. */

/* Makes a document of a text (NULL when size is 0) that came from `file`. New reference, or NULL with err. */
typedef json_t *document_make(const char *text, size_t size, const char *file, struct error *err);

/* Reads all of `file` and makes a document of it. What is neither a file nor a pipe without a name, or larger
 * than 256 MiB, is refused. New reference, or NULL with err. */
json_t *document_read(const char *file, const struct document_kind *kind, document_make *make,
                      struct error *err);

/* Refuses a text of more values than any document has. 0, or -1 with err. */
int document_count(const char *text, size_t size, const struct document_kind *kind, const char *file,
                   struct error *err);

/* What the text says if it is JSON, no member twice in one object, of this schema and of a version that this
 * program reads. New reference, or NULL with err. */
json_t *document_parse(const char *text, size_t size, const struct document_kind *kind, const char *file,
                       struct error *err);

/* Hands an error on. What a file says may reach a terminal in it: after the file's own name all but printable
 * ASCII becomes '?', as in reports. */
void document_fail(struct error *why, const char *file, struct error *err);

/* As tuning_read (results/tuning.h), of a text in memory. */
document_make tuning_parse;

/* DIR/NAME, to be freed; NULL: no memory. */
char *document_path(const char *dir, const char *name);

#endif
