/* truth.h - what the commands that show timed figures share: options, pinning, interleaved rounds, ratios */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_TRUTH_TRUTH_H
#define TESTS_TRUTH_TRUTH_H

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rng.h"
#include "results/stats.h"
#include "strategies/layout.h"

/* Figures are read, not tested: a program exits 0 unless it could not do its work, whatever the figures. */
struct truth_options {
    unsigned rounds;
    bool smoke; /* a second or so: enough to see that nothing crashes, too little for intervals */
    double tsc_ghz;
};

enum { TRUTH_ROUNDS_SMOKE = 2, TRUTH_LAYOUTS = LAYOUTS_EACH, TRUTH_PAUSE_US = 20, TRUTH_TEXT = 40 };

/* Ends the program with exit code 1 and one line. */
static inline void truth_cannot(const char *what)
{
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
    exit(1);
}

static inline void truth_usage(FILE *to, const char *purpose)
{
    fprintf(
        to,
        "usage: %s [--rounds N] [--smoke]\n%s\n  --rounds N  interleaved rounds (6 at least for intervals)\n"
        "  --smoke     a second or so, only to see that it runs\n",
        program_invocation_short_name, purpose);
}

/* Stays on the last CPU that it may use: the first ones serve interrupts. */
static inline void truth_pin(void)
{
    cpu_set_t may, one;
    if (sched_getaffinity(0, sizeof(may), &may))
        return;
    CPU_ZERO(&one);
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && !CPU_COUNT(&one); cpu--)
        if (CPU_ISSET(cpu, &may))
            CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof(one), &one);
}

/* Reads the options (exit 2 on a wrong one), pins the program, measures the clock. */
static inline struct truth_options truth_start(int argc, char **argv, unsigned rounds, const char *purpose)
{
    struct truth_options o = {.rounds = rounds};
    for (int i = 1; i < argc; i++) {
        char *end = NULL;
        if (!strcmp(argv[i], "--help")) {
            truth_usage(stdout, purpose);
            exit(0);
        }
        if (!strcmp(argv[i], "--smoke"))
            o.smoke = true;
        else if (!strcmp(argv[i], "--rounds") && i + 1 < argc)
            o.rounds = (unsigned)strtoul(argv[++i], &end, 10);
        if ((!o.smoke && !end) || (end && *end) || !o.rounds || o.rounds > 100000) {
            truth_usage(stderr, purpose);
            exit(2);
        }
    }
    if (o.smoke)
        o.rounds = TRUTH_ROUNDS_SMOKE;
    truth_pin();
    o.tsc_ghz = clock_measure_ghz();
    setvbuf(stdout, NULL, _IOLBF, 0);
    return o;
}

/* Memory, faulted in, in huge pages where the system gives them; never NULL, lives until the program ends. */
static inline unsigned char *truth_map(size_t bytes)
{
    size_t huge = 2 << 20;
    unsigned char *p =
        mmap(NULL, bytes + huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        truth_cannot("no memory: free some, or run on a larger machine");
    p += huge - (uintptr_t)p % huge;
    madvise(p, bytes, MADV_HUGEPAGE);
    memset(p, 1, bytes);
    return p;
}

static inline void *truth_alloc(size_t count, size_t bytes)
{
    void *p = calloc(count ? count : 1, bytes);
    if (!p)
        truth_cannot("no memory");
    return p;
}

/* One sample: ns an operation of `variant` in code layout `layout` (0 .. layouts-1). */
typedef double (*truth_measure)(void *user, uint32_t variant, unsigned layout);

/* Samples ns[variant * rounds + round], each the mean over the layouts: what a code offset gives or takes is
 * averaged within the round, so that a ratio is one between strategies. */
struct truth_table {
    uint32_t variants;
    unsigned layouts, rounds;
    double *ns;
};

/* The middle of three, after one unmeasured: a sample that was preempted does not count. */
static inline double truth_sample(truth_measure measure, void *user, uint32_t variant, unsigned layout)
{
    double x[3];
    measure(user, variant, layout);
    for (unsigned i = 0; i < 3; i++)
        x[i] = measure(user, variant, layout);
    return stats_median(x, 3);
}

/* Measures every variant in every layout once a round, in a seeded permutation; every second round takes the
 * one before backwards, so that each has its mean position in the middle. Before each sample: MFENCE and a
 * pause. */
static inline struct truth_table truth_run(const struct truth_options *o, uint32_t variants, unsigned layouts,
                                           truth_measure measure, void *user)
{
    struct truth_table t = {variants, layouts, o->rounds,
                            truth_alloc((size_t)variants * o->rounds, sizeof(double))};
    uint32_t items = variants * layouts, *order = truth_alloc(items, sizeof(*order));
    struct rng r = {.state = 20160730};
    for (uint32_t i = 0; i < items; i++)
        order[i] = i;
    for (unsigned round = 0; round < o->rounds; round++) {
        if (round % 2 == 0)
            rng_shuffle(&r, order, items);
        for (uint32_t i = 0; i < items; i++) {
            uint32_t item = order[round % 2 ? items - 1 - i : i], variant = item / layouts;
            _mm_mfence();
            clock_spin((uint64_t)(TRUTH_PAUSE_US * 1000 * o->tsc_ghz));
            t.ns[(size_t)variant * t.rounds + round] +=
                truth_sample(measure, user, variant, item % layouts) / layouts;
        }
    }
    free(order);
    return t;
}

static inline void truth_drop(struct truth_table *t)
{
    free(t->ns);
    t->ns = NULL;
}

static inline const double *truth_samples(const struct truth_table *t, uint32_t variant)
{
    return t->ns + (size_t)variant * t->rounds;
}

static inline double truth_median(const struct truth_table *t, uint32_t variant)
{
    return stats_median(truth_samples(t, variant), t->rounds);
}

/* Cost of b over that of a, which is the speed of a over that of b; paired by round, 95 %. */
static inline struct interval truth_ratio(const struct truth_table *t, uint32_t a, uint32_t b)
{
    return stats_paired_ratio(truth_samples(t, a), truth_samples(t, b), t->rounds, 0.95).ratio;
}

/* What b costs more than a in ns; paired by round, 95 %. */
static inline struct interval truth_difference(const struct truth_table *t, uint32_t a, uint32_t b)
{
    double *d = truth_alloc(t->rounds, sizeof(double));
    for (unsigned i = 0; i < t->rounds; i++)
        d[i] = truth_samples(t, b)[i] - truth_samples(t, a)[i];
    struct interval result = stats_median_interval(d, t->rounds, 0.95);
    free(d);
    return result;
}

/* "1.03 (1.01..1.05)", without the interval where there is none. out holds TRUTH_TEXT bytes. Returns out. */
static inline char *truth_text(struct interval i, char *out)
{
    if (isnan(i.low))
        snprintf(out, TRUTH_TEXT, "%.2f", i.value);
    else
        snprintf(out, TRUTH_TEXT, "%.2f (%.2f..%.2f)", i.value, i.low, i.high);
    return out;
}

static inline const char *truth_met(bool met)
{
    return met ? "met" : "NOT met";
}

#endif
