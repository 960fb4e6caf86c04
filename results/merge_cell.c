/* merge_cell.c - one cell as several processes measured it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "results/json.h"
#include "results/merge_parts.h"
#include "results/stats.h"

/* One list after the other. */
static json_t *join_lists(const struct merge *m, size_t n, const char *name)
{
    json_t *all = json_array();
    for (size_t i = 0; all && i < n; i++) {
        json_t *list = json_object_get(m->found[i], name); /* older files lack some */
        if (list && json_array_extend(all, list)) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

/* As join_lists, but empty unless each sample has its layout. */
static json_t *join_layouts(const struct merge *m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (json_array_size(json_object_get(m->found[i], "layouts")) !=
            json_array_size(json_object_get(m->found[i], "samples")))
            return json_array();
    return join_lists(m, n, "layouts");
}

static json_t *merge_threads(struct merge *m, size_t n)
{
    const json_t *const *lists = merge_gather(m, n, "thread_ns");
    json_t *threads = json_array();
    for (size_t t = 0; threads && t < json_array_size(lists[0]); t++) {
        size_t known = 0;
        for (size_t i = 0; i < n; i++) {
            const json_t *ns = json_array_get(lists[i], t);
            if (json_is_number(ns))
                m->numbers[known++] = json_number_value(ns);
        }
        if (json_array_append_new(threads, json_number(stats_median(m->numbers, known)))) {
            json_decref(threads);
            return NULL;
        }
    }
    return threads;
}

static json_t *medians_of(struct merge *m, size_t n)
{
    const json_t *const *summaries = merge_gather(m, n, "summary");
    json_t *list = json_array();
    for (size_t i = 0; list && i < n; i++) {
        if (json_array_append_new(list, json_number(merge_number(summaries[i], "median")))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static struct interval member_interval(struct merge *m, size_t n, const char *name)
{
    static const struct merge_names names = {"value", "low", "high"};
    return merge_intervals(m, merge_gather(m, n, name), n, &names);
}

/* What the rows leave of the whole median; the interval of what each process found, made to hold it. */
static json_t *merge_unattributed(struct merge *m, size_t n, const json_t *ledger, double whole)
{
    struct interval interval = member_interval(m, n, "unattributed_ns");
    if (isnan(interval.value) || !json_array_size(ledger))
        return interval_json(&interval);
    size_t i;
    json_t *row;
    interval.value = whole;
    json_array_foreach(ledger, i, row)
    {
        if (strcmp(merge_text(row, "stage"), LEDGER_REFAULT) != 0)
            interval.value -= merge_number(row, "ns_added");
    }
    interval.low = isnan(interval.low) ? NAN : fmin(interval.low, interval.value);
    interval.high = isnan(interval.high) ? NAN : fmax(interval.high, interval.value);
    return interval_json(&interval);
}

static void put_ledger(struct merge *m, size_t n, double whole, struct object *o)
{
    object_put(o, "ledger", merge_ledger(m, n));
    struct interval overlap = member_interval(m, n, "overlap_ns");
    struct interval persistence = member_interval(m, n, "persistence_ns");
    object_put(o, "overlap_ns", interval_json(&overlap));
    object_put(o, "unattributed_ns", merge_unattributed(m, n, json_object_get(o->json, "ledger"), whole));
    object_put(o, "persistence_ns", interval_json(&persistence));
}

static void differs(struct merge_differing *differing, const json_t *cell, double by)
{
    if (!differing->cells++ || by > differing->most) {
        differing->most = by;
        text_copy(differing->worst, sizeof(differing->worst), merge_text(cell, "key"));
    }
}

static bool counted_alike(const json_t *const *counts, size_t n, const char *name)
{
    double first = merge_number(counts[0], name);
    for (size_t i = 1; i < n; i++) {
        double other = merge_number(counts[i], name);
        if (isnan(first) != isnan(other) || other < first || other > first)
            return false;
    }
    return true;
}

/* Those of the first: they are deterministic. But faults are what happened. */
static json_t *merge_counts(struct merge *m, size_t n)
{
    const json_t *const *counts = merge_gather(m, n, "counts");
    struct object o = {json_deep_copy(counts[0]), false};
    const char *name;
    json_t *value;
    bool alike = true;
    json_object_foreach((json_t *)counts[0], name, value)
    {
        if (strcmp(name, "faults") != 0)
            alike = alike && counted_alike(counts, n, name);
    }
    object_put(&o, "faults", json_number(merge_largest(counts, n, "faults")));
    if (!alike)
        differs(&m->counts, m->found[0], 0);
    return object_end(&o);
}

/* Do the medians lie further apart than 3 of their own intervals, and than 5 %? */
static void look_at_repeats(struct merge *m, size_t n)
{
    const json_t *const *summaries = merge_gather(m, n, "summary");
    double least = INFINITY, most = -INFINITY;
    size_t widths = 0;
    for (size_t i = 0; i < n; i++) {
        double median = merge_number(summaries[i], "median");
        double width = merge_number(summaries[i], "ci_high") - merge_number(summaries[i], "ci_low");
        least = fmin(least, median);
        most = fmax(most, median);
        if (!isnan(width))
            m->bounds[widths++] = width;
    }
    size_t known = merge_numbers(summaries, n, "median", m->numbers);
    double apart = most - least, middle = stats_median(m->numbers, known);
    if (apart > 3 * stats_median(m->bounds, widths) && apart > 0.05 * middle)
        differs(&m->repeats, m->found[0], apart / middle);
}

static void put_samples(struct merge *m, size_t n, struct object *o)
{
    object_put(o, "samples", join_lists(m, n, "samples"));
    object_put(o, "layouts", join_layouts(m, n));
    object_put(o, "thread_ns", merge_threads(m, n));
    object_put(o, "rounds", json_count(merge_sum(m->found, n, "rounds")));
    object_put(o, "dropped", json_count(merge_sum(m->found, n, "dropped")));
    object_put(o, "repeat", medians_of(m, n));
    object_put(o, "level", join_lists(m, n, "level"));
    for (size_t i = 0; i < n; i++)
        if (!strcmp(merge_text(m->found[i], "ended_by"), "time"))
            object_put(o, "ended_by", json_string("time"));
    if (n < m->count) {
        char reason[LINE_TEXT];
        snprintf(reason, sizeof(reason), "measured in %zu of %zu processes", n, m->count);
        object_put(o, "reason", json_string(reason));
    }
}

static void put_summaries(struct merge *m, size_t n, const char *id, struct object *o)
{
    static const char *const parts[] = {"write", "fsync", "fsync_call_ns"};
    size_t all;
    double *samples = merge_samples(o->json, &all);
    struct interval middle = merge_intervals(m, merge_gather(m, n, "summary"), n, &merge_summary_names);
    double bytes = merge_number(m->found[0], "gb_per_s") *
                   merge_number(json_object_get(m->found[0], "summary"), "median");
    object_put(o, "summary", merge_summary_whole(middle, samples, samples ? all : 0));
    object_put(o, "bistable", json_boolean(merge_bistable(m, n, id, samples, samples ? all : 0)));
    object_put(o, "gb_per_s", json_number(bytes / middle.value));
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        object_put(o, parts[i], merge_summary_part(m, n, parts[i]));
    put_ledger(m, n, middle.value, o);
    o->failed = o->failed || (all && !samples);
    free(samples);
}

/* Of the n cells in m->found, all measured. */
static json_t *measured_cell(struct merge *m, size_t n, const char *id)
{
    struct object o = {json_copy((json_t *)m->found[0]), false};
    put_samples(m, n, &o);
    put_summaries(m, n, id, &o);
    object_put(&o, "latency", merge_latency(m, n));
    object_put(&o, "counts", merge_counts(m, n));
    look_at_repeats(m, n);
    return object_end(&o);
}

static json_t *failed_cell(const struct merge *m, const json_t *cell, size_t document)
{
    char reason[2 * LINE_TEXT];
    struct object o = {json_deep_copy(cell), false};
    snprintf(reason, sizeof(reason), "in process %zu of %zu: %s", document + 1, m->count,
             merge_text(cell, "reason"));
    object_put(&o, "reason", json_text(reason));
    return object_end(&o);
}

json_t *merge_cell(struct merge *m, const char *id)
{
    const json_t *first = NULL;
    size_t n = 0;
    for (size_t d = 0; d < m->count; d++) {
        const json_t *cell = json_object_get(m->cells[d], id);
        if (!strcmp(merge_text(cell, "status"), "failed"))
            return failed_cell(m, cell, d);
        first = first ? first : cell;
        if (merge_measured(cell))
            m->found[n++] = cell;
    }
    return n ? measured_cell(m, n, id) : json_deep_copy(first);
}
