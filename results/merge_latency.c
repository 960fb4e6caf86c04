/* merge_latency.c - the stamped calls of several processes in one histogram */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/json.h"
#include "results/merge_parts.h"
#include "results/stats.h"

enum { ABOVE_LEAST = 5 }; /* calls above a percentile that is told */

struct pooled {
    struct result_bucket *buckets;
    size_t count;
    uint64_t n, min, max;
    unsigned an_octave;
};

static uint64_t whole(const json_t *value)
{
    json_int_t number = json_integer_value(value);
    return number > 0 ? (uint64_t)number : 0;
}

static int ascending(const void *a, const void *b)
{
    const struct result_bucket *x = a, *y = b;
    return (x->low_ns > y->low_ns) - (x->low_ns < y->low_ns);
}

/* Adds up buckets of the same ns. */
static void coalesce(struct pooled *p)
{
    size_t last = 0;
    qsort(p->buckets, p->count, sizeof(*p->buckets), ascending);
    for (size_t i = 1; i < p->count; i++) {
        if (p->buckets[i].low_ns == p->buckets[last].low_ns)
            p->buckets[last].count += p->buckets[i].count;
        else
            p->buckets[++last] = p->buckets[i];
    }
    p->count = p->count ? last + 1 : 0;
}

static void add_histogram(struct pooled *p, const json_t *histogram)
{
    size_t i;
    json_t *bucket;
    uint64_t min = whole(json_object_get(histogram, "min")), max = whole(json_object_get(histogram, "max"));
    p->min = p->n && p->min < min ? p->min : min;
    p->max = max > p->max ? max : p->max;
    json_array_foreach(json_object_get(histogram, "buckets"), i, bucket)
    {
        struct result_bucket own = {whole(json_array_get(bucket, 0)), whole(json_array_get(bucket, 1))};
        p->buckets[p->count++] = own;
        p->n += own.count;
    }
}

/* The greatest ns of a bucket: it is 1 ns wide in the first two octaves that have as many buckets as ns. */
static double greatest(const struct pooled *p, const struct result_bucket *bucket)
{
    uint64_t width = 1;
    while (bucket->low_ns / width >= 2 * (uint64_t)p->an_octave)
        width *= 2;
    uint64_t high = bucket->low_ns + width - 1;
    bool last = bucket == &p->buckets[p->count - 1];
    return (double)(last || high > p->max ? p->max : high);
}

/* By nearest rank; NAN with too few calls above it. */
static double percentile(const struct pooled *p, uint64_t one_in)
{
    uint64_t above = p->n / one_in, seen = 0;
    for (size_t b = 0; above >= ABOVE_LEAST && b < p->count; b++) {
        seen += p->buckets[b].count;
        if (seen >= p->n - above)
            return greatest(p, &p->buckets[b]);
    }
    return NAN;
}

static json_t *pooled_json(const struct pooled *p)
{
    const struct result_histogram h = {.n = p->n,
                                       .min = p->min,
                                       .max = p->max,
                                       .p50 = percentile(p, 2),
                                       .p90 = percentile(p, 10),
                                       .p99 = percentile(p, 100),
                                       .p999 = percentile(p, 1000),
                                       .p9999 = percentile(p, 10000),
                                       .buckets = p->buckets,
                                       .bucket_count = p->count};
    return histogram_json(&h);
}

/* null unless all n of m->members have calls of this name. */
static json_t *merge_histogram(const struct merge *m, size_t n, const char *name, unsigned an_octave)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++) {
        size_t buckets = json_array_size(json_object_get(json_object_get(m->members[i], name), "buckets"));
        if (!buckets)
            return json_null();
        most += buckets;
    }
    struct pooled p = {.buckets = malloc(most * sizeof(*p.buckets)), .an_octave = an_octave};
    for (size_t i = 0; p.buckets && i < n; i++)
        add_histogram(&p, json_object_get(m->members[i], name));
    if (p.buckets)
        coalesce(&p);
    json_t *json = p.buckets ? pooled_json(&p) : NULL;
    free(p.buckets);
    return json;
}

json_t *merge_latency(struct merge *m, size_t n)
{
    const json_t *const *all = merge_gather(m, n, "latency");
    json_int_t an_octave = json_integer_value(json_object_get(all[0], "buckets_an_octave"));
    for (size_t i = 0; i < n; i++)
        if (json_integer_value(json_object_get(all[i], "buckets_an_octave")) != an_octave || an_octave < 1)
            return json_null();
    json_t *write = merge_histogram(m, n, "write", (unsigned)an_octave);
    if (!json_is_object(write))
        return write;
    struct object o = object_begin();
    object_put(&o, "unit", json_deep_copy(json_object_get(all[0], "unit")));
    size_t known = merge_numbers(all, n, "stamp_ns", m->numbers);
    object_put(&o, "stamp_ns", json_number(stats_median(m->numbers, known)));
    known = merge_numbers(all, n, "path_ns", m->numbers);
    object_put(&o, "path_ns", json_number(stats_median(m->numbers, known)));
    object_put(&o, "buckets_an_octave", json_integer(an_octave));
    object_put(&o, "write", write);
    object_put(&o, "fsync", merge_histogram(m, n, "fsync", (unsigned)an_octave));
    return object_end(&o);
}
