/* merge_summary.c - the summary of a cell that several processes measured */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>

#include "results/json.h"
#include "results/merge_parts.h"
#include "results/stats.h"

const struct merge_names merge_summary_names = {"median", "ci_low", "ci_high"};

static struct summary pooled_summary(const double *samples, size_t n)
{
    double *known = malloc((n + 1) * sizeof(*known));
    size_t count = 0;
    for (size_t i = 0; known && i < n; i++)
        if (!isnan(samples[i]))
            known[count++] = samples[i];
    struct summary s = stats_summary(known, count);
    free(known);
    return s;
}

json_t *merge_summary_whole(struct interval middle, const double *samples, size_t n)
{
    struct summary s = pooled_summary(samples, n);
    struct object o = object_begin();
    merge_put_interval(&o, &merge_summary_names, middle);
    object_put(&o, "mad", json_number(s.mad));
    object_put(&o, "p50", json_number(s.p50));
    object_put(&o, "p90", json_number(s.p90));
    object_put(&o, "p99", json_number(s.p99));
    object_put(&o, "max", json_number(s.max));
    object_put(&o, "n", json_count(s.n));
    object_put(&o, "outliers", json_count(s.outliers));
    return object_end(&o);
}

json_t *merge_summary_part(struct merge *m, size_t n, const char *name)
{
    static const char *const medians[] = {"mad", "p50", "p90", "p99"};
    const json_t *const *parts = merge_gather(m, n, name);
    size_t with = 0; /* the cells that have it come together */
    for (size_t i = 0; i < n; i++)
        if (json_is_object(parts[i]))
            m->members[with++] = parts[i];
    if (!with)
        return json_null();
    struct object o = object_begin();
    merge_put_interval(&o, &merge_summary_names, merge_intervals(m, parts, with, &merge_summary_names));
    for (size_t i = 0; i < sizeof(medians) / sizeof(medians[0]); i++) {
        size_t known = merge_numbers(parts, with, medians[i], m->numbers);
        object_put(&o, medians[i], json_number(stats_median(m->numbers, known)));
    }
    object_put(&o, "max", json_number(merge_largest(parts, with, "max")));
    object_put(&o, "n", json_count(merge_sum(parts, with, "n")));
    object_put(&o, "outliers", json_count(merge_sum(parts, with, "outliers")));
    return object_end(&o);
}
