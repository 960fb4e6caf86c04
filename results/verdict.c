/* verdict.c - faster, slower, equivalent, unresolved: what may be said of a ratio, and what would settle it
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *stats_verdict_name(enum verdict v)
{
    static const char *const names[] = {"faster", "slower", "equivalent", "unresolved", "bistable"};
    return names[v];
}

static const double EQUIVALENCE = 1.02;

enum verdict stats_verdict(struct interval ratio, double p_holm, double floor_ratio, bool bistable)
{
    if (bistable)
        return VERDICT_BISTABLE;
    if (!isfinite(ratio.low) || !isfinite(ratio.high) || !isfinite(floor_ratio))
        return VERDICT_UNRESOLVED;
    if (ratio.low >= 1 / EQUIVALENCE && ratio.high <= EQUIVALENCE)
        return floor_ratio <= EQUIVALENCE ? VERDICT_EQUIVALENT : VERDICT_UNRESOLVED;
    if (!(p_holm < 0.05))
        return VERDICT_UNRESOLVED;
    if (ratio.low > 1 && ratio.value > floor_ratio)
        return VERDICT_SLOWER;
    if (ratio.high < 1 && ratio.value < 1 / floor_ratio)
        return VERDICT_FASTER;
    return VERDICT_UNRESOLVED;
}

unsigned stats_more_rounds(struct interval ratio, unsigned rounds, double floor_ratio)
{
    double half = (log(ratio.high) - log(ratio.low)) / 2, distance = fabs(log(ratio.value));
    if (!isfinite(half) || !isfinite(distance) || !isfinite(floor_ratio) || !rounds)
        return 0;
    /* Either the interval leaves 1 behind, or it fits inside the equivalence band: the wider target comes
     * first. The first is open to ratios beyond the floor alone, the second to floors inside the band. */
    double room = floor_ratio <= EQUIVALENCE ? log(EQUIVALENCE) - distance : 0;
    double target = distance > log(floor_ratio) ? fmax(room, distance) : room;
    if (target <= 0)
        return 0;
    double needed = rounds * (half / target) * (half / target);
    /* Narrow enough already: only the family's adjustment stands against it, and wants about as many again.
     */
    double more = needed > rounds ? ceil(needed - rounds) : rounds;
    return more <= 100000 ? (unsigned)more : 0;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Where to cut sorted values in two so that the squares about the two means are smallest, each side `least`
 * values or more: sum^2/count of both sides is then largest. Values are taken from the middle one, against
 * cancellation. */
static size_t best_split(const double *sorted, size_t n, size_t least)
{
    double origin = sorted[n / 2], total = 0, left = 0, best = -1;
    size_t split = least;
    for (size_t i = 0; i < n; i++)
        total += sorted[i] - origin;
    for (size_t i = 0; i + least < n; i++) {
        left += sorted[i] - origin;
        size_t k = i + 1;
        double right = total - left, score = left * left / (double)k + right * right / (double)(n - k);
        if (k >= least && score > best) {
            best = score;
            split = k;
        }
    }
    return split;
}

bool stats_bistable(const double *x, size_t n)
{
    if (n < 12)
        return false;
    double *sorted = malloc(n * sizeof(*sorted));
    if (!sorted)
        return false;
    memcpy(sorted, x, n * sizeof(*sorted));
    qsort(sorted, n, sizeof(*sorted), ascending);
    size_t low = best_split(sorted, n, (n + 4) / 5), high = n - low;
    double low_median = stats_median(sorted, low), high_median = stats_median(sorted + low, high);
    double gap = high_median - low_median;
    double spread = fmax(stats_mad(sorted, low), stats_mad(sorted + low, high));
    bool two = gap > 0 && gap >= 0.10 * fabs(stats_median(sorted, n)) && gap >= 6 * spread;
    free(sorted);
    return two;
}
