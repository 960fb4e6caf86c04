/* tune_environment.h - the environment of a fresh process: this one's, with other variables of libpmem */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNE_ENVIRONMENT_H
#define BENCH_TUNE_ENVIRONMENT_H

#include "bench/tune_process.h"

enum { TUNE_SLOW_TEXT = 32 };

/* This process' environment without what libpmem and libpmem2 read (names that begin with PMEM_ or PMEM2_),
 * with `variables` instead. NULL with err for want of memory. Free with tune_environment_free. */
char **tune_environment(const struct tune_variable *variables, size_t count, struct error *err);
void tune_environment_free(char **environment);

/* In a build for proofs, where PMB_PLANT_VARIABLE is NAME=VALUE:PERCENT, a gain is planted: processes without
 * that variable are slowed by so much; with a percentage below 0 a loss: those with it are. The value of
 * their --slow into `out` (of TUNE_SLOW_TEXT); else "". */
void tune_planted(const struct tune_variable *variables, size_t count, char *out);

#endif
