/* segments.h - the fewest strategies that are nowhere much worse than the best */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_SEGMENTS_H
#define RESULTS_SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "results/result.h"

/* Pure functions, thread-safe. */

/* What was measured: `ratio[z * strategies + s]` is the cost of strategy s at size z over that of the
 * cheapest (by median) at that size; a value that is NAN, or no positive number: not measured there. */
struct surface_view {
    size_t sizes, strategies;
    const struct interval *ratio;
};

struct segment {
    size_t strategy; /* index */
    size_t from, to; /* first and last size, indices */
};

/* Whether strategy s is not provably worse than the best at size z by more than `margin` (such as 1.03): the
 * lower end of its interval is at most the margin; without an interval its value. false: not measured. */
bool segments_good(const struct surface_view *view, size_t z, size_t s, double margin);

/* Cuts the sizes from the smallest on: each segment takes the strategy that stays good for the most sizes; of
 * those that reach as far the one with the lowest mean log cost in it; then the lowest index. That is the
 * least number of segments. (Where none is good, which a cheapest that has the ratio 1 rules out, the lowest
 * value counts as good.) Sizes at which nothing was measured are passed over: they belong to the segment
 * around them, between two to the lower one, so that segments cover all sizes without gaps. Returns how many
 * segments, at most `most`, into `out` (view->sizes are enough; with fewer the sizes above remain uncut); 0:
 * nothing was measured. */
size_t segments_cut(const struct surface_view *view, double margin, struct segment *out, size_t most);

/* Whether every strategy is good at each size at which it was measured. false where nothing was measured, or
 * at some size one strategy alone: nothing was compared there. As segments_good it says that no difference
 * was proven, which wide intervals make easy. */
bool segments_no_difference(const struct surface_view *view, double margin);

/* The strategies besides segment->strategy that are good at each size of it where they were measured, and
 * were measured in it at all: flags by index into `equal` (room for view->strategies). */
void segments_equal(const struct surface_view *view, const struct segment *segment, double margin,
                    bool *equal);

#endif
