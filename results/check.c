/* check.c - a document that was read: its schema, version and the types of its members, by table */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/check.h"

#include <stdio.h>
#include <string.h>

#include "results/file.h"
#include "results/shape.h"

enum { PLACE_TEXT = 128 };

struct check {
    const struct document_kind *kind;
    const char *file;
    struct error *err;
    char place[PLACE_TEXT]; /* such as cells[3].summary */
};

static unsigned kind_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return OBJECT;
    case JSON_ARRAY:
        return LIST;
    case JSON_STRING:
        return TEXT;
    case JSON_INTEGER:
        return WHOLE;
    case JSON_REAL:
        return REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return TRUTH;
    default:
        return NOTHING;
    }
}

/* The kinds by name, joined by "or", into out. */
static const char *kinds_text(unsigned kinds, char *out, size_t bytes)
{
    static const struct {
        unsigned kinds;
        const char *name;
    } names[] = {{OBJECT, "an object"},    {LIST, "a list"},   {TEXT, "a text"},
                 {NUMBER, "a number"},     {REAL, "a number"}, {WHOLE, "a whole number"},
                 {TRUTH, "true or false"}, {NOTHING, "null"}};
    size_t used = 0;
    *out = '\0';
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && used < bytes; i++) {
        if ((kinds & names[i].kinds) != names[i].kinds)
            continue;
        kinds &= ~names[i].kinds;
        used += (size_t)snprintf(out + used, bytes - used, "%s%s", used ? " or " : "", names[i].name);
    }
    return out;
}

static int wrong_kind(struct check *c, unsigned expected, const json_t *value)
{
    char wanted[64], found[64];
    kinds_text(expected, wanted, sizeof(wanted));
    kinds_text(kind_of(value), found, sizeof(found));
    return error_set(c->err, EXIT_CANNOT, "%s: %s: expected %s, found %s; the file is damaged: %s again",
                     c->file, c->place, wanted, found, c->kind->verb);
}

/* All whole numbers of a document count something; what may be a fraction may be negative. */
static bool is_below_none(const json_t *value, const struct shape *shape)
{
    return json_is_integer(value) && !(shape->kinds & REAL) && json_integer_value(value) < 0;
}

static int check_members(struct check *c, const json_t *object, const struct shape *members);

static bool one_of(const char *text, const char *const *values)
{
    for (; *values; values++)
        if (!strcmp(text, *values))
            return true;
    return false;
}

static int check_value(struct check *c, const json_t *value, const struct shape *shape)
{
    if (!(kind_of(value) & shape->kinds))
        return wrong_kind(c, shape->kinds, value);
    if (shape->values && json_is_string(value) && !one_of(json_string_value(value), shape->values))
        return error_set(c->err, EXIT_CANNOT,
                         "%s: %s: '%.40s' is no %s that this version knows; update pmembench", c->file,
                         c->place, json_string_value(value), shape->name);
    if (is_below_none(value, shape))
        return error_set(c->err, EXIT_CANNOT,
                         "%s: %s: expected no negative number, found %lld; the file is damaged: %s again",
                         c->file, c->place, (long long)json_integer_value(value), c->kind->verb);
    return json_is_object(value) && shape->members ? check_members(c, value, shape->members) : 0;
}

/* Appends to the place and returns where it ended before. */
static size_t enter(struct check *c, const char *name)
{
    size_t length = strlen(c->place);
    snprintf(c->place + length, sizeof(c->place) - length, "%s%s", length ? "." : "", name);
    return length;
}

static int check_list(struct check *c, const json_t *list, const struct shape *shape)
{
    const struct shape element = {.name = shape->name, .kinds = shape->items, .members = shape->members};
    size_t i, end = strlen(c->place);
    json_t *value;
    if (shape->members && json_array_size(list) > RESULT_OBJECTS)
        return error_set(c->err, EXIT_CANNOT, "%s: %s: has %zu elements, no %s more than %d; name a %s",
                         c->file, c->place, json_array_size(list), c->kind->name, RESULT_OBJECTS,
                         c->kind->file);
    json_array_foreach(list, i, value)
    {
        snprintf(c->place + end, sizeof(c->place) - end, "[%zu]", i);
        if (check_value(c, value, &element))
            return -1;
        c->place[end] = '\0';
    }
    return 0;
}

static int check_members(struct check *c, const json_t *object, const struct shape *members)
{
    for (const struct shape *shape = members; shape->name; shape++) {
        const json_t *value = json_object_get(object, shape->name);
        if (!value && shape->optional)
            continue;
        size_t end = enter(c, shape->name);
        if (!value)
            return error_set(c->err, EXIT_CANNOT, "%s: %s: is missing; the file is damaged: %s again",
                             c->file, c->place, c->kind->verb);
        if (json_is_array(value) && shape->kinds & LIST ? check_list(c, value, shape)
                                                        : check_value(c, value, shape))
            return -1;
        c->place[end] = '\0';
    }
    return 0;
}

/* Another file of ours in its place is told from a stranger. */
static int wrong_schema(const char *name, const struct document_kind *kind, const char *file,
                        struct error *err)
{
    const struct document_kind *const kinds[] = {document_result(), document_tuning()};
    for (size_t i = 0; name && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (!strcmp(name, kinds[i]->schema) && strcmp(kind->name, kinds[i]->name))
            return error_set(
                err, EXIT_CANNOT,
                "%s: is a %s and no %s: pmembench report shows it, from a file; pmembench %s makes a %s",
                file, kinds[i]->name, kind->name, kind->verb, kind->name);
    return error_set(err, EXIT_CANNOT, "%s: is JSON but no %s; name a %s or its directory %s", file,
                     kind->schema, kind->file, "that pmembench wrote");
}

int check_version(const json_t *document, const struct document_kind *kind, const char *file,
                  struct error *err)
{
    const char *name = json_string_value(json_object_get(document, "schema"));
    const json_t *version = json_object_get(document, "schema_version");
    if (!name || strcmp(name, kind->schema))
        return wrong_schema(name, kind, file, err);
    if (!json_is_integer(version))
        return error_set(err, EXIT_CANNOT,
                         "%s: schema_version: expected a whole number; the file is damaged: %s again", file,
                         kind->verb);
    if (json_integer_value(version) > kind->version)
        return error_set(
            err, EXIT_CANNOT,
            "%s: written by a later version (schema_version %lld, this one reads %d); update pmembench", file,
            (long long)json_integer_value(version), kind->version);
    if (json_integer_value(version) < 1)
        return error_set(err, EXIT_CANNOT,
                         "%s: schema_version %lld never existed; the file is damaged: %s again", file,
                         (long long)json_integer_value(version), kind->verb);
    return 0;
}

int check_shape(const json_t *document, const struct document_kind *kind, const char *file, struct error *err)
{
    struct check c = {.kind = kind, .file = file, .err = err};
    return check_members(&c, document, kind->members);
}

/* Each sample has its layout, or none has; no summary is of more samples than there are. */
static int check_samples(const json_t *cell, size_t i, const char *file, struct error *err)
{
    size_t samples = json_array_size(json_object_get(cell, "samples"));
    size_t layouts = json_array_size(json_object_get(cell, "layouts"));
    json_int_t n = json_integer_value(json_object_get(json_object_get(cell, "summary"), "n"));
    if (layouts && layouts != samples)
        return error_set(err, EXIT_CANNOT,
                         "%s: cells[%zu].layouts: are %zu for %zu samples; the file is damaged: run again",
                         file, i, layouts, samples);
    if (n > (json_int_t)samples)
        return error_set(err, EXIT_CANNOT,
                         "%s: cells[%zu].summary.n: is %lld for %zu samples; the file is damaged: run again",
                         file, i, (long long)n, samples);
    return 0;
}

int check_document(const json_t *document, const char *file, struct error *err)
{
    size_t i;
    json_t *cell;
    if (check_shape(document, document_result(), file, err))
        return -1;
    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        if (check_samples(cell, i, file, err))
            return -1;
    }
    return 0;
}
