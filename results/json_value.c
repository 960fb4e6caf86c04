/* json_value.c - numbers, texts and lists as JSON values */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/json.h"

json_t *json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_count(uint64_t value)
{
    return value <= INT64_MAX ? json_integer((json_int_t)value) : json_null();
}

json_t *json_count_or_null(uint64_t value)
{
    return value ? json_count(value) : json_null();
}

json_t *json_known(int value)
{
    return value == -1 ? json_null() : json_integer(value);
}

json_t *json_text(const char *text)
{
    json_t *json = json_string(text);
    if (json)
        return json;
    char *ascii = strdup(text);
    if (!ascii)
        return NULL;
    for (char *c = ascii; *c; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    json = json_string(ascii);
    free(ascii);
    return json;
}

json_t *json_fact(const char *text)
{
    return json_text(*text ? text : "unknown");
}

json_t *json_list(const void *items, size_t count, size_t item_bytes, json_t *(*make)(const void *item))
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++) {
        if (json_array_append_new(list, make((const char *)items + i * item_bytes))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}
