/* run_parts.h - what the files of the verb `run` share: everything that a run holds */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_RUN_PARTS_H
#define BENCH_RUN_PARTS_H

#include "bench/drift.h"
#include "bench/group.h"
#include "bench/machine.h"
#include "bench/plan.h"
#include "bench/progress.h"
#include "bench/region.h"
#include "bench/region_written.h"
#include "bench/resume.h"
#include "bench/run_options.h"
#include "results/file.h"

enum { CPUS_MOST = 1024 };

/* Everything that a run holds, so that one function lets go of it. */
struct run {
    struct run_options options;
    struct machine_probe probe;
    struct run_cells cells;
    struct group *groups;
    size_t group_count;
    struct region region;
    struct written written;
    struct workspace workspace;
    struct drift drift;
    struct progress progress;
    struct result result;
    struct journal *journal;
    struct resume resume; /* of an interrupted run, when this goes on with it */
    char dir[4096];
    bool dir_made;
    uint64_t stolen, all;
    int cpus[CPUS_MOST]; /* for thread 0, 1, ... */
    unsigned cpu_count;
};

/* Sizes that a machine does not tell are taken as common ones. */
enum { L1D_COMMON = 32 << 10, L2_COMMON = 1 << 20, LLC_COMMON = 32 << 20 };

static inline uint64_t known_or(uint64_t known, uint64_t common)
{
    return known ? known : common;
}

static inline uint64_t llc_of(const struct machine_probe *p)
{
    return known_or(p->machine.llc_bytes_measured, known_or(p->llc_reported, LLC_COMMON));
}

/* The largest destination, write and delay of all cells. */
struct needs {
    uint64_t bytes, size, delay;
    bool cold;
};
struct needs run_needs(const struct run_cells *cells);

/* The memory under test as asked for; run_open_memory opens it, with the buffers beside it. -1 with err. */
struct region_request run_memory(const struct run *r);
int run_open_memory(struct run *r, struct error *err);

/* Compares, writes result and report, says what there is to say. -1 with err. */
int run_conclude(struct run *r, struct error *err);

#endif
