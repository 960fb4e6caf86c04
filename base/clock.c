/* clock.c - the counter's rate, and wall time */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/clock.h"

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

double clock_chain_ns(void)
{
    enum { LINKS = 20000, TURNS = 100 };
    uint64_t best = UINT64_MAX;
    for (int i = 0; i < TURNS; i++) {
        uint64_t start = now(CLOCK_MONOTONIC_RAW);
        clock_chain(LINKS);
        uint64_t ns = now(CLOCK_MONOTONIC_RAW) - start;
        best = ns < best ? ns : best;
    }
    return (double)best / LINKS;
}
