/* machine_ring.h - a random cycle through cache lines, each holding the address of the next */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_MACHINE_RING_H
#define BENCH_MACHINE_RING_H

#include <stdint.h>

#include "base/error.h"
#include "base/rng.h"

struct ring_line {
    struct ring_line *next;
    uint64_t word[7];
};
_Static_assert(sizeof(struct ring_line) == 64, "a node is a cache line");

struct ring {
    struct ring_line *lines;
    uint64_t capacity; /* lines */
    uint64_t used;     /* lines on the cycle: the first `used` ones */
    void *map;
    uint64_t map_bytes;
};

/* Maps memory for `bytes`, huge pages asked for by madvise; no line is on the cycle yet. -1 with EXIT_CANNOT.
 */
int ring_open(struct ring *r, uint64_t bytes, struct error *err);
void ring_close(struct ring *r);

/* Lengthens the cycle to `lines` (at most capacity). Each new line goes behind a random one of those that are
 * on it, which leaves every cyclic order equally likely, costs nothing for the lines already there, and has
 * no dependent misses: a curve over growing footprints builds one permutation in all. */
void ring_grow(struct ring *r, uint64_t lines, struct rng *rng);

/* Reads every line of the cycle once in the order of addresses, as fast as it goes. */
void ring_warm(const struct ring *r);

/* Follows the cycle for `hops` from *at, where it leaves the line it came to; returns the ticks that took. */
uint64_t ring_walk(struct ring_line **at, uint64_t hops);

#endif
