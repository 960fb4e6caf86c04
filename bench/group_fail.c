/* group_fail.c - takes a cell or a variant out of its group */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/group_fail.h"

#include "base/signals.h"
#include "base/text.h"
#include "bench/real_drain.h"

void group_fail_member(struct group *g, size_t member, const struct error *why)
{
    struct result_cell *out = &g->members[member]->out;
    if (signals_bus(NULL))
        return;
    out->status = CELL_FAILED;
    text_copy(out->reason, sizeof(out->reason), why->text);
    for (size_t s = 0; s < g->slot_count; s++)
        g->slots[s].failed |= g->slots[s].member == member;
}

void group_check_drains(struct group *g, const struct group_env *env, unsigned long long before)
{
    struct error why = {0};
    if (!env->real_drain || !real_drain_check(env->real_drain, before, &why))
        return;
    for (size_t m = 0; m < g->member_count; m++)
        if (g->members[m]->out.status != CELL_FAILED)
            group_fail_member(g, m, &why);
}

void group_leave_idle(struct group *g, const struct group_env *env)
{
    bool refaults = env->real_drain && real_drain_refaults(env->real_drain);
    for (size_t s = 0; s < g->slot_count; s++)
        g->slots[s].failed |= g->slots[s].role == ROLE_UNFLUSHED && !refaults;
}
