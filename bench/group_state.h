/* group_state.h - a group's state as the journal keeps it, so that an interrupted run can go on */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_GROUP_STATE_H
#define BENCH_GROUP_STATE_H

#include <jansson.h>

#include "bench/group.h"

/* Rounds first .. g->rounds-1 of every slot, and all else that the next visit needs. A new object, or NULL
 * for want of memory. */
json_t *group_state(const struct group *g, unsigned first);

/* Appends what a visit of the journal holds: its rounds must follow those that are there. -1 with EXIT_CANNOT
 * where the visit is not of this group (other cells, slots or rounds) or is damaged; `file` is what the error
 * names. */
int group_restore(struct group *g, const json_t *visit, const char *file, struct error *err);

#endif
