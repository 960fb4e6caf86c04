/* clock.h - the time-stamp counter for what is measured, CLOCK_MONOTONIC for everything else */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <x86intrin.h>

/* Starts a timed stretch: everything before has executed, nothing after has begun (Intel SDM vol. 2, RDTSC).
 */
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

/* The same around a whole period, with all stores drained at both ends (MFENCE): a period begins owing
 * nothing to the one before, and what it leaves in the store buffer or on its way to memory is its own.
 * Without it the write-back of one period was paid by the first LOCKed operation of the next (measured: 150
 * ns booked on the wrong row). */
static inline uint64_t clock_begin_drained(void)
{
    _mm_mfence();
    return clock_begin();
}

static inline uint64_t clock_end_drained(void)
{
    _mm_mfence();
    return clock_end();
}

/* Spins for n links of a dependent chain that begins when all before has executed and that nothing later
 * overtakes. For delays of a few ns, which clock_spin cannot resolve. */
static inline void clock_chain(uint64_t n)
{
    uint64_t x = n | 1;
    _mm_lfence();
    for (uint64_t i = 0; i < n; i++)
        __asm__ volatile("imulq %0, %0" : "+r"(x));
    _mm_lfence();
}

/* clock_end_drained with a chain of n links between the drain and the stamp. */
static inline uint64_t clock_end_spun(uint64_t n)
{
    _mm_mfence();
    clock_chain(n);
    return clock_end();
}

/* What clock_end_spun costs over clock_end_drained: fixed + n * link, in ns; medians over about 5 ms.
 * Thread-safe. */
struct chain_cost {
    double fixed_ns, link_ns;
};
struct chain_cost clock_chain_measure(double tsc_ghz);

#endif
