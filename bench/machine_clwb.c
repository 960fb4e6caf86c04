/* machine_clwb.c - whether this CPU's CLWB keeps the line: read it afterwards */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "base/cpu.h"
#include "bench/machine_measure.h"
#include "bench/machine_ring.h"
#include "results/stats.h"
#include "strategies/prim.h"

enum { LINES = 1024, ROUNDS = 21 }; /* 64 KiB: inside any L2, and long enough that a miss to memory shows */

enum treatment { LEFT_DIRTY, BY_CLWB, BY_FLUSH, TREATMENTS };

static const double ends_apart = 1.5, near_cached = 0.45, near_flushed = 0.55;

const char *clwb_decide(const struct clwb_times *times)
{
    double span = log(times->flushed / times->cached), place = log(times->clwb / times->cached) / span;
    if (!isfinite(place) || span < log(ends_apart))
        return "unknown";
    if (place < near_cached)
        return "retains";
    return place > near_flushed ? "invalidates" : "unknown";
}

static void treat(struct ring *r, enum treatment how, bool has_clflushopt)
{
    for (uint64_t i = 0; i < r->used; i++)
        r->lines[i].word[0]++;
    full_fence();
    for (uint64_t i = 0; i < r->used && how != LEFT_DIRTY; i++) {
        if (how == BY_CLWB)
            line_clwb(&r->lines[i]);
        else if (has_clflushopt)
            line_clflushopt(&r->lines[i]);
        else
            line_clflush(&r->lines[i]);
    }
    full_fence();
}

int clwb_measure(struct clwb_times *times, double ghz, struct error *err)
{
    struct ring ring;
    struct rng rng = {.state = 2};
    bool has_clflushopt = cpu_features() & CPU_CLFLUSHOPT;
    double ns[TREATMENTS][ROUNDS];
    if (ring_open(&ring, LINES * sizeof(struct ring_line), err))
        return -1;
    ring_grow(&ring, LINES, &rng);
    struct ring_line *at = ring.lines;
    for (unsigned i = 0; i < ROUNDS; i++) {
        for (unsigned how = 0; how < TREATMENTS; how++) {
            treat(&ring, (enum treatment)how, has_clflushopt);
            ns[how][i] = (double)ring_walk(&at, LINES) / LINES / ghz;
        }
    }
    ring_close(&ring);
    times->cached = stats_median(ns[LEFT_DIRTY], ROUNDS);
    times->clwb = stats_median(ns[BY_CLWB], ROUNDS);
    times->flushed = stats_median(ns[BY_FLUSH], ROUNDS);
    return 0;
}
