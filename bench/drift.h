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

/* (p95 - p5) / median in percent; NAN below 20 spins. */
double drift_percent(const struct drift *d);

void drift_free(struct drift *d);

#endif
