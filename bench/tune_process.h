/* tune_process.h - one fresh process that measures a plan, with an environment of its own */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNE_PROCESS_H
#define BENCH_TUNE_PROCESS_H

#include <jansson.h>

#include "base/error.h"
#include "bench/repeats_child.h"
#include "results/result.h"

struct progress;

/* What all processes of one tune have in common. */
struct tune_processes {
    const struct child_place *place; /* as this process was placed before it bound itself */
    const char *dir;                 /* the tuning's folder: files of the processes come and go in it */
    const char *path;                /* --path, or NULL; nobody has the memory under test open meanwhile */
    bool destroy, medium_is_real;
    const char *domain; /* that the search settled on */
    int cpu, node;      /* -1: not given */
    uint64_t llc_bytes, seed;
    struct progress *progress; /* whose line is kept alive; NULL: there is none */
    char *const *more;         /* further arguments of each process, NULL-terminated; NULL: none */
};

/* One variable of an environment. */
struct tune_variable {
    char name[NAME_TEXT], value[NAME_TEXT];
};

/* Runs `pmembench run` of this very program on `plan` (in bench/plan.h's form), each group its least rounds,
 * with `count` variables more in its environment; libpmem's own (names that begin with PMEM_ or PMEM2_) are
 * taken out of it before. Its result as a document (new reference); its files are removed. NULL with err
 * (EXIT_CANNOT) that names the process; a signal (signals_received) gives NULL without err. */
json_t *tune_process(const struct tune_processes *all, const json_t *plan,
                     const struct tune_variable *variables, size_t count, uint64_t seed, struct error *err);

/* Of a result: median ns a write of the cell with this path, size and otherwise equal axes of block `block`
 * (index into the plan's blocks; cells of one block differ in path and size only). NAN: not measured. */
double tune_process_ns(const json_t *result, const json_t *plan, size_t block, const char *path,
                       uint64_t size);

#endif
