/* merge_bistable.c - has a cell two speeds of its own, once what slowed whole rounds or processes is taken
 * off */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>

#include "results/json.h"
#include "results/merge_parts.h"
#include "results/verdict.h"

/* Of two, each would be half of what is taken off it. */
enum { CELLS_LEAST = 3 };

/* The measured cells of the document by group. */
static json_t *cells_by_group(const json_t *document)
{
    struct object groups = object_begin();
    size_t i;
    json_t *cell;
    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        char name[KEY_TEXT];
        if (!merge_measured(cell))
            continue;
        merge_group_name(cell, name);
        if (!json_object_get(groups.json, name))
            object_put(&groups, name, json_array());
        if (json_array_append(json_object_get(groups.json, name), cell))
            groups.failed = true;
    }
    return object_end(&groups);
}

/* Samples by their cell's median, a row a cell; returns the rows. */
static size_t fill_rows(const json_t *cells, size_t rounds, double *rows)
{
    size_t i, used = 0;
    json_t *cell;
    json_array_foreach(cells, i, cell)
    {
        size_t n;
        double *samples = merge_samples(cell, &n), median = stats_median(samples, samples ? n : 0);
        if (n == rounds && median > 0) {
            for (size_t r = 0; r < n; r++)
                rows[used * rounds + r] = samples[r] / median;
            used++;
        }
        free(samples);
    }
    return used;
}

static json_t *factor_of(const double *rows, size_t used, size_t rounds, size_t round, double *scratch)
{
    size_t n = 0;
    for (size_t i = 0; i < used; i++)
        if (rows[i * rounds + round] > 0)
            scratch[n++] = rows[i * rounds + round];
    double factor = stats_median(scratch, n);
    return json_real(factor > 0 && isfinite(factor) ? factor : 1);
}

/* The list of the rounds' factors: empty where the cells are too few. */
static json_t *factors_of(const json_t *cells)
{
    size_t all = json_array_size(cells);
    size_t rounds = json_array_size(json_object_get(json_array_get(cells, 0), "samples"));
    double *rows = malloc((all * rounds + all + 1) * sizeof(*rows));
    json_t *list = rows ? json_array() : NULL;
    size_t used = list ? fill_rows(cells, rounds, rows) : 0;
    for (size_t r = 0; list && used >= CELLS_LEAST && r < rounds; r++) {
        if (json_array_append_new(list, factor_of(rows, used, rounds, r, rows + all * rounds))) {
            json_decref(list);
            list = NULL;
        }
    }
    free(rows);
    return list;
}

json_t *merge_factors(const json_t *document)
{
    json_t *groups = cells_by_group(document), *cells;
    struct object factors = object_begin();
    const char *name;
    factors.failed = !groups;
    json_object_foreach(groups, name, cells) object_put(&factors, name, factors_of(cells));
    json_decref(groups);
    return object_end(&factors);
}

/* The samples of one process by its median and, where the group's cells tell it, by the round's factor. */
static void pool_own(const struct merge *m, const json_t *cell, size_t document, double *out, size_t n)
{
    char group[KEY_TEXT];
    merge_group_name(cell, group);
    const json_t *factors = json_object_get(m->factors[document], group);
    bool known = json_array_size(factors) == n;
    double median = merge_number(json_object_get(cell, "summary"), "median");
    for (size_t i = 0; i < n; i++)
        out[i] /= median * (known ? json_real_value(json_array_get(factors, i)) : 1);
}

bool merge_bistable(const struct merge *m, size_t n, const char *id, double *samples, size_t all)
{
    size_t bistable = 0, done = 0, known = 0;
    for (size_t i = 0; i < n; i++)
        bistable += json_is_true(json_object_get(m->found[i], "bistable"));
    if (2 * bistable >= n)
        return true;
    for (size_t d = 0; d < m->count; d++) {
        const json_t *cell = json_object_get(m->cells[d], id);
        size_t own = merge_measured(cell) ? json_array_size(json_object_get(cell, "samples")) : 0;
        if (done + own > all)
            return false;
        if (own)
            pool_own(m, cell, d, samples + done, own);
        done += own;
    }
    for (size_t i = 0; i < all; i++)
        if (isfinite(samples[i]))
            samples[known++] = samples[i];
    return stats_bistable(samples, known);
}
