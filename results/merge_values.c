/* merge_values.c - one number of several processes, and the interval that holds what they differ by */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/json.h"
#include "results/merge_parts.h"
#include "results/stats.h"

static const double CONFIDENCE = 0.95;
enum { SIGN_LEAST = 6 }; /* processes: fewer have no sign interval at 95 % */

static double value_of(const json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : NAN;
}

double merge_number(const json_t *object, const char *name)
{
    return value_of(json_object_get(object, name));
}

const char *merge_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

bool merge_measured(const json_t *cell)
{
    return !strcmp(merge_text(cell, "status"), "measured") &&
           !isnan(merge_number(json_object_get(cell, "summary"), "median"));
}

size_t merge_numbers(const json_t *const *objects, size_t n, const char *name, double *out)
{
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        double number = merge_number(objects[i], name);
        if (!isnan(number))
            out[known++] = number;
    }
    return known;
}

double merge_largest(const json_t *const *objects, size_t n, const char *name)
{
    double largest = NAN;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, merge_number(objects[i], name));
    return largest;
}

uint64_t merge_sum(const json_t *const *objects, size_t n, const char *name)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (uint64_t)json_integer_value(json_object_get(objects[i], name));
    return sum;
}

double *merge_samples(const json_t *cell, size_t *n)
{
    const json_t *list = json_object_get(cell, "samples");
    *n = json_array_size(list);
    double *samples = *n ? malloc(*n * sizeof(*samples)) : NULL;
    for (size_t i = 0; samples && i < *n; i++)
        samples[i] = value_of(json_array_get(list, i));
    return samples;
}

void merge_group_name(const json_t *cell, char out[KEY_TEXT])
{
    const char *key = merge_text(cell, "key"), *kernel = merge_text(cell, "kernel");
    size_t skipped = strlen(kernel) + 1 + strlen(merge_text(cell, "path"));
    bool whole = skipped <= strlen(key);
    snprintf(out, KEY_TEXT, "%s%s", whole ? result_family(kernel) : "", whole ? key + skipped : key);
}

struct interval merge_widen(struct interval interval, const double *values, size_t n)
{
    if (n >= SIGN_LEAST) {
        struct interval sign = stats_median_interval(values, n, CONFIDENCE);
        interval.low = fmin(interval.low, sign.low);
        interval.high = fmax(interval.high, sign.high);
        return interval;
    }
    for (size_t i = 0; i < n; i++) {
        interval.low = isnan(interval.low) ? NAN : fmin(interval.low, values[i]);
        interval.high = isnan(interval.high) ? NAN : fmax(interval.high, values[i]);
    }
    return interval;
}

struct interval merge_intervals(struct merge *m, const json_t *const *objects, size_t n,
                                const struct merge_names *names)
{
    size_t values = merge_numbers(objects, n, names->value, m->numbers);
    size_t lows = merge_numbers(objects, n, names->low, m->bounds);
    double low = stats_median(m->bounds, values ? lows : 0);
    size_t highs = merge_numbers(objects, n, names->high, m->bounds);
    double high = stats_median(m->bounds, values ? highs : 0);
    struct interval middle = {stats_median(m->numbers, values), low, high};
    return merge_widen(middle, m->numbers, values);
}

const json_t *const *merge_gather(struct merge *m, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        m->members[i] = json_object_get(m->found[i], name);
    return m->members;
}

void merge_put_interval(struct object *o, const struct merge_names *names, struct interval interval)
{
    object_put(o, names->value, json_number(interval.value));
    object_put(o, names->low, json_number(interval.low));
    object_put(o, names->high, json_number(interval.high));
}
