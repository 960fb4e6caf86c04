/* schema.h - what a schema says of a place of a document, and whether an error names it */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_RESULTS_SCHEMA_H
#define TESTS_RESULTS_SCHEMA_H

#include <ctype.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What is said of `name` in a schema's object, references followed. */
static inline const json_t *schema_follow(const json_t *schema, const json_t *node)
{
    const char *reference = json_string_value(json_object_get(node, "$ref"));
    return reference ? json_object_get(json_object_get(schema, "definitions"), strrchr(reference, '/') + 1)
                     : node;
}

/* The schema's word on a place such as cells[].summary.median. */
static inline const json_t *schema_of(const json_t *schema, const char *place)
{
    char name[512];
    const json_t *node = schema;
    while (*place && node) {
        size_t length = strcspn(place, ".[");
        snprintf(name, sizeof(name), "%.*s", (int)length, place);
        if (length)
            node = schema_follow(schema, json_object_get(json_object_get(node, "properties"), name));
        place += length;
        if (!strncmp(place, "[]", 2)) {
            node = schema_follow(schema, json_object_get(node, "items"));
            place += 2;
        }
        place += *place == '.';
    }
    return node;
}

static inline bool schema_is_type(const char *type, const char *wanted)
{
    return !strcmp(type, wanted) || (!strcmp(type, "integer") && !strcmp(wanted, "number"));
}

static inline bool schema_allows(const json_t *node, const char *type)
{
    const json_t *types = json_object_get(node, "type");
    size_t i;
    json_t *one;
    if (!types) /* const and enum are of texts */
        return !strcmp(type, "string");
    if (json_is_string(types))
        return schema_is_type(type, json_string_value(types));
    json_array_foreach(types, i, one)
    {
        if (schema_is_type(type, json_string_value(one)))
            return true;
    }
    return false;
}

/* Does the error name the place, whatever the list's index. */
static inline bool schema_names(const char *text, const char *place)
{
    char plain[1024];
    size_t n = 0;
    for (bool inside = false; *text && n + 1 < sizeof(plain); text++) {
        inside = *text == '[' || (inside && isdigit((unsigned char)*text));
        if (!inside || *text == '[')
            plain[n++] = *text;
    }
    plain[n] = '\0';
    return strstr(plain, place) != NULL;
}

#endif
