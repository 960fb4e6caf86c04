/* hooks.c - the steps of a cell's path that a proof leaves out or slows */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/hooks.h"

#include "bench/sabotage.h"

void hooks_set(struct cell *cell, const struct run_cell *member, const struct group_env *env)
{
    struct period *p = &cell->period;
    double ns = sabotage_copy(env->sabotage, member->out.path, member->spec.stream.size);
    p->hook_skip = env->hook_skip;
    p->hook_delay = ns > 0 ? STEP_COPY : env->hook_delay;
    p->hook_ticks = ns > 0 ? (uint64_t)(ns * env->tsc_ghz) : env->hook_ticks;
}
