/* flip.h - finds the size at which one strategy takes over from another, with its interval, by probing */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_FLIP_H
#define RESULTS_FLIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/result.h"

/* Pure, thread-safe; the caller measures. Strategy A is expected to be cheaper below, B above. */

enum { FLIP_PROBES = 48 };

/* Measured at one size: cost of B over cost of A with its interval. Above 1: A is cheaper. */
struct flip_probe {
    uint64_t size;
    struct interval ratio;
};

enum flip_side {
    FLIP_A,      /* A is cheaper by more than the margin: the whole interval lies above it */
    FLIP_B,      /* B is */
    FLIP_EVEN,   /* the whole interval lies inside the margin: no difference worth anything */
    FLIP_UNKNOWN /* the interval holds an edge of the margin: more rounds would tell */
};
enum flip_side flip_side(struct interval ratio, double margin);

struct flip {
    double margin;                          /* such as 1.03 */
    struct flip_probe probes[FLIP_PROBES];  /* by rising size, one a size */
    size_t count;
};

/* Takes a probe in; one of a size that is there already takes its place. false: no room is left. */
bool flip_add(struct flip *f, struct flip_probe probe);

/* The size to be measured next, or measured better (it is among the probes and FLIP_UNKNOWN); 0: no more is
 * to be gained. Goes for the gap between the largest size at which A is cheaper (and no smaller one is B's)
 * and the smallest at which B is (and no larger one is A's), by their geometric middle on `grid` (multiples
 * of 64 from 512 B on, of 8 below), until flip_end's interval is narrower than `factor` (1.25). Sizes in
 * between that are FLIP_EVEN belong to the interval: then its two edges are sought, until each is known to
 * sqrt(factor). `again` tells how often sizes that stay FLIP_UNKNOWN may be asked for once more, by the
 * number of times that they were (the caller's rounds grow): tries[i] of probe i. */
uint64_t flip_next(const struct flip *f, double factor, const unsigned *tries, unsigned tries_most);

/* What is known so far. */
struct flip_end {
    bool found;             /* the interval is no wider than a factor of 2 */
    double size;            /* where the ratio is 1: interpolated on logarithms inside the interval; NAN when
                               not found */
    double low, high;       /* largest size that is A's, smallest that is B's; NAN: there is none */
    const char *reason;     /* of not found: a constant sentence, such as "A is cheaper at all sizes"; "" */
};
struct flip_end flip_end(const struct flip *f);

#endif
