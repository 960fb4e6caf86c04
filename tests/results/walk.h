/* walk.h - one change of a document at every place of it that differs in kind */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_RESULTS_WALK_H
#define TESTS_RESULTS_WALK_H

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* Calls visit(object, member name, place, data) for each member of each object of the document, but once for
 * what differs in list indices alone: place is such as cells[].summary.median. NULL as the member's name: the
 * object itself. `seen` is an empty object. Visit restores what it changes. */
typedef void walk_visit(json_t *object, const char *name, const char *place, void *data);

static inline void walk(json_t *value, const char *place, json_t *seen, walk_visit *visit, void *data)
{
    char inner[512];
    if (json_is_array(value)) {
        size_t i;
        json_t *element;
        snprintf(inner, sizeof(inner), "%s[]", place);
        json_array_foreach(value, i, element) walk(element, inner, seen, visit, data);
    }
    if (!json_is_object(value))
        return;
    if (!json_object_get(seen, place)) {
        json_object_set_new(seen, place, json_true());
        visit(value, NULL, place, data);
    }
    const char *name;
    json_t *member, *names = json_copy(value);
    json_object_foreach(names, name, member)
    {
        snprintf(inner, sizeof(inner), "%s%s%s", place, *place ? "." : "", name);
        char key[520];
        snprintf(key, sizeof(key), "member %s", inner);
        if (!json_object_get(seen, key)) {
            json_object_set_new(seen, key, json_true());
            visit(value, name, inner, data);
        }
        walk(member, inner, seen, visit, data);
    }
    json_decref(names);
}

#endif
