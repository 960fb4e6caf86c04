/* run_parts.h - what the files of the verb `run` share: everything that a run holds */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_RUN_PARTS_H
#define BENCH_RUN_PARTS_H

#include "bench/drift.h"
#include "bench/group.h"
#include "bench/machine.h"
#include "bench/plan.h"
#include "bench/progress.h"
#include "bench/real_drain.h"
#include "bench/region.h"
#include "bench/region_kinds.h"
#include "bench/region_stores.h"
#include "bench/region_sys.h"
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
    struct region_kinds kinds;
    struct region region;
    struct region_stores stores;
    struct sys_file sys_file; /* opened where a cell needs it */
    bool has_sys_file;
    struct real_drain real_drain;
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
    uint64_t stores;  /* of cells that store through a mapping; 0: there are none */
    bool huge_stores; /* none of them has pages of less than 2 MiB */
    bool protect;     /* pages are write-protected by us */
    bool sys, scratch;
    bool cold;
};
struct needs run_needs(const struct run_cells *cells);

/* The memory under test as asked for; run_open_memory opens it, with the buffers beside it. -1 with err. */
struct region_request run_memory(const struct run *r);
int run_open_memory(struct run *r, struct error *err);
/* What a cell needs of memory beside the region, which must be closed after it. */
void run_close_memory(struct run *r);
/* Bytes of memory under test in all: anonymous stores have their own. */
uint64_t run_bytes(const struct run *r);

/* Then the drain that this machine has for it in the domain that was settled on, if any. -1 with err. */
int run_open_drain(struct run *r, struct error *err);

/* Whether the drain of the result is that of the interrupted run that goes on: samples with and without one
 * are never mixed. -1 with err (EXIT_CANNOT). */
int run_same_drain(const struct run *r, struct error *err);

/* run_setup.c, after r->options: the machine, the cells of options.plan and their groups; what can be refused
 * is refused before anything is measured (with options.dry_run that is all). -1 with err. */
int run_look(struct run *r, struct error *err);
/* Then the memory, the domain that it shows (cells and groups may be made anew), its drain, and the head of
 * r->result with this argv. -1 with err. */
int run_open(struct run *r, char **argv, struct error *err);
/* What its cells depend on. -1 with err. */
int run_spec_env(const struct run *r, struct spec_env *env, struct error *err);
/* What the visits of its groups need to know; r must outlive it. */
struct group_env run_env(struct run *r);
/* After the last visit: what the result says of the measuring that began at `start` (clock_now_ns). */
void run_measured(struct run *r, uint64_t start);
const char *run_plan_name(const struct run *r);
void run_let_go(struct run *r);

/* Compares, writes result and report, says what there is to say. -1 with err. */
int run_conclude(struct run *r, struct error *err);

#endif
