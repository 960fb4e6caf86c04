/* turns.h - in which order a group's samples really were taken, and whether that order was fair */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TURNS_H
#define BENCH_TURNS_H

#include "bench/group.h"

/* Before a visit: rounds that an earlier process took and this one has read back count as taken in order. */
void turns_begin(struct group *g);

/* The slot's turn has come, in whatever order: also that of a failed slot, which is passed over. */
void turns_take(struct group *g, struct slot *slot);

/* The slot's last turn counts: it was that of this round. */
void turns_keep(struct group *g, struct slot *slot, unsigned round);

/* Whether every variant ran once in each round, among all the others, and at the same mean position: what
 * makes a drift hit all alike. A quiet machine gives the same figures in any order, so that nothing but the
 * order itself can show a wrong one. What an unfinished block of rounds may be off is allowed. */
bool turns_fair(const struct group *g);

#endif
