/* run_warnings.h - what to mind about a run that has ended */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_RUN_WARNINGS_H
#define BENCH_RUN_WARNINGS_H

#include "bench/group.h"
#include "bench/machine.h"
#include "bench/region.h"
#include "bench/region_written.h"
#include "bench/run_options.h"
#include "results/result.h"

/* Allocates r->warnings (result_free lets go of it) and fills it: those of probe and region, then those that
 * the facts in `r` and the groups give. Warnings that no memory can be had for are left out. */
void run_warnings(struct result *r, const struct run_options *options, const struct machine_probe *probe,
                  const struct region *region, const struct written *written, const struct group *groups,
                  size_t count);

#endif
