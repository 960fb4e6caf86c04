/* replay.c - an interrupted run's document from its journal */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/replay.h"

#include <math.h>
#include <string.h>

#include "results/check.h"
#include "results/json.h"

/* Things by name, where a later one takes the earlier one's place. */
struct latest {
    json_t *list, *index; /* index: name to place in list */
};

struct replay {
    const char *file;
    struct error *err;
    unsigned line;
    json_t *head;
    struct latest cells, groups;
    double measured_s; /* of the last visit; NAN: none says */
    bool torn;
};

static int no_memory(struct replay *r)
{
    return error_set(r->err, EXIT_CANNOT, "%s: out of memory; free some", r->file);
}

static int put_latest(struct replay *r, struct latest *latest, const char *kind, const char *id,
                      json_t *value)
{
    const char *name = json_string_value(json_object_get(value, id));
    if (!name)
        return error_set(r->err, EXIT_CANNOT, "%s:%u: a %s without %s; the file is damaged: run again",
                         r->file, r->line, kind, id);
    const json_t *place = json_object_get(latest->index, name);
    if (place)
        return json_array_set(latest->list, (size_t)json_integer_value(place), value) ? no_memory(r) : 0;
    json_int_t next = (json_int_t)json_array_size(latest->list);
    if (json_object_set_new(latest->index, name, json_integer(next)) ||
        json_array_append(latest->list, value))
        return no_memory(r);
    return 0;
}

static int take_visit(struct replay *r, json_t *visit)
{
    size_t i;
    json_t *cell, *cells = json_object_get(visit, "cells"), *controls = json_object_get(visit, "controls");
    const json_t *measured = json_object_get(visit, "measured_s");
    if (!json_is_array(cells))
        return error_set(r->err, EXIT_CANNOT, "%s:%u: a visit without cells; the file is damaged: run again",
                         r->file, r->line);
    json_array_foreach(cells, i, cell)
    {
        if (put_latest(r, &r->cells, "cell", "id", cell))
            return -1;
    }
    if (json_is_number(measured))
        r->measured_s = json_number_value(measured);
    return controls ? put_latest(r, &r->groups, "control", "group", controls) : 0;
}

static int take_line(struct replay *r, json_t *line)
{
    if (!r->head) {
        r->head = json_incref(line);
        return check_version(line, document_journal(), r->file, r->err);
    }
    json_t *visit = json_object_get(line, "visit");
    if (visit)
        return take_visit(r, visit);
    /* journals of earlier versions: a line a cell and one a group's controls */
    json_t *cell = json_object_get(line, "cell"), *controls = json_object_get(line, "controls");
    if (cell && put_latest(r, &r->cells, "cell", "id", cell))
        return -1;
    return controls ? put_latest(r, &r->groups, "control", "group", controls) : 0;
}

static int take_text(struct replay *r, const char *text, size_t size, bool last)
{
    json_error_t problem;
    json_t *line = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);
    if (!line && last && r->head) {
        r->torn = true;
        return 0;
    }
    if (!line)
        return error_set(r->err, EXIT_CANNOT, "%s:%u:%d: not JSON: %s; the file is damaged: run again",
                         r->file, r->line, problem.column, problem.text);
    int status = take_line(r, line);
    json_decref(line);
    return status;
}

static int take_lines(struct replay *r, const char *text, size_t size)
{
    const char *end = text + size;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((newline ? newline : end) - text);
        const char *next = newline ? newline + 1 : end;
        r->line++;
        if (take_text(r, text, length, next == end))
            return -1;
        text = next;
    }
    return r->head ? 0
                   : error_set(r->err, EXIT_CANNOT, "%s: is empty: nothing of that run was kept; run again",
                               r->file);
}

static double bound(const json_t *interval, const char *name)
{
    const json_t *value = json_object_get(interval, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* The floor over the groups that are there: the widest of their `same` intervals; not known where one is not.
 */
static json_t *controls_of(json_t *groups)
{
    bool held = json_array_size(groups) > 0;
    double floor = 1;
    size_t i;
    json_t *group;
    json_array_foreach(groups, i, group)
    {
        const json_t *same = json_object_get(group, "same");
        held = held && json_is_true(json_object_get(group, "held"));
        double up = bound(same, "ci_high"), down = 1 / bound(same, "ci_low");
        floor = isnan(up) || isnan(down) || isnan(floor) ? NAN : fmax(floor, fmax(up, down));
    }
    struct object o = object_begin();
    object_put(&o, "groups", json_incref(groups));
    object_put(&o, "floor_ratio", json_number(json_array_size(groups) ? floor : NAN));
    object_put(&o, "held", json_boolean(held));
    return object_end(&o);
}

static json_t *warnings_of(const struct replay *r)
{
    static const struct result_warning torn = {
        "JOURNAL_TORN",
        "the journal's last line is incomplete: the run died while writing it, and it was dropped",
        "run --resume goes on from the line before"};
    json_t *head = json_object_get(r->head, "warnings");
    json_t *warnings = json_is_array(head) ? json_copy(head) : json_array();
    if (r->torn && json_array_append_new(warnings, warning_json(&torn))) {
        json_decref(warnings);
        return NULL;
    }
    return warnings;
}

static json_t *document_of(struct replay *r)
{
    static const char *const same[] = {"run", "machine", "region", "domain"};
    struct object o = object_begin();
    object_put(&o, "schema", json_string(RESULT_SCHEMA));
    object_put(&o, "schema_version", json_integer(RESULT_VERSION));
    object_put(&o, "status", json_string("interrupted"));
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        json_t *value = json_object_get(r->head, same[i]);
        object_put(&o, same[i], value ? json_copy(value) : json_null());
    }
    if (isfinite(r->measured_s) && json_is_object(json_object_get(o.json, "run")) &&
        json_object_set_new(json_object_get(o.json, "run"), "measuring_s", json_number(r->measured_s)))
        o.failed = true;
    object_put(&o, "controls", controls_of(r->groups.list));
    object_put(&o, "warnings", warnings_of(r));
    object_put(&o, "cells", json_incref(r->cells.list));
    object_put(&o, "comparisons", json_array());
    return object_end(&o);
}

json_t *journal_replay(const char *text, size_t size, const char *file, struct error *err)
{
    struct replay r = {.file = file,
                       .err = err,
                       .measured_s = NAN,
                       .cells = {json_array(), json_object()},
                       .groups = {json_array(), json_object()}};
    json_t *document = NULL;
    if (!take_lines(&r, text, size)) {
        document = document_of(&r);
        if (!document)
            no_memory(&r);
    }
    json_decref(r.head);
    json_decref(r.cells.list);
    json_decref(r.cells.index);
    json_decref(r.groups.list);
    json_decref(r.groups.index);
    return document;
}
