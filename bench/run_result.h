/* run_result.h - the facts of a run around its cells */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_RUN_RESULT_H
#define BENCH_RUN_RESULT_H

#include "bench/drift.h"
#include "bench/group.h"
#include "bench/machine.h"
#include "bench/region.h"
#include "bench/region_written.h"
#include "bench/run_options.h"
#include "results/result.h"

/* Run, machine, region and domain, as known before anything is measured; looks at the machine's counters
 * (probe->before). To be called right before the measuring. */
void run_result_begin(struct result *r, char **argv, const struct run_options *options, const char *plan,
                      struct machine_probe *probe, const struct region *region);

/* The end: finished, what the machine did besides (noise.h), and all warnings. The region is still mapped and
 * the caller on the CPU that it measured on. */
void run_result_finish(struct result *r, const struct run_options *options, const struct machine_probe *probe,
                       const struct region *region, const struct written *written, const struct group *groups,
                       size_t count, const struct drift *drift, uint64_t stolen, uint64_t all);

#endif
