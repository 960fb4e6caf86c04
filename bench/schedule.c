/* schedule.c - a first pass over all groups, then the time left to the widest intervals */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/schedule.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/rng.h"
#include "base/signals.h"
#include "bench/progress.h"

static int journal_group(struct journal *journal, const struct group *g, struct error *err)
{
    if (!journal || !g->rounds)
        return 0;
    for (size_t m = 0; m < g->member_count; m++)
        if (journal_cell(journal, &g->members[m]->out, err))
            return -1;
    return journal_controls(journal, &g->controls, err) || journal_sync(journal, err) ? -1 : 0;
}

static int visit(struct group *g, const struct group_env *env, unsigned rounds, uint64_t deadline,
                 struct journal *journal, struct error *err)
{
    return group_visit(g, env, rounds, deadline, err) || group_analyse(g, env, err) || journal_group(journal, g, err)
               ? -1
               : 0;
}

/* The group farthest from the precision; NULL when all have it or can get no more rounds. */
static struct group *widest(struct group *groups, size_t count, double precision)
{
    struct group *found = NULL;
    for (size_t i = 0; i < count; i++) {
        struct group *g = &groups[i];
        if (g->half_width <= precision || g->rounds + ROUNDS_BLOCK > ROUNDS_MAX || !g->rounds)
            continue;
        if (!found || g->half_width > found->half_width)
            found = g;
    }
    return found;
}

static int first_pass(struct group *groups, size_t count, const struct group_env *env, struct journal *journal,
                      struct error *err)
{
    uint32_t *order = malloc((count + 1) * sizeof(*order));
    struct rng r = {.state = env->seed};
    int result = order ? 0 : error_set(err, EXIT_CANNOT, "schedule: no memory");
    for (size_t i = 0; order && i < count; i++)
        order[i] = (uint32_t)i;
    if (order)
        rng_shuffle(&r, order, count);
    for (size_t i = 0; !result && i < count && !signals_received(); i++) {
        env->progress->group = i;
        result = visit(&groups[order[i]], env, ROUNDS_MIN, UINT64_MAX, journal, err);
    }
    free(order);
    return result;
}

int schedule_run(struct group *groups, size_t count, const struct group_env *env, uint64_t deadline,
                 struct journal *journal, struct error *err)
{
    env->progress->phase = "first pass";
    if (first_pass(groups, count, env, journal, err))
        return -1;
    env->progress->phase = "refining";
    while (!signals_received() && clock_now_ns() < deadline) {
        struct group *g = widest(groups, count, env->precision);
        if (!g)
            break;
        env->progress->group = (size_t)(g - groups);
        if (visit(g, env, g->rounds / 2, deadline, journal, err))
            return -1;
    }
    return 0;
}
