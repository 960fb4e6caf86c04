/* clock.h - the time-stamp counter for what is measured, CLOCK_MONOTONIC for everything else */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <x86intrin.h>

/* Starts a timed stretch: everything before has executed, nothing after has begun (Intel SDM vol. 2, RDTSC). */
static inline uint64_t clock_begin(void)
{
    _mm_lfence();
    uint64_t t = __rdtsc();
    _mm_lfence();
    return t;
}

/* Ends a timed stretch: all of it has executed (SDM vol. 2, RDTSCP). */
static inline uint64_t clock_end(void)
{
    unsigned aux;
    uint64_t t = __rdtscp(&aux);
    _mm_lfence();
    return t;
}

/* CLOCK_MONOTONIC in ns. Thread-safe. */
uint64_t clock_now_ns(void);

/* The counter's rate in GHz, measured against CLOCK_MONOTONIC_RAW for about 20 ms. Thread-safe. */
double clock_measure_ghz(void);

/* Spins for about `ticks` of the counter. */
static inline void clock_spin(uint64_t ticks)
{
    uint64_t start = __rdtsc();
    while (__rdtsc() - start < ticks)
        _mm_pause();
}

#endif
