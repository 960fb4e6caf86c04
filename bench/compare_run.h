/* compare_run.h - the comparisons inside one run: each path against the baseline of its group */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_COMPARE_RUN_H
#define BENCH_COMPARE_RUN_H

#include "bench/group.h"
#include "results/result.h"

/* Fills r->comparisons (paired by round, Holm over all of them), r->controls, r->floor_ratio and
 * r->controls_held. */
int compare_run(const struct group *groups, size_t count, struct result *r, struct error *err);

#endif
