/* merge_ledger.c - the ledgers of several processes, row by row */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "results/json.h"
#include "results/merge_parts.h"

static const json_t *same_row(const json_t *cell, const json_t *row)
{
    size_t i;
    json_t *other;
    json_array_foreach(json_object_get(cell, "ledger"), i, other)
    {
        if (!strcmp(merge_text(other, "stage"), merge_text(row, "stage")) &&
            !strcmp(merge_text(other, "side"), merge_text(row, "side")))
            return other;
    }
    return NULL;
}

static bool apart(struct interval a, struct interval b)
{
    return a.high < b.low || b.high < a.low;
}

static json_t *merge_row(struct merge *m, size_t n, json_t *row)
{
    static const struct merge_names added_names = {"ns_added", "added_low", "added_high"};
    static const struct merge_names saved_names = {"ns_saved", "saved_low", "saved_high"};
    for (size_t i = 0; i < n; i++)
        m->members[i] = same_row(m->found[i], row);
    struct interval added = merge_intervals(m, m->members, n, &added_names);
    struct interval saved = merge_intervals(m, m->members, n, &saved_names);
    struct object o = {json_copy(row), false};
    merge_put_interval(&o, &added_names, added);
    merge_put_interval(&o, &saved_names, saved);
    object_put(&o, "overlaps", json_boolean(apart(added, saved)));
    return object_end(&o);
}

json_t *merge_ledger(struct merge *m, size_t n)
{
    json_t *rows = json_array(), *row;
    size_t i, with = 0;
    while (with < n && !json_array_size(json_object_get(m->found[with], "ledger")))
        with++;
    if (with == n)
        return rows;
    json_array_foreach(json_object_get(m->found[with], "ledger"), i, row)
    {
        if (json_array_append_new(rows, merge_row(m, n, row))) {
            json_decref(rows);
            return NULL;
        }
    }
    return rows;
}
