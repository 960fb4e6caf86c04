/* hooks.h - the steps of a cell's path that a proof leaves out or slows */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_HOOKS_H
#define BENCH_HOOKS_H

#include "bench/group.h"

/* Gives the cell, made for this member, the hooks of env, or the delay that is planted in its copy. Only a
 * build with hooks looks at them. */
void hooks_set(struct cell *cell, const struct run_cell *member, const struct group_env *env);

#endif
