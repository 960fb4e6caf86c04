/* flip.h - finds the size at which one strategy takes over from another, with its interval, by probing */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_FLIP_H
#define RESULTS_FLIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/result.h"

/* Pure, thread-safe; the caller measures. Strategy A, the first, is expected to be cheaper below, B, the
 * second, above. */

enum { FLIP_PROBES = 48 };

/* Measured at one size (above 0): cost of B over cost of A with its interval. Above 1: A is cheaper. */
struct flip_probe {
    uint64_t size;
    struct interval ratio;
};

enum flip_side {
    FLIP_A,      /* A is cheaper by more than the margin: the whole interval lies above it */
    FLIP_B,      /* B is: the whole interval lies below 1/margin */
    FLIP_EVEN,   /* the whole interval lies within 1/margin..margin: no difference worth anything */
    FLIP_UNKNOWN /* the interval holds an edge of the margin (more rounds would tell), or has no ends */
};
enum flip_side flip_side(struct interval ratio, double margin);

struct flip {
    double margin;                         /* such as 1.03; above 1 */
    struct flip_probe probes[FLIP_PROBES]; /* by rising size, one a size */
    size_t count;
};

/* Takes a probe in; one of a size that is there already takes its place, a new one moves those above by one.
 * false: no room is left, or its size is 0. */
bool flip_add(struct flip *f, struct flip_probe probe);

/* The size to be measured next, or measured better (then it is among the probes and FLIP_UNKNOWN); 0: no more
 * is to be gained. Never one that is decided, never one outside of the outermost probes, and no new one when
 * there is no room for it.
 *
 * Between the largest size that is A's and the smallest that is B's it asks for the geometric middle on a
 * grid (multiples of 64 from 512 B on, of 8 below), until the two are no farther apart than `factor` (1.25)
 * or neighbours on the grid. Sizes in between that are FLIP_EVEN belong to the interval: then the zone's two
 * edges are sought, until each is known to sqrt(factor). Sizes that are FLIP_UNKNOWN are asked for again,
 * tries_most times each; then they count as part of that zone. tries[i] tells how often probes[i], as they
 * stand now, was asked for again; the caller's rounds grow with it.
 *
 * Then each end is backed: the next size on the grid beyond it is asked for (from an outermost probe on a
 * size inside), so that no single probe that went wrong makes a flip, or moves one by more than a step of the
 * grid, unnoticed. Where one side was not seen yet, the unknown sizes that may be that side's are asked for
 * again. Nothing is asked for once the sides contradict each other. */
uint64_t flip_next(const struct flip *f, double factor, const unsigned *tries, unsigned tries_most);

/* What is known so far. found: both ends are there and no farther apart than a factor of 2; no size that is
 * B's lies below one that is A's; and both ends are backed: the next size probed beyond lies within a factor
 * of 2, and its ratio itself is on the same side of 1. */
struct flip_end {
    bool found;
    double size;        /* where the ratio is 1: within low..high, of all pairs of probes near by that have 1
                           between them the median of their interpolations on logarithms; NAN when not found */
    double low, high;   /* low: the largest size that is A's and smaller than all of B's; high: the smallest
                           that is B's and larger than all of A's (contradictions widen the interval and never
                           narrow it); NAN: there is none */
    const char *reason; /* of not found: a constant sentence, such as "the first is cheaper at all sizes
                           measured" (a strategy stands at its beginning or nowhere); else "" */
};
struct flip_end flip_end(const struct flip *f);

#endif
