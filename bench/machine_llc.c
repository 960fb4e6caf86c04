/* machine_llc.c - where the last-level cache really ends: a random chase over growing footprints */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "bench/machine_facts.h"
#include "bench/machine_measure.h"
#include "bench/machine_ring.h"
#include "results/stats.h"

enum { SWEEPS = 5, STRETCHES = 11, HOPS = 8192, FEWEST_POINTS = 4 };

static const uint64_t smallest = UINT64_C(256) << 10, largest = UINT64_C(256) << 20;
static const double plateaus_apart = 1.6;

static uint64_t lesser(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

unsigned llc_footprints(uint64_t l2, uint64_t reported, uint64_t available, uint64_t bytes[CURVE_POINTS])
{
    uint64_t first = l2 ? l2 : smallest, last = largest;
    if (reported)
        last = lesser(last, 4 * reported);
    if (available)
        last = lesser(last, available / 4);
    unsigned n = 0;
    if (first <= last)
        bytes[n++] = first;
    for (uint64_t power = smallest; power <= last; power *= 2) {
        if (power > first && n < CURVE_POINTS)
            bytes[n++] = power;
        if (power + power / 2 > first && power + power / 2 <= last && n < CURVE_POINTS)
            bytes[n++] = power + power / 2;
    }
    return n;
}

/* Medians of the points on either side of `cut`. */
static void plateaus(const double *ns, unsigned n, double cut, double *low, double *high)
{
    double below[CURVE_POINTS], above[CURVE_POINTS];
    unsigned nb = 0, na = 0;
    for (unsigned i = 0; i < n; i++) {
        if (ns[i] < cut)
            below[nb++] = ns[i];
        else
            above[na++] = ns[i];
    }
    *low = stats_median(below, nb);
    *high = stats_median(above, na);
}

static unsigned contradictions(const double *ns, unsigned n, unsigned knee, double threshold)
{
    unsigned found = 0;
    for (unsigned i = 0; i < n; i++)
        found += (i <= knee) != (ns[i] < threshold);
    return found;
}

uint64_t llc_knee(const struct llc_curve *curve, uint64_t from)
{
    unsigned skip = 0;
    while (skip < curve->count && curve->bytes[skip] < from)
        skip++;
    const double *ns = curve->ns + skip;
    unsigned n = curve->count - skip, best = 0;
    if (n < FEWEST_POINTS)
        return 0;
    double least = INFINITY, most = 0, low, high;
    for (unsigned i = 0; i < n; i++) {
        least = fmin(least, ns[i]);
        most = fmax(most, ns[i]);
    }
    if (!(least > 0 && most > least))
        return 0;
    plateaus(ns, n, sqrt(least * most), &low, &high);
    double threshold = sqrt(low * high);
    if (high / low < plateaus_apart || ns[n - 1] < threshold)
        return 0;
    for (unsigned i = 1; i < n; i++)
        if (contradictions(ns, n, i, threshold) < contradictions(ns, n, best, threshold))
            best = i;
    return curve->bytes[skip + best];
}

/* One sweep over the footprints: `ns[i]` takes STRETCHES times per hop of footprint i. Each stretch starts
 * where the one before ended, so that no line is met twice before all others were. */
static void sweep(struct ring *r, const struct llc_curve *curve, double ghz, double ns[][SWEEPS * STRETCHES],
                  unsigned first)
{
    struct rng rng = {.state = first};
    struct ring_line *at = r->lines;
    r->used = 0;
    for (unsigned i = 0; i < curve->count; i++) {
        ring_grow(r, curve->bytes[i] / sizeof(struct ring_line), &rng);
        ring_warm(r);
        for (unsigned k = first; k < first + STRETCHES; k++)
            ns[i][k] = (double)ring_walk(&at, HOPS) / HOPS / ghz;
    }
}

/* Several sweeps, not one long look at each footprint, and of each footprint the best sweep's median: what
 * other tenants do to a shared cache comes in bursts and only ever slows a chase down, and what is asked is
 * how much of the cache this CPU can get. A median over sweeps read 4 to 16 MiB on one busy host. */
int llc_measure(struct llc_curve *curve, uint64_t l2, uint64_t reported, double ghz, struct error *err)
{
    struct ring ring;
    double ns[CURVE_POINTS][SWEEPS * STRETCHES];
    curve->count = llc_footprints(l2, reported, machine_available_bytes(), curve->bytes);
    if (!curve->count)
        return error_set(err, EXIT_CANNOT,
                         "probe: less memory is available than the chase needs; free some, or use --quick");
    if (ring_open(&ring, curve->bytes[curve->count - 1], err))
        return -1;
    for (unsigned i = 0; i < SWEEPS; i++)
        sweep(&ring, curve, ghz, ns, i * STRETCHES);
    ring_close(&ring);
    for (unsigned i = 0; i < curve->count; i++) {
        curve->ns[i] = INFINITY;
        for (unsigned k = 0; k < SWEEPS; k++)
            curve->ns[i] = fmin(curve->ns[i], stats_median(ns[i] + k * STRETCHES, STRETCHES));
    }
    return 0;
}
