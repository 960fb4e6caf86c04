/* merge.h - the results of several processes that measured the same cells, as one result */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_MERGE_H
#define RESULTS_MERGE_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

/* Merges `count` (at least 1) documents as result_read gives them, in the order in which they were measured,
 * into one that is valid against the schema. Cells are joined by id, in the order of the first document;
 * `repeat` holds each process' median, intervals hold what the processes differ by, comparisons are judged
 * anew over all rounds. `status` is complete when all documents are. An interrupted document may lack cells.
 * A cell that failed in one process has failed; one measured in some says in how many (`reason`). Of one
 * document: a copy with `repeat` and `repeats`. Borrows the documents. A new reference, or NULL with
 * EXIT_CANNOT: memory is short, or the documents are not of the same cells and streams (says which cell).
 * Pure. */
json_t *result_merge(const json_t *const *documents, size_t count, struct error *err);

#endif
