/* latency.h - how long single calls take: histograms of constant relative width, filled by the stamped path
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_LATENCY_H
#define KERNELS_LATENCY_H

#include <stdbool.h>
#include <stdint.h>

struct cell;
struct error;

/* 32 buckets an octave: below 64 ns a bucket is one ns, above it is 1/32 to 1/64 of what is in it. The last
 * bucket also has all from 2^37 ns (137 s) on. */
enum { HISTOGRAM_BITS = 5, HISTOGRAM_OCTAVES = 37, HISTOGRAM_AN_OCTAVE = 1 << HISTOGRAM_BITS };
enum { HISTOGRAM_BUCKETS = (HISTOGRAM_OCTAVES - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS };

/* Whole ns. All 0: empty. min, max and sum are exact. */
struct histogram {
    uint64_t n, min, max, sum;
    uint64_t count[HISTOGRAM_BUCKETS];
};

static inline unsigned histogram_bucket(uint64_t ns)
{
    if (ns >> HISTOGRAM_OCTAVES)
        return HISTOGRAM_BUCKETS - 1;
    unsigned shift = 0;
    if (ns >> (HISTOGRAM_BITS + 1))
        shift = 63 - HISTOGRAM_BITS - (unsigned)__builtin_clzll(ns);
    return (shift << HISTOGRAM_BITS) + (unsigned)(ns >> shift);
}

static inline void histogram_add(struct histogram *h, uint64_t ns)
{
    h->min = h->n == 0 || ns < h->min ? ns : h->min;
    h->max = ns > h->max ? ns : h->max;
    h->sum += ns;
    h->n++;
    h->count[histogram_bucket(ns)]++;
}

/* The least and the greatest ns of a bucket; the last one's greatest is UINT64_MAX. */
uint64_t histogram_low(unsigned bucket);
uint64_t histogram_high(unsigned bucket);

/* Adds all of `from` to `to`. */
void histogram_merge(struct histogram *to, const struct histogram *from);

/* The percentile above which one call in `one_in` lies (2: p50, 1000: p99.9), by nearest rank: the greatest
 * ns of its bucket, no more than max, so that it is never too low and at most 1/32 too high. false, and *ns
 * unchanged, with fewer than 5 calls above it (n / one_in < 5). */
bool histogram_percentile(const struct histogram *h, uint64_t one_in, uint64_t *ns);

/* What makes ns of the ticks between two stamps. */
struct stamp_clock {
    double ns_per_tick;
    uint64_t empty_ticks; /* between the stamps of nothing: taken off */
};

/* One thread's stamped calls of one visit. */
struct latency {
    struct stamp_clock clock;
    struct histogram write, fsync;
} __attribute__((aligned(64)));

static inline void latency_add(const struct latency *l, struct histogram *h, uint64_t ticks)
{
    int64_t own = (int64_t)(ticks - l->clock.empty_ticks);
    histogram_add(h, own > 0 ? (uint64_t)((double)own * l->clock.ns_per_tick + 0.5) : 0);
}

/* Median ticks of clock_begin to clock_end with nothing between; about 1 ms. Thread-safe. */
uint64_t stamp_empty_ticks(void);

/* Makes room for the stamped calls of each of the cell's threads: VARIANT_STAMPED asks for it. The cell owns
 * it. -1 with err (EXIT_CANNOT) when memory is short. */
int latency_create(struct cell *cell, const struct stamp_clock *clock, struct error *err);
void latency_destroy(struct cell *cell);
/* Forgets all calls; cell_visit does so before what it times. */
void latency_clear(struct cell *cell);
/* Adds the calls of the last stamped visit, of all its threads, to `write` and `fsync`. */
void latency_gather(const struct cell *cell, struct histogram *write, struct histogram *fsync);

#endif
