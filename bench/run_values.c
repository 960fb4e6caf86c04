/* run_values.c - the values of run's options: lists, ranges, times, percentages, whole numbers */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/run_values.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "results/result.h"

/* "64..1M" by doubling into the list. */
static int add_range(json_t *list, const char *what, const char *item, const char *dots, struct error *err)
{
    char low_text[AXIS_TEXT], name[NAME_TEXT];
    uint64_t low, high;
    snprintf(name, sizeof(name), "--%s", what);
    snprintf(low_text, sizeof(low_text), "%.*s", (int)(dots - item), item);
    if (size_parse(low_text, name, &low, err) || size_parse(dots + 2, name, &high, err))
        return -1;
    if (!low || low > high)
        return error_set(err, EXIT_USAGE, "--%s: the range '%s' must go up from at least 1", what, item);
    for (uint64_t v = low; v <= high && v; v *= 2) {
        char text[SIZE_TEXT];
        snprintf(text, sizeof(text), "%llu", (unsigned long long)v);
        json_array_append_new(list, json_string(text));
    }
    return 0;
}

json_t *read_list(const char *what, const char *text, struct error *err)
{
    json_t *list = json_array();
    char *copy = strdup(text), *save = NULL;
    int bad = copy ? 0 : -1;
    for (char *item = copy ? strtok_r(copy, ",", &save) : NULL; item && !bad;
         item = strtok_r(NULL, ",", &save)) {
        const char *dots = strstr(item, "..");
        if (strlen(item) >= NAME_TEXT)
            bad = error_set(err, EXIT_USAGE, "--%s: '%.60s' is too long for a name or a size", what, item);
        else if (dots)
            bad = add_range(list, what, item, dots, err);
        else
            json_array_append_new(list, json_string(item));
    }
    free(copy);
    if (!bad && !json_array_size(list))
        bad = error_set(err, EXIT_USAGE, "--%s: the list is empty", what);
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}

int read_seconds(const char *text, double *seconds, struct error *err)
{
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    double unit = !*end || !strcmp(end, "s") ? 1 : !strcmp(end, "m") ? 60 : !strcmp(end, "h") ? 3600 : 0;
    if (end == text || errno || !(unit > 0) || !(value > 0) || value * unit > 7 * 86400)
        return error_set(err, EXIT_USAGE,
                         "--max-time: '%s' is not a time; write 90, 90s, 2m or 1h (at most 7 days)", text);
    *seconds = value * unit;
    return 0;
}

int read_precision(const char *text, double *precision, struct error *err)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || (*end && strcmp(end, "%")) || !(value > 0) || value > 100)
        return error_set(err, EXIT_USAGE,
                         "--precision: '%s' is not a percentage above 0 and up to 100; write 1%%", text);
    *precision = value / 100;
    return 0;
}

int read_whole(const char *what, const char *text, uint64_t most, uint64_t *out, struct error *err)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 0);
    if (text[0] < '0' || text[0] > '9' || *end || errno || value > most)
        return error_set(err, EXIT_USAGE, "--%s: '%s' is not a whole number from 0 to %llu", what, text,
                         (unsigned long long)most);
    *out = value;
    return 0;
}
