/* group_fail.h - what takes a cell or a variant out of a group */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_GROUP_FAIL_H
#define BENCH_GROUP_FAIL_H

#include "bench/group.h"

/* The member becomes CELL_FAILED with that reason and none of its variants runs again; nothing is done where
 * the memory under test went away (SIGBUS), which is no fault of a cell's. */
void group_fail_member(struct group *g, size_t member, const struct error *why);

/* Fails all members when more than `before` drains of this machine's failed so far: it may have been any
 * cell's, and what all of them have written since is not known to be durable. */
void group_check_drains(struct group *g, const struct group_env *env, unsigned long long before);

/* Takes out ROLE_UNFLUSHED where no host write-protects pages at a drain: there is nothing to leave undone.
 */
void group_leave_idle(struct group *g, const struct group_env *env);

#endif
