/* documents.h - small made-up documents of several processes, to be merged, and a way to their members */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_RESULTS_DOCUMENTS_H
#define TESTS_RESULTS_DOCUMENTS_H

#include <jansson.h>
#include <stdarg.h>

#include "results/file.h"
#include "results/merge.h"
#include "tests/results/sample.h"

/* The places of sample_result's cells. BASE, TRACKED and FLOOR are one group; SMALL and ABSENT (skipped)
 * another. */
enum { BASE, TRACKED, FLOOR, SMALL, ABSENT };

enum { MOST_DOCUMENTS = 9 };

struct documents {
    json_t *at[MOST_DOCUMENTS];
    size_t count;
    struct error err;
};

/* As many equal documents; free them with documents_free. */
static inline struct documents documents_make(size_t count)
{
    struct documents d = {.count = count};
    struct result r;
    sample_result(&r);
    for (size_t i = 0; i < count; i++)
        if (!(d.at[i] = result_to_json(&r)))
            abort();
    result_free(&r);
    return d;
}

static inline void documents_free(struct documents *d)
{
    for (size_t i = 0; i < d->count; i++)
        json_decref(d->at[i]);
}

static inline json_t *documents_merge(struct documents *d)
{
    const json_t *all[MOST_DOCUMENTS];
    for (size_t i = 0; i < d->count; i++)
        all[i] = d->at[i];
    return result_merge(all, d->count, &d->err);
}

/* What is at a place such as "cells.1.summary.median"; NULL: nothing. */
static inline json_t *place_of(const json_t *document, const char *place)
{
    char part[128];
    const json_t *at = document;
    while (at && *place) {
        size_t length = strcspn(place, ".");
        snprintf(part, sizeof(part), "%.*s", (int)length, place);
        at = json_is_array(at) ? json_array_get(at, strtoul(part, NULL, 10)) : json_object_get(at, part);
        place += length + (place[length] == '.');
    }
    return (json_t *)at;
}

static inline double number_at(const json_t *document, const char *place)
{
    const json_t *value = place_of(document, place);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static inline const char *text_at(const json_t *document, const char *place)
{
    const char *text = json_string_value(place_of(document, place));
    return text ? text : "(no text)";
}

static inline bool truth_at(const json_t *document, const char *place)
{
    return json_is_true(place_of(document, place));
}

/* Puts a value at a place whose object or list is there. */
static inline void put_at(json_t *document, const char *place, json_t *value)
{
    char inner[256];
    snprintf(inner, sizeof(inner), "%s", place);
    char *dot = strrchr(inner, '.');
    if (dot)
        *dot = '\0';
    json_t *holder = place_of(document, dot ? inner : "");
    const char *name = dot ? dot + 1 : place;
    int status = json_is_array(holder) ? json_array_set_new(holder, strtoul(name, NULL, 10), value)
                                       : json_object_set_new(holder, name, value);
    if (status)
        abort();
}

/* Puts one number a document at the place. */
static inline void put_numbers(struct documents *d, const char *place, ...)
{
    va_list numbers;
    va_start(numbers, place);
    for (size_t i = 0; i < d->count; i++)
        put_at(d->at[i], place, json_real(va_arg(numbers, double)));
    va_end(numbers);
}

/* Gives the cell n samples, low and high in turn (`turn` of each), and their median. */
static inline void put_samples_of(json_t *document, unsigned cell, size_t n, size_t turn, double low,
                                  double high)
{
    char place[64];
    json_t *samples = json_array(), *layouts = json_array();
    double *values = sample_alloc(n, sizeof(*values));
    for (size_t i = 0; i < n; i++) {
        values[i] = i / turn % 2 ? high : low;
        json_array_append_new(samples, json_real(values[i]));
        json_array_append_new(layouts, json_integer((json_int_t)(i % 4)));
    }
    snprintf(place, sizeof(place), "cells.%u.samples", cell);
    put_at(document, place, samples);
    snprintf(place, sizeof(place), "cells.%u.layouts", cell);
    put_at(document, place, layouts);
    snprintf(place, sizeof(place), "cells.%u.summary.median", cell);
    put_at(document, place, json_real(stats_median(values, n)));
    free(values);
}

/* After cmocka.h: the merged document, or the test fails. */
static inline json_t *merged(struct documents *d)
{
    json_t *document = documents_merge(d);
    if (!document)
        fail_msg("%s", d->err.text);
    return document;
}

static inline void assert_near(double a, double b)
{
    if (!(fabs(a - b) <= 1e-6 * fmax(1, fabs(b))))
        fail_msg("%.9g is not %.9g", a, b);
}

/* The warning of that code, or NULL. */
static inline const json_t *warning_at(const json_t *document, const char *code)
{
    size_t i;
    json_t *warning;
    json_array_foreach(json_object_get(document, "warnings"), i, warning)
    {
        if (!strcmp(text_at(warning, "code"), code))
            return warning;
    }
    return NULL;
}

#endif
