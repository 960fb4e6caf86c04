/* schedule.c - a first pass over all groups, then the time left to the widest intervals */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/rng.h"
#include "base/signals.h"
#include "bench/group_state.h"
#include "bench/progress.h"
#include "bench/region_written.h"

/* Before there are rounds there is nothing to keep. */
static int journal_group(struct journal *journal, struct group *g, const struct group_env *env,
                         struct error *err)
{
    if (!journal || !g->rounds)
        return 0;
    const struct result_cell **cells = calloc(g->member_count, sizeof(*cells));
    if (!cells)
        return error_set(err, EXIT_CANNOT, "journal: no memory");
    for (size_t m = 0; m < g->member_count; m++)
        cells[m] = &g->members[m]->out;
    double now = (double)(clock_now_ns() - env->progress->started) / 1e9;
    struct journal_visit v = {.group = g->key,
                              .measured_s = env->measured_s + now,
                              .written = env->written ? env->written->bytes : 0,
                              .cells = cells,
                              .cell_count = g->member_count,
                              .controls = &g->controls,
                              .state = group_state(g, g->journaled)};
    int result = journal_visit(journal, &v, err);
    if (!result)
        g->journaled = g->rounds;
    free(cells);
    return result;
}

static int visit(struct group *g, const struct group_env *env, unsigned rounds, uint64_t deadline,
                 struct journal *journal, struct error *err)
{
    return group_visit(g, env, rounds, deadline, err) || group_analyse(g, env, err) ||
                   journal_group(journal, g, env, err)
               ? -1
               : 0;
}

/* The group with the widest interval among those that have not yet had this sweep's rounds; NULL: none is
 * left. */
static struct group *widest(struct group *groups, size_t count, double precision, const bool *swept)
{
    struct group *found = NULL;
    for (size_t i = 0; i < count; i++) {
        struct group *g = &groups[i];
        if (swept[i] || g->half_width <= precision || g->rounds + ROUNDS_BLOCK > ROUNDS_MAX || !g->rounds)
            continue;
        if (!found || g->half_width > found->half_width)
            found = g;
    }
    return found;
}

/* What an earlier process measured of a group is there already. */
static bool has_first_pass(const struct group *g)
{
    return g->rounds >= ROUNDS_LEAST && g->rounds % ROUNDS_BLOCK == 0;
}

/* Each group's first rounds may take its share of the time that is left. */
static int first_pass(struct group *groups, size_t count, const struct group_env *env, uint64_t deadline,
                      struct journal *journal, struct error *err)
{
    uint32_t *order = malloc((count + 1) * sizeof(*order));
    struct rng r = {.state = env->seed};
    int result = order ? 0 : error_set(err, EXIT_CANNOT, "schedule: no memory");
    for (size_t i = 0; order && i < count; i++)
        order[i] = (uint32_t)i;
    if (order)
        rng_shuffle(&r, order, count);
    for (size_t i = 0; !result && i < count && !signals_stop(); i++) {
        env->progress->group = i;
        if (has_first_pass(&groups[order[i]]))
            continue;
        uint64_t now = clock_now_ns(), share = now < deadline ? (deadline - now) / (count - i) : 0;
        result = visit(&groups[order[i]], env, ROUNDS_MIN, now + share, journal, err);
    }
    free(order);
    return result;
}

/* Sweeps, widest first: each gives half as many rounds again to every group that lacks precision, so that a
 * group which cannot get any better does not eat the time of all others. */
static int refine(struct group *groups, size_t count, const struct group_env *env, uint64_t deadline,
                  struct journal *journal, struct error *err)
{
    bool *swept = calloc(count + 1, sizeof(*swept));
    int result = swept ? 0 : error_set(err, EXIT_CANNOT, "schedule: no memory");
    bool any = false;
    while (!result && !signals_stop() && clock_now_ns() < deadline) {
        struct group *g = widest(groups, count, env->precision, swept);
        if (!g && !any)
            break;
        if (!g) {
            memset(swept, 0, count * sizeof(*swept));
            any = false;
            continue;
        }
        swept[g - groups] = any = true;
        env->progress->group = (size_t)(g - groups);
        result = visit(g, env, g->rounds / 2, deadline, journal, err);
    }
    free(swept);
    return result;
}

int schedule_run(struct group *groups, size_t count, const struct group_env *env, uint64_t deadline,
                 struct journal *journal, struct error *err)
{
    env->progress->phase = "first pass";
    if (first_pass(groups, count, env, deadline, journal, err))
        return -1;
    env->progress->phase = "refining";
    return refine(groups, count, env, deadline, journal, err);
}
