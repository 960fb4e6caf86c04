/* plan.h - plans: what is to be measured, as JSON blocks, built in, from a file or from the command line */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include <jansson.h>

#include "base/error.h"
#include "bench/spec.h"

/* A plan is {"name", "summary", "max_time" (s), "blocks": [{"kernel", "paths", "ledger", axis: value or
 * [values]}]}; each block stands for the cross product of its lists. */

/* Loads a built-in plan by name, or a file. New reference, or NULL: EXIT_USAGE for an unknown name (the
 * nearest is offered), EXIT_CANNOT for a file that cannot be read, is not JSON (with its place) or has
 * unknown members. */
json_t *plan_load(const char *name_or_file, struct error *err);

/* A plan of one cell, and of `bypass` (or, of kernel track, xarray) beside it to compare it with, from a
 * cell's key or id. A domain in the id goes to `domain` (NAME_TEXT bytes). New reference, or NULL
 * (EXIT_USAGE). */
json_t *plan_of_key(const char *key, char *domain, struct error *err);

struct run_cells {
    struct run_cell *cells; /* malloc'ed, owned; in the plan's order */
    size_t count;
};

/* All cells of the plan, each once (a block with a ledger wins). from_file: mistakes are the plan's
 * (EXIT_CANNOT, with their place), else the command line's. */
int plan_expand(const json_t *plan, const struct spec_env *env, bool from_file, struct run_cells *out,
                struct error *err);
void run_cells_free(struct run_cells *cells);

#endif
