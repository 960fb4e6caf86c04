/* machine_measure.h - what probe measures: the LLC knee, what CLWB leaves behind, the clock */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_MACHINE_MEASURE_H
#define BENCH_MACHINE_MEASURE_H

#include <stdint.h>

#include "bench/machine.h"

enum { CURVE_POINTS = 40 };

/* Time of one dependent read by footprint. */
struct llc_curve {
    unsigned count;
    uint64_t bytes[CURVE_POINTS]; /* rising */
    double ns[CURVE_POINTS];      /* median per hop of a random cyclic chase */
};

/* A dependent random read of the same lines after three treatments, ns a line; NAN where not measured. */
struct clwb_times {
    double cached;  /* written and left dirty */
    double clwb;    /* written, CLWB, store fence */
    double flushed; /* written, CLFLUSHOPT (or CLFLUSH), store fence */
};

struct clock_cost {
    double ghz;
    double empty_ns; /* median of a clock_begin_drained()/clock_end_drained() pair around an indirect call of
                        nothing */
    double resolution_ns; /* 99th percentile of the difference of two RDTSCPs, back to back */
};

struct machine_detail {
    struct llc_curve llc;
    struct clwb_times clwb;
    struct clock_cost clock;
};

/* The footprints of the chase: `l2` (or 256 KiB), then each power of two and 1.5 times it up to four times
 * the reported LLC, at most 256 MiB and a quarter of `available`. An unknown (0) bound does not bind. Pure.
 */
unsigned llc_footprints(uint64_t l2, uint64_t reported, uint64_t available, uint64_t bytes[CURVE_POINTS]);

/* The knee of a curve: where the last-level cache ends for this CPU. Points below `from` (twice L2) are not
 * looked at. The rest is cut at the geometric mean of its extremes; the medians below and above the cut are
 * the plateaus of LLC and memory, and their geometric mean is the threshold. The knee is the footprint with
 * the fewest contradictions: points up to it above the threshold, points behind it below; the smallest on a
 * tie. On a rising curve that is the largest footprint still below the threshold, and one noisy point does
 * not move it. 0, unknown: the plateaus are less than 1.6 apart, there are fewer than 4 points, or the last
 * point still lies below. Pure. */
uint64_t llc_knee(const struct llc_curve *curve, uint64_t from);

/* "retains" or "invalidates": which of cached and flushed the read after CLWB is nearest to on a log scale (a
 * line that fell back to the LLC is still retained); "unknown" in the middle tenth, where cached and flushed
 * differ by less than 1.5, or where one is not known. Pure. */
const char *clwb_decide(const struct clwb_times *times);

/* Measure, on the CPU that the caller runs on. -1 with EXIT_CANNOT where memory cannot be had. Not
 * thread-safe. */
int llc_measure(struct llc_curve *curve, uint64_t l2, uint64_t reported, double ghz, struct error *err);
int clwb_measure(struct clwb_times *times, double ghz, struct error *err); /* needs CLWB and CLFLUSH */
struct clock_cost clock_measure(void);

/* All three, into `p` and `detail`. About 1 s. */
int machine_measure(struct machine_probe *p, struct machine_detail *detail, struct error *err);

#endif
