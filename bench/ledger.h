/* ledger.h - the ladder's rungs as a ledger that adds up */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_LEDGER_H
#define BENCH_LEDGER_H

#include "bench/group.h"

/* Samples are first divided by their round's factor. Fills the member's ledger rows, write and fsync shares,
 * overlap, unattributed and the sum to persistence from the group's rounds. Values: a rung's level is the
 * mean over the code layouts of its medians, so that ns_added adds up to the last rung's level exactly.
 * Intervals: order statistics, over blocks of four rounds with one in each layout, of the differences paired
 * by round, widened where they miss the value. */
int ledger_fill(const struct group *g, size_t member, const struct group_env *env, struct error *err);

#endif
