/* machine_clock.c - what a timed stretch costs by itself, and how fine the counter is */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/clock.h"
#include "bench/machine_measure.h"
#include "results/stats.h"

enum { STAMPS = 4000, WARM_UP = 200 };

static void nothing(void)
{
}

/* A period is timed around a call through a strategy's pointer: so is nothing. */
static double empty_stretch_ticks(void)
{
    double ticks[STAMPS];
    void (*call)(void) = nothing;
    for (int i = -WARM_UP; i < STAMPS; i++) {
        __asm__ volatile("" : "+r"(call)); /* the compiler must not see through the pointer */
        uint64_t start = clock_begin_drained();
        call();
        uint64_t end = clock_end_drained();
        if (i >= 0)
            ticks[i] = (double)(end - start);
    }
    return stats_median(ticks, STAMPS);
}

static double resolution_ticks(void)
{
    double ticks[STAMPS];
    unsigned aux;
    for (int i = -WARM_UP; i < STAMPS; i++) {
        uint64_t start = __rdtscp(&aux), end = __rdtscp(&aux);
        if (i >= 0)
            ticks[i] = (double)(end - start);
    }
    return stats_percentile(ticks, STAMPS, 0.99);
}

struct clock_cost clock_measure(void)
{
    struct clock_cost cost = {.ghz = clock_measure_ghz()};
    cost.empty_ns = empty_stretch_ticks() / cost.ghz;
    cost.resolution_ns = resolution_ticks() / cost.ghz;
    return cost;
}
