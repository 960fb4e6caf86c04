/* noise.h - seeded noise of which the median is known, and near equality, for what tries the statistics */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_RESULTS_NOISE_H
#define TESTS_RESULTS_NOISE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

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

enum noise_shape {
    NOISE_NORMAL,
    NOISE_LOGNORMAL,
    NOISE_EXPONENTIAL,
    NOISE_T2,           /* Student's t with 2 degrees of freedom */
    NOISE_CONTAMINATED, /* normal, but 1 in 20 from a normal of mean 10 and deviation 20 */
    NOISE_LAYOUTS,      /* normal about four levels in turn */
    NOISE_TELEGRAPH, /* normal, and `jump` higher while a neighbour is there: 5 rounds on, 10 off, in the mean
                      */
    NOISE_TREND,     /* normal about a level that rises by `jump` */
    NOISE_STEPS,     /* normal about a level that is 0, `jump`, `jump`/3 for a third of the time each */
};

struct noise_kind {
    const char *name;
    enum noise_shape shape;
    double rho, jump; /* rho: autocorrelation of the normal series that the shape is made of */
};

static const struct noise_kind noise_kinds[] = {
    {"independent, normal", NOISE_NORMAL, 0, 0},
    {"skewed: lognormal", NOISE_LOGNORMAL, 0, 0},
    {"skewed: exponential", NOISE_EXPONENTIAL, 0, 0},
    {"heavy tails: t, 2 degrees", NOISE_T2, 0, 0},
    {"heavy tails: 5 % outliers", NOISE_CONTAMINATED, 0, 0},
    {"four code layouts in turn", NOISE_LAYOUTS, 0, 0},
    {"drift: trend", NOISE_TREND, 0, 4},
    {"drift: clock steps", NOISE_STEPS, 0, 3},
    {"autocorrelated: -0.8", NOISE_NORMAL, -0.8, 0},
    {"autocorrelated: -0.3", NOISE_NORMAL, -0.3, 0},
    {"autocorrelated: 0.2", NOISE_NORMAL, 0.2, 0},
    {"autocorrelated: 0.5", NOISE_NORMAL, 0.5, 0},
    {"autocorrelated: 0.8", NOISE_NORMAL, 0.8, 0},
    {"0.5 and lognormal", NOISE_LOGNORMAL, 0.5, 0},
    {"neighbour, 1.5 deviations", NOISE_TELEGRAPH, 0, 1.5},
    {"neighbour, 6 deviations", NOISE_TELEGRAPH, 0, 6},
};

enum { NOISE_KINDS = sizeof(noise_kinds) / sizeof(noise_kinds[0]) };

static const double noise_levels[4] = {0, 0.6, 4, -2}; /* of the layouts */
static const double noise_comes = 0.1, noise_goes = 0.2;

/* The level of round i of n that all paths of a round have in common. */
static inline double noise_drift(const struct noise_kind *k, size_t i, size_t n)
{
    if (k->shape == NOISE_TREND)
        return k->jump * ((double)i + 0.5) / (double)n;
    if (k->shape == NOISE_STEPS)
        return 3 * i < n ? 0 : 3 * i < 2 * n ? k->jump : k->jump / 3;
    return 0;
}

static inline double noise_shaped(const struct noise_kind *k, double series, size_t i, struct rng *r)
{
    switch (k->shape) {
    case NOISE_LOGNORMAL:
        return exp(series);
    case NOISE_EXPONENTIAL:
        return -log(uniform(r));
    case NOISE_T2:
        return series / sqrt(-log(uniform(r)));
    case NOISE_CONTAMINATED:
        return uniform(r) < 0.05 ? 10 + 20 * series : series;
    case NOISE_LAYOUTS:
        return series + noise_levels[i % 4];
    default:
        return series;
    }
}

/* What is left when the drift is taken off. */
static inline void noise_fill(const struct noise_kind *k, double *x, size_t n, struct rng *r)
{
    double series = normal(r), fresh = sqrt(1 - k->rho * k->rho);
    bool there = k->shape == NOISE_TELEGRAPH && uniform(r) * (noise_comes + noise_goes) < noise_comes;
    for (size_t i = 0; i < n; i++) {
        series = k->rho != 0 ? k->rho * series + fresh * normal(r) : normal(r);
        if (k->shape == NOISE_TELEGRAPH && uniform(r) < (there ? noise_goes : noise_comes))
            there = !there;
        x[i] = noise_shaped(k, series, i, r) + (there ? k->jump : 0);
    }
}

static inline double noise_below(double x, double mean, double deviation)
{
    return 0.5 * erfc((mean - x) / deviation / M_SQRT2);
}

/* The share of values below x, over all rounds of n, the drift on. */
static inline double noise_share(const struct noise_kind *k, double x, size_t n)
{
    double share = 0, there = noise_comes / (noise_comes + noise_goes);
    switch (k->shape) {
    case NOISE_LOGNORMAL:
        return x > 0 ? noise_below(log(x), 0, 1) : 0;
    case NOISE_EXPONENTIAL:
        return 1 - exp(-fmax(x, 0));
    case NOISE_CONTAMINATED:
        return 0.95 * noise_below(x, 0, 1) + 0.05 * noise_below(x, 10, 20);
    case NOISE_TELEGRAPH:
        return there * noise_below(x, k->jump, 1) + (1 - there) * noise_below(x, 0, 1);
    case NOISE_LAYOUTS:
        for (size_t i = 0; i < 4; i++)
            share += noise_below(x, noise_levels[i], 1) / 4;
        return share;
    default: /* t too: of its share below only 0 = 1/2 matters */
        for (size_t i = 0; i < n; i++)
            share += noise_below(x, noise_drift(k, i, n), 1) / (double)n;
        return share;
    }
}

static inline double noise_median(const struct noise_kind *k, size_t n)
{
    double low = -100, high = 100;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (noise_share(k, middle, n) < 0.5)
            low = middle;
        else
            high = middle;
    }
    return low;
}

#endif
