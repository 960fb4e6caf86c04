/* schedule.h - which group is measured when */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_SCHEDULE_H
#define BENCH_SCHEDULE_H

#include "bench/group.h"
#include "results/file.h"

/* All groups once in seeded order to ROUNDS_MIN; then, until the deadline (clock_now_ns() time) or the
 * precision is reached everywhere, sweeps over the groups that lack it, widest interval first. After each
 * visit the group is analysed and its cells and controls go to the journal. Ends early, with 0, on a signal.
 * -1 with err for want of memory or disk. */
int schedule_run(struct group *groups, size_t count, const struct group_env *env, uint64_t deadline,
                 struct journal *journal, struct error *err);

#endif
