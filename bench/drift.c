/* drift.c - the reference spin */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/drift.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"

enum { SPIN_LINKS = 10000, LEAST = 20 };

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

double drift_percent(const struct drift *d)
{
    if (d->count < LEAST)
        return NAN;
    double *sorted = malloc(d->count * sizeof(*sorted));
    if (!sorted)
        return NAN;
    for (size_t i = 0; i < d->count; i++)
        sorted[i] = d->ns[i];
    qsort(sorted, d->count, sizeof(*sorted), compare);
    double percent = 100 * (sorted[d->count * 95 / 100] - sorted[d->count * 5 / 100]) / sorted[d->count / 2];
    free(sorted);
    return percent;
}

void drift_free(struct drift *d)
{
    free(d->ns);
    *d = (struct drift){0};
}
