/* repeats.h - the same cells in several fresh processes, merged */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REPEATS_H
#define BENCH_REPEATS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/machine.h"
#include "bench/run_options.h"

/* Runs o->repeats processes of this program, one after the other, each with memory, mappings and address
 * layout of its own, into OUT/repeat-1 ...; all take the last-level cache as `llc_bytes` large, so that all
 * write the same streams. After each one OUT/result.json holds what there is so far. A signal is passed on.
 * -1 with err. */
int repeats_run(const struct run_options *o, char **argv, uint64_t llc_bytes, struct error *err);

/* Whether o->resume is the folder of a run with repeats: then it went on with it. -1 in `err` as above. */
bool repeats_resume(const struct run_options *o, struct error *err);

#endif
