/* noise.h - seeded noise and near equality for the tests of the statistics */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_RESULTS_NOISE_H
#define TESTS_RESULTS_NOISE_H

#include <math.h>

#include "base/rng.h"

static const double near = 1e-12;

/* A macro, so that a failure names its line. */
#define assert_near(value, expected, tolerance) assert_true(fabs((value) - (expected)) <= (tolerance))

static inline double uniform(struct rng *r)
{
    return ((double)(rng_next(r) >> 11) + 0.5) / 9007199254740992.0;
}

static inline double normal(struct rng *r)
{
    return sqrt(-2 * log(uniform(r))) * cos(2 * M_PI * uniform(r));
}

#endif
