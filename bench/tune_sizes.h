/* tune_sizes.h - sizes for trials and proofs: picked from the search's, or drawn where it never looked */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNE_SIZES_H
#define BENCH_TUNE_SIZES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "results/tuning.h"

/* Pure, thread-safe. */

struct size_list {
    const uint64_t *sizes;
    size_t count;
};

/* Whether it is a whole number of cache lines. */
static inline bool is_whole_lines(uint64_t size)
{
    return size % 64 == 0;
}

/* Draws one size log-uniformly from each of `parts` equal ratios of low..high: whole lines from each other
 * part, beginning with the `whole`th (0 or 1), from those between them a multiple of 8 that is not; none of
 * `taken`, farther than a factor of 1.1 from all others in out[0 .. count). A part without such a size has
 * one of the other kind, or none. Appends to `out`, which is left in rising order, and returns the new
 * count. */
size_t tune_sizes_draw(struct rng *rng, uint64_t low, uint64_t high, size_t parts, unsigned whole,
                       struct size_list taken, uint64_t *out, size_t count);

/* What sizes a proof may be made on. */
struct tune_draw {
    struct size_list taken; /* none of these */
    uint64_t from;          /* half of them below this one, as far as there is room; 0: wherever they fall */
};

/* The sizes of one round, PROVE_SIZES of them (fewer where there is no room), from PROVE_LEAST..PROVE_MOST,
 * rising: half of the parts have whole lines; in the next round these parts have others. Returns how many. */
size_t tune_sizes_round(struct rng *rng, const struct tune_draw *draw, unsigned round, uint64_t *out);

/* The sizes at which libpmem's variables are tried, PROVE_SIZES of them, rising. Returns how many. */
size_t tune_sizes_tried(uint64_t *out);

/* The sizes that are worth a trial as a threshold of libpmem: of the crossovers whose ids begin with
 * "libpmem/", then some steps, as multiples of 64 (of 8 below 512), inside PROVE_LEAST..PROVE_MOST, farther
 * than a factor of 1.25 from each other and from libpmem's own. Returns how many, at most `most`. */
size_t tune_sizes_thresholds(const struct tuning *t, uint64_t *out, size_t most);

#endif
