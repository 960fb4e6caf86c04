/* tune_cells.c - finds in a result the cell that a plan's block asked for */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tune_process.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"

/* "512K" in a plan is "524288" in a key. */
static bool same_value(const char *asked, const char *found)
{
    struct error no = {0};
    uint64_t a, b;
    if (!strcmp(asked, found))
        return true;
    return !size_parse(asked, "", &a, &no) && !size_parse(found, "", &b, &no) && a == b;
}

/* Of an axis of the block: the text of its only value; its default where the block says nothing. */
static const char *asked_text(const json_t *block, enum axis_id axis, char out[AXIS_TEXT])
{
    const json_t *value = json_object_get(block, axis_info(axis)->name);
    value = json_is_array(value) ? json_array_get(value, 0) : value;
    if (json_is_integer(value))
        snprintf(out, AXIS_TEXT, "%lld", (long long)json_integer_value(value));
    else
        snprintf(out, AXIS_TEXT, "%s",
                 json_is_string(value) ? json_string_value(value) : axis_info(axis)->standard);
    return out;
}

static bool same_text(const json_t *object, const char *member, const char *wanted)
{
    const char *text = json_string_value(json_object_get(object, member));
    return text && same_value(wanted, text);
}

static bool is_cell(const json_t *cell, const json_t *block, const char *path, uint64_t size)
{
    const char *kernel = json_string_value(json_object_get(block, "kernel"));
    char text[AXIS_TEXT];
    if (!same_text(cell, "path", path) || (kernel && !same_text(cell, "kernel", kernel)))
        return false;
    for (int a = 0; a < AXES; a++) {
        asked_text(block, (enum axis_id)a, text);
        if (a == AXIS_size)
            snprintf(text, sizeof(text), "%llu", (unsigned long long)size);
        if (!same_text(cell, axis_member((enum axis_id)a), text))
            return false;
    }
    return true;
}

double tune_process_ns(const json_t *result, const json_t *plan, size_t block, const char *path,
                       uint64_t size)
{
    const json_t *asked = json_array_get(json_object_get(plan, "blocks"), block);
    const json_t *cells = json_object_get(result, "cells");
    for (size_t i = 0; asked && i < json_array_size(cells); i++) {
        const json_t *cell = json_array_get(cells, i);
        const json_t *median = json_object_get(json_object_get(cell, "summary"), "median");
        if (is_cell(cell, asked, path, size))
            return json_is_number(median) ? json_number_value(median) : NAN;
    }
    return NAN;
}
