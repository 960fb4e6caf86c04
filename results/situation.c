/* situation.c - the id of a tuning's situation, taken apart */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/situation.h"

#include <string.h>

static int axis_named(const char *name, size_t length)
{
    for (int a = 0; a < AXES; a++) {
        const char *known = axis_info((enum axis_id)a)->name;
        if (strlen(known) == length && !memcmp(known, name, length))
            return a;
    }
    return -1;
}

bool situation_next(const char **rest, struct situation_part *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    const char *name = strchr(*rest, '/');
    *out = (struct situation_part){.axis = -1};
    if (!name)
        return false;
    size_t length = strspn(++name, letters), width;
    const char *value = name + length + 1;
    if (!length || name[length] != '=')
        return false;
    width = strspn(value, letters);
    if (!width || width >= sizeof(out->value) || (value[width] && value[width] != '/'))
        return false;
    out->axis = axis_named(name, length);
    memcpy(out->value, value, width);
    *rest = value + width;
    return true;
}

static bool has_question(const char *id)
{
    static const char *const questions[] = {"durable/", "fsync/", "tracker/"};
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
        if (!strncmp(id, questions[i], strlen(questions[i])))
            return true;
    return false;
}

bool situation_is_id(const char *text)
{
    struct situation_part part;
    const char *rest = text;
    if (strlen(text) >= KEY_TEXT || !has_question(text))
        return false;
    while (situation_next(&rest, &part))
        if (part.axis < 0)
            return false;
    return !*rest;
}
