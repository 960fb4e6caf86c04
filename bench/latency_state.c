/* latency_state.c - stamped calls as the journal keeps them, so that an interrupted run can go on */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>

#include "bench/latency.h"

/* The buckets by number: [number, calls], those that are not empty. */
static json_t *histogram_state(const struct histogram *h)
{
    json_t *buckets = json_array();
    for (unsigned b = 0; buckets && b < HISTOGRAM_BUCKETS; b++)
        if (h->count[b] &&
            json_array_append_new(buckets, json_pack("[i,I]", (int)b, (json_int_t)h->count[b]))) {
            json_decref(buckets);
            return NULL;
        }
    return json_pack("{s:I, s:I, s:I, s:I, s:o}", "n", (json_int_t)h->n, "min", (json_int_t)h->min, "max",
                     (json_int_t)h->max, "sum", (json_int_t)h->sum, "buckets", buckets);
}

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *rounds_state(const struct stamped *s, unsigned first)
{
    json_t *list = json_array();
    for (unsigned r = first; list && r < s->rounds; r++)
        if (json_array_append_new(list, json_pack("[o,o,o,o]", number(s->write_ns[r]), number(s->fsync_ns[r]),
                                                  number(s->call_ns[r]), number(s->path_ns[r])))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

json_t *stamped_state(const struct stamped *s, unsigned first)
{
    return json_pack("{s:I, s:o, s:o, s:o}", "periods", (json_int_t)s->periods, "write",
                     histogram_state(&s->write), "fsync", histogram_state(&s->fsync), "rounds",
                     rounds_state(s, first));
}

static uint64_t whole(const json_t *value)
{
    json_int_t x = json_integer_value(value);
    return x < 0 ? 0 : (uint64_t)x;
}

/* false unless its buckets have all its calls. */
static bool restore_histogram(struct histogram *h, const json_t *from)
{
    uint64_t calls = 0;
    size_t i;
    json_t *pair;
    *h = (struct histogram){.n = whole(json_object_get(from, "n")),
                            .min = whole(json_object_get(from, "min")),
                            .max = whole(json_object_get(from, "max")),
                            .sum = whole(json_object_get(from, "sum"))};
    json_array_foreach(json_object_get(from, "buckets"), i, pair)
    {
        uint64_t bucket = whole(json_array_get(pair, 0)), count = whole(json_array_get(pair, 1));
        if (bucket >= HISTOGRAM_BUCKETS)
            return false;
        h->count[bucket] += count;
        calls += count;
    }
    return json_is_object(from) && calls == h->n;
}

static double value(const json_t *round, size_t i)
{
    const json_t *x = json_array_get(round, i);
    return json_is_number(x) ? json_number_value(x) : NAN;
}

bool stamped_restore(struct stamped *s, const json_t *from, unsigned rounds)
{
    const json_t *means = json_object_get(from, "rounds");
    size_t count = json_array_size(means);
    if (s->rounds + count != rounds || !restore_histogram(&s->write, json_object_get(from, "write")) ||
        !restore_histogram(&s->fsync, json_object_get(from, "fsync")))
        return false;
    s->periods = whole(json_object_get(from, "periods"));
    for (size_t i = 0; i < count; i++, s->rounds++) {
        const json_t *round = json_array_get(means, i);
        s->write_ns[s->rounds] = value(round, 0);
        s->fsync_ns[s->rounds] = value(round, 1);
        s->call_ns[s->rounds] = value(round, 2);
        s->path_ns[s->rounds] = value(round, 3);
    }
    return s->periods > 0 && s->periods <= VISIT_PERIODS;
}
