/* check.h - a document that was read: is it one that reports can rely on */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_CHECK_H
#define RESULTS_CHECK_H

#include <jansson.h>

#include "base/error.h"
#include "results/document.h"

/* Is it of this schema and of a version that this program reads. 0, or -1 with a text that begins with
 * `file`. */
int check_version(const json_t *document, const struct document_kind *kind, const char *file,
                  struct error *err);

/* Has it every member that version 1 has, each of its type, no count below 0. Members that it has besides are
 * ignored. 0, or -1 with a text that names `file` and the place, such as cells[3].summary. */
int check_shape(const json_t *document, const struct document_kind *kind, const char *file,
                struct error *err);

/* The same of a result, and of each cell as many samples as it says. */
int check_document(const json_t *document, const char *file, struct error *err);

#endif
