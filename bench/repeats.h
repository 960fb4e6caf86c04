/* repeats.h - the same cells in several fresh processes, merged */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REPEATS_H
#define BENCH_REPEATS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/machine.h"
#include "bench/repeats_child.h"
#include "bench/run_options.h"

/* Runs o->repeats processes of this program, one after the other, each with memory, mappings and address
 * layout of its own, into OUT/repeat-1 ...; all take the last-level cache as `llc_bytes` large and begin on
 * the CPU that the caller is bound to, so that all write the same streams; for their other threads they have
 * `place`. After each one OUT/result.json holds what there is so far. A signal is passed on; when it comes
 * before a process is complete, the result is what that one measured. An argument that is not UTF-8 is
 * refused (EXIT_USAGE). -1 with err. */
int repeats_run(const struct run_options *o, char **argv, uint64_t llc_bytes, const struct child_place *place,
                struct error *err);

/* Whether o->resume is the folder of a run with repeats: then it went on with it, with o's --max-time,
 * --precision and --quiet where they were given. The folder of a repeat that cannot go on (it failed, or died
 * before its journal had a head) is moved aside, and the repeat measured anew. EXIT_CANNOT in `err`, where
 * another build or machine began the run too. */
bool repeats_resume(const struct run_options *o, const struct child_place *place, struct error *err);

#endif
