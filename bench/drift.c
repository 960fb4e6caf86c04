/* drift.c - the reference spin */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/drift.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "results/stats.h"

enum { SPIN_LINKS = 10000, LEAST = 20, LEAST_OF_TENTH = 5 };

void drift_probe(struct drift *d, double tsc_ghz)
{
    if (d->count == d->room) {
        size_t room = d->room ? 2 * d->room : 256;
        double *ns = realloc(d->ns, room * sizeof(*ns));
        if (!ns)
            return;
        d->ns = ns;
        d->room = room;
    }
    uint64_t start = clock_begin();
    clock_chain(SPIN_LINKS);
    d->ns[d->count++] = (double)(clock_end() - start) / tsc_ghz;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* In rising order, malloc'ed; NULL of none, or when memory is short. */
static double *sorted_part(const double *ns, size_t count)
{
    double *sorted = count ? malloc(count * sizeof(*sorted)) : NULL;
    if (!sorted)
        return NULL;
    memcpy(sorted, ns, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), compare);
    return sorted;
}

double drift_percent(const struct drift *d)
{
    double *sorted = d->count < LEAST ? NULL : sorted_part(d->ns, d->count);
    if (!sorted)
        return NAN;
    double percent = 100 * (sorted[d->count * 95 / 100] - sorted[d->count * 5 / 100]) / sorted[d->count / 2];
    free(sorted);
    return percent;
}

double drift_trend(const struct drift *d)
{
    size_t tenth = d->count / 10 > LEAST_OF_TENTH ? d->count / 10 : LEAST_OF_TENTH;
    if (d->count < LEAST)
        return NAN;
    return 100 * (stats_median(d->ns + d->count - tenth, tenth) / stats_median(d->ns, tenth) - 1);
}

double drift_spin_ns(const struct drift *d)
{
    return d->count < LEAST ? NAN : stats_median(d->ns, d->count);
}

void drift_free(struct drift *d)
{
    free(d->ns);
    *d = (struct drift){0};
}
