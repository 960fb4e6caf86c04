/* merge_parts.h - the pieces of a merge: what its files share */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_MERGE_PARTS_H
#define RESULTS_MERGE_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "results/json.h"
#include "results/result.h"

/* Cells that differ in some way, and the one that differs most. */
struct merge_differing {
    size_t cells;
    double most;
    char worst[KEY_TEXT];
};

struct merge {
    const json_t *const *documents;
    size_t count;
    struct error *err;
    json_t **cells;   /* of each document: id to cell */
    json_t **factors; /* of each document: group to list, by how much each round was slower than usual */
    json_t *ids;      /* of all documents, in order of first appearance */
    struct merge_differing counts, repeats;
    /* Scratch, `count` of each: the cells or groups at hand, a member of each, one number of each. */
    const json_t **found, **members;
    double *numbers, *bounds;
};

/* Where an object keeps an interval. */
struct merge_names {
    const char *value, *low, *high;
};

extern const struct merge_names merge_summary_names;

/* What has no value is NAN, NULL or false. */
double merge_number(const json_t *object, const char *name);
const char *merge_text(const json_t *object, const char *name); /* "" when missing */
bool merge_measured(const json_t *cell); /* measured, and with a median; cell may be NULL */
/* The known numbers of that name into out (of n); returns how many. */
size_t merge_numbers(const json_t *const *objects, size_t n, const char *name, double *out);
double merge_largest(const json_t *const *objects, size_t n, const char *name);
uint64_t merge_sum(const json_t *const *objects, size_t n, const char *name); /* of whole numbers */
/* The samples of a cell, null as NAN; the caller frees them. NULL: none, or no memory. */
double *merge_samples(const json_t *cell, size_t *n);
/* The name of the cell's group, as controls have it. */
void merge_group_name(const json_t *cell, char out[KEY_TEXT]);
/* The interval made to hold what the values, one a process, differ by: their sign interval at 95 %, or where
 * they are too few for one all of them. Bounds that are unknown remain so where they are too few. */
struct interval merge_widen(struct interval interval, const double *values, size_t n);
/* Medians of the values and of the bounds of the objects that have the value, widened. Uses the scratch
 * numbers. */
struct interval merge_intervals(struct merge *m, const json_t *const *objects, size_t n,
                                const struct merge_names *names);

/* The member of that name of the n cells in m->found: m->members. */
const json_t *const *merge_gather(struct merge *m, size_t n, const char *name);
void merge_put_interval(struct object *o, const struct merge_names *names, struct interval interval);

/* Has the cell of this id, whose n measured ones are in m->found, two speeds: in half of the processes, or in
 * all rounds together once each process' level is taken off. Overwrites the samples (all of them, in order).
 */
bool merge_bistable(const struct merge *m, size_t n, const char *id, double *samples, size_t all);

/* The factors of each group of the document (group to list). NULL: no memory. */
json_t *merge_factors(const json_t *document);

/* These return a new reference, or NULL: no memory. */
json_t *merge_run(const struct merge *m);
json_t *merge_machine(const struct merge *m);
json_t *merge_warnings(const struct merge *m); /* after the cells: tells what was found to differ */
json_t *merge_cell(struct merge *m, const char *id);
json_t *merge_ledger(struct merge *m, size_t n); /* of the n cells in m->found */
/* Of the n cells in m->found; null unless all have latencies. */
json_t *merge_latency(struct merge *m, size_t n);
/* The summary of all samples, but its median and interval are of the processes' medians. */
json_t *merge_summary_whole(struct interval middle, const double *samples, size_t n);
/* Of a part of the path, whose samples are not in the file: from the summaries of the n cells in m->found;
 * null when none has it. */
json_t *merge_summary_part(struct merge *m, size_t n, const char *name);
json_t *merge_controls(struct merge *m);
json_t *merge_comparisons(struct merge *m, const json_t *cells, const json_t *controls);

/* How far from 1 the control `same` may lie: the resolution floor of its group. NAN: unknown. */
double merge_floor(const json_t *group);

#endif
