/* tune_sizes.h - sizes for trials and proofs: picked from the search's, or drawn where it never looked */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNE_SIZES_H
#define BENCH_TUNE_SIZES_H

#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "results/tuning.h"

/* Pure, thread-safe. */

struct size_list {
    const uint64_t *sizes;
    size_t count;
};

/* Draws one size log-uniformly from each of `parts` equal ratios of low..high: a multiple of 8, none of
 * `taken`, farther than a factor of 1.1 from all others in out[0 .. count). A part without such a size has
 * none. Appends to `out`, which is left in rising order, and returns the new count. */
size_t tune_sizes_draw(struct rng *rng, uint64_t low, uint64_t high, size_t parts, struct size_list taken,
                       uint64_t *out, size_t count);

/* The sizes at which libpmem's variables are tried, PROVE_SIZES of them, rising. Returns how many. */
size_t tune_sizes_tried(uint64_t *out);

/* The sizes that are worth a trial as a threshold of libpmem: of the crossovers whose ids begin with
 * "libpmem/", then some steps, as multiples of 64 (of 8 below 512), inside PROVE_LEAST..PROVE_MOST, farther
 * than a factor of 1.25 from each other and from libpmem's own. Returns how many, at most `most`. */
size_t tune_sizes_thresholds(const struct tuning *t, uint64_t *out, size_t most);

#endif
