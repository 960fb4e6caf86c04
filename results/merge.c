/* merge.c - several processes' documents as one: are they of the same cells, and what goes where */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/merge.h"

#include <stdlib.h>
#include <string.h>

#include "results/json.h"
#include "results/merge_parts.h"

static int no_memory(const struct merge *m)
{
    return error_set(m->err, EXIT_CANNOT, "out of memory while merging %zu processes; merge fewer cells",
                     m->count);
}

static const json_t *cells_of(const struct merge *m, size_t document)
{
    return json_object_get(m->documents[document], "cells");
}

/* Adds the cells of a document to its index, and those that no earlier one has to the ids. */
static int index_cells(struct merge *m, size_t document)
{
    struct object index = object_begin();
    size_t i;
    json_t *cell;
    json_array_foreach(cells_of(m, document), i, cell)
    {
        const char *id = merge_text(cell, "id");
        bool known = json_object_get(index.json, id) != NULL;
        for (size_t d = 0; d < document; d++)
            known = known || json_object_get(m->cells[d], id);
        object_put(&index, id, json_incref(cell));
        if (!known && json_array_append(m->ids, json_object_get(cell, "id")))
            index.failed = true;
    }
    m->cells[document] = object_end(&index);
    return m->cells[document] ? 0 : no_memory(m);
}

/* An interrupted process may lack cells; any other that does was asked for other ones. */
static int check_there(const struct merge *m, const char *id, size_t document)
{
    bool interrupted = !strcmp(merge_text(m->documents[document], "status"), "interrupted");
    if (interrupted || json_object_get(m->cells[document], id))
        return 0;
    return error_set(m->err, EXIT_CANNOT,
                     "%s: not in process %zu of %zu, though others have it; merge what one command measured",
                     id, document + 1, m->count);
}

/* All that tell their stream tell the same. */
static int check_stream(const struct merge *m, const char *id)
{
    const char *first = "";
    for (size_t d = 0; d < m->count; d++) {
        const char *hash = merge_text(json_object_get(m->cells[d], id), "stream_hash");
        if (!*first)
            first = hash;
        if (*hash && strcmp(hash, first) != 0)
            return error_set(
                m->err, EXIT_CANNOT,
                "%s: process %zu of %zu wrote another stream: another seed or other cache sizes; "
                "merge runs of one --seed and one --llc",
                id, d + 1, m->count);
    }
    return 0;
}

static int check_cells(const struct merge *m)
{
    size_t i;
    json_t *id;
    json_array_foreach(m->ids, i, id)
    {
        const char *name = json_string_value(id);
        for (size_t d = 0; d < m->count; d++)
            if (check_there(m, name, d))
                return -1;
        if (check_stream(m, name))
            return -1;
    }
    return 0;
}

static int begin(struct merge *m)
{
    m->cells = calloc(m->count, sizeof(json_t *));
    m->factors = calloc(m->count, sizeof(json_t *));
    m->found = calloc(m->count, sizeof(json_t *));
    m->members = calloc(m->count, sizeof(json_t *));
    m->numbers = calloc(m->count, sizeof(*m->numbers));
    m->bounds = calloc(m->count, sizeof(*m->bounds));
    m->ids = json_array();
    if (!m->cells || !m->factors || !m->found || !m->members || !m->numbers || !m->bounds || !m->ids)
        return no_memory(m);
    for (size_t d = 0; d < m->count; d++) {
        m->factors[d] = merge_factors(m->documents[d]);
        if (!m->factors[d])
            return no_memory(m);
        if (index_cells(m, d))
            return -1;
    }
    return check_cells(m);
}

static void end(struct merge *m)
{
    for (size_t d = 0; d < m->count; d++) {
        json_decref(m->cells ? m->cells[d] : NULL);
        json_decref(m->factors ? m->factors[d] : NULL);
    }
    json_decref(m->ids);
    free(m->cells);
    free(m->factors);
    free(m->found);
    free(m->members);
    free(m->numbers);
    free(m->bounds);
}

static json_t *merge_cells(struct merge *m)
{
    json_t *cells = json_array(), *id;
    size_t i;
    json_array_foreach(m->ids, i, id)
    {
        if (json_array_append_new(cells, merge_cell(m, json_string_value(id)))) {
            json_decref(cells);
            return NULL;
        }
    }
    return cells;
}

static const char *merge_status(const struct merge *m)
{
    bool complete = true;
    for (size_t d = 0; d < m->count; d++) {
        const char *status = merge_text(m->documents[d], "status");
        if (!strcmp(status, "failed"))
            return "failed";
        complete = complete && !strcmp(status, "complete");
    }
    return complete ? "complete" : "interrupted";
}

static json_t *merge_all(struct merge *m)
{
    const json_t *first = m->documents[0];
    json_t *cells = merge_cells(m), *controls = merge_controls(m);
    struct object o = object_begin();
    object_put(&o, "schema", json_deep_copy(json_object_get(first, "schema")));
    object_put(&o, "schema_version", json_deep_copy(json_object_get(first, "schema_version")));
    object_put(&o, "status", json_string(merge_status(m)));
    object_put(&o, "run", merge_run(m));
    object_put(&o, "machine", merge_machine(m));
    object_put(&o, "region", json_deep_copy(json_object_get(first, "region")));
    object_put(&o, "domain", json_deep_copy(json_object_get(first, "domain")));
    object_put(&o, "controls", json_incref(controls));
    object_put(&o, "warnings", merge_warnings(m));
    object_put(&o, "cells", json_incref(cells));
    object_put(&o, "comparisons", merge_comparisons(m, cells, controls));
    json_decref(controls);
    json_decref(cells);
    return object_end(&o);
}

static json_t *list_of_one(const json_t *value)
{
    json_t *list = json_array();
    if (!json_array_append_new(list, json_deep_copy(value)))
        return list;
    json_decref(list);
    return NULL;
}

/* Nothing to merge: the document itself, each cell with its one median. */
static json_t *only_one(const json_t *document)
{
    struct object o = {json_deep_copy(document), false};
    struct object run = {json_object_get(o.json, "run"), false};
    object_put(&run, "repeats", json_integer(1));
    size_t i;
    json_t *cell;
    json_array_foreach(json_object_get(o.json, "cells"), i, cell)
    {
        struct object copy = {cell, false};
        if (merge_measured(cell))
            object_put(&copy, "repeat",
                       list_of_one(json_object_get(json_object_get(cell, "summary"), "median")));
        o.failed = o.failed || copy.failed;
    }
    o.failed = o.failed || run.failed;
    return object_end(&o);
}

json_t *result_merge(const json_t *const *documents, size_t count, struct error *err)
{
    struct merge m = {.documents = documents, .count = count, .err = err};
    if (count == 1) {
        json_t *one = only_one(documents[0]);
        if (!one)
            no_memory(&m);
        return one;
    }
    json_t *merged = NULL;
    if (!begin(&m)) {
        merged = merge_all(&m);
        if (!merged)
            no_memory(&m);
    }
    end(&m);
    return merged;
}
