/* dry_run.h - says what would be measured */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_DRY_RUN_H
#define BENCH_DRY_RUN_H

#include "bench/group.h"
#include "bench/plan.h"
#include "bench/run_options.h"

/* Prints cells, rounds, time and memory to stdout. */
void dry_run(const struct run_cells *cells, const struct group *groups, size_t count,
             const struct run_options *options, uint64_t memory_bytes, uint64_t llc_bytes);

#endif
