/* run_tuning.h - the option --tuning of a run: reads it, checks it, changes the plan, says what was used */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_RUN_TUNING_H
#define BENCH_RUN_TUNING_H

#include "bench/run_options.h"

/* A member of the copy of a tuning that a run with --repeats leaves to its processes: where it was read. Who
 * has it was told already what there is to say of the tuning. */
#define TUNING_READ_FROM "read_from"

/* Each does nothing and succeeds where o->tuning is NULL. */

/* Reads it into o->tuned, checks the machine (unless o->force) and changes o->plan. What is strange about the
 * tuning is said in a line on stderr. -1 with err (EXIT_CANNOT). */
int run_tuning_take(struct run_options *o, const struct result_machine *here, struct error *err);
/* What the command line tells of memory and domain, before there is memory: refused at once. */
int run_tuning_expect(const struct run_options *o, struct error *err);
/* The memory and the domain as they are, unless o->force. */
int run_tuning_memory(const struct run_options *o, const struct result_region *region, struct error *err);

/* One line for the result's `tuning`: "hybrid@1536 from RUN'S ID (forced: another CPU model), read from DIR";
 * empty where there is none. */
void run_tuning_describe(const struct run_options *o, const struct result_machine *here,
                         const struct result_region *region, char out[LINE_TEXT]);

#endif
