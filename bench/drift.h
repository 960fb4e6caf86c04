/* drift.h - how steady the machine's clock frequency was, seen by a reference spin in each round */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_DRIFT_H
#define BENCH_DRIFT_H

#include <stddef.h>

struct drift {
    double *ns; /* malloc'ed, owned */
    size_t count, room;
};

/* Times one reference spin (about 10 us) and keeps it; silently keeps less when memory is short. */
void drift_probe(struct drift *d, double tsc_ghz);

/* All NAN below 20 spins, or when memory is short. */

/* (p95 - p5) / median in percent. */
double drift_percent(const struct drift *d);

/* By how many percent the median of the last tenth of the spins (at least five) is above that of the first:
 * above 0, the clock got slower. What the spread does not show: a slow drift, which falls on all that is
 * measured late. */
double drift_trend(const struct drift *d);

/* The median spin: what a later file's tells is whether the clock ran at the same rate. */
double drift_spin_ns(const struct drift *d);

void drift_free(struct drift *d);

#endif
