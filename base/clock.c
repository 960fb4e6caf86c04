/* clock.c - the counter's rate, and wall time */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

static uint64_t now(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t clock_now_ns(void)
{
    return now(CLOCK_MONOTONIC);
}

double clock_measure_ghz(void)
{
    uint64_t ns0 = now(CLOCK_MONOTONIC_RAW), t0 = clock_begin(), ns1;
    do
        ns1 = now(CLOCK_MONOTONIC_RAW);
    while (ns1 - ns0 < 20000000u);
    return (double)(clock_end() - t0) / (double)(ns1 - ns0);
}

static int compare_ticks(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Median ticks of a drained stretch with a chain of n links in it; without one for n < 0. */
static double chain_ticks(int64_t n)
{
    enum { TURNS = 401 };
    uint64_t ticks[TURNS];
    for (int i = 0; i < TURNS; i++) {
        uint64_t start = clock_begin_drained();
        uint64_t end = n >= 0 ? clock_end_spun((uint64_t)n) : clock_end_drained();
        ticks[i] = end - start;
    }
    qsort(ticks, TURNS, sizeof(ticks[0]), compare_ticks);
    return (double)ticks[TURNS / 2];
}

struct chain_cost clock_chain_measure(double tsc_ghz)
{
    enum { LINKS = 5000, FEW = 100 };
    double link = (chain_ticks(LINKS) - chain_ticks(FEW)) / (LINKS - FEW);
    double fixed = chain_ticks(FEW) - FEW * link - chain_ticks(-1);
    return (struct chain_cost){.fixed_ns = fixed / tsc_ghz, .link_ns = link / tsc_ghz};
}
