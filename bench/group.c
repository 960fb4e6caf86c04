/* group.c - makes groups of cells, with the variants of each */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/group.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "bench/latency.h"
#include "kernels/paths.h"

static void add_slot(struct group *g, size_t member, enum slot_role role, enum variant_kind kind,
                     enum step step)
{
    g->slots[g->slot_count++] =
        (struct slot){.member = member, .role = role, .variant = {.kind = kind, .step = step}};
}

/* What steps a member's path has, from its parts alone. */
static uint32_t member_steps(const struct run_cell *m)
{
    static const struct surround some = {.name = "some"};
    const struct domain *domain = domain_get(m->spec.domain, 0);
    const struct sys_period sys = {.end = m->spec.sys.end};
    struct period p = {.kernel = m->spec.kernel,
                       .copy = copy_get(m->spec.copy, 0),
                       .track = track_get(m->spec.track, 0),
                       .domain = domain,
                       .writeback =
                           writeback_get(domain->flushes_caches ? m->spec.writeback : WRITEBACK_none, 0),
                       .surround = m->spec.surround == SURROUND_NONE ? NULL : &some,
                       .fence_write = m->spec.fence_write,
                       .remember = !m->spec.bypass,
                       .sys = kernel_is_sys(m->spec.kernel) ? &sys : NULL,
                       .fsync = m->spec.fsync};
    return period_steps(&p);
}

static void add_ladder(struct group *g, size_t member)
{
    uint32_t steps = member_steps(g->members[member]);
    for (unsigned s = 0; s < STEPS; s++)
        if (steps & STEP_BIT(s))
            add_slot(g, member, ROLE_RUNG, VARIANT_PREFIX, (enum step)s);
    for (unsigned s = STEP_LOOP + 1; s < STEPS; s++)
        if (steps & STEP_BIT(s))
            add_slot(g, member, ROLE_WITHOUT, VARIANT_WITHOUT, (enum step)s);
    if (steps & STEP_BIT(STEP_SCAN))
        add_slot(g, member, ROLE_PREMARKED, VARIANT_PREMARKED, STEP_TAG);
    bool request = g->members[member]->spec.domain == DOMAIN_flush_device;
    if (request && steps & STEP_BIT(STEP_DRAIN)) /* idle where the machine has no such drain (rounds.c) */
        add_slot(g, member, ROLE_UNFLUSHED, VARIANT_UNFLUSHED, STEP_DRAIN);
}

static int make_slots(struct group *g, struct error *err)
{

    g->slots = calloc(g->member_count * (2 * STEPS + 3) + 2, sizeof(*g->slots));
    if (!g->slots)
        return error_set(err, EXIT_CANNOT, "group: no memory");
    for (size_t m = 0; m < g->member_count; m++) {
        add_slot(g, m, ROLE_PATH, VARIANT_WHOLE, STEP_LOOP);
        if (g->members[m]->ledger && !group_is_track(g))
            add_ladder(g, m);
        if (!g->members[m]->latency)
            continue;
        add_slot(g, m, ROLE_STAMPED, VARIANT_STAMPED, STEP_LOOP);
        if (!(g->slots[g->slot_count - 1].stamped = stamped_create()))
            return error_set(err, EXIT_CANNOT, "group: no memory for latencies");
    }
    add_slot(g, g->baseline, ROLE_TWIN, VARIANT_TWIN, STEP_LOOP);
    add_slot(g, g->baseline, ROLE_SPIN, VARIANT_WHOLE, STEP_LOOP);
    return 0;
}

static size_t find_baseline(const struct group *g)
{
    const char *name = kernel_baseline(g->members[0]->spec.kernel);
    for (size_t m = 0; m < g->member_count; m++)
        if (!strcmp(g->members[m]->out.path, name))
            return m;
    return 0;
}

static int fill_group(struct group *g, struct run_cell *cells, size_t cell_count, struct error *err)
{
    g->members = calloc(cell_count, sizeof(*g->members));
    g->member_periods = calloc(cell_count, sizeof(*g->member_periods));
    if (!g->members || !g->member_periods)
        return error_set(err, EXIT_CANNOT, "group: no memory");
    for (size_t i = 0; i < cell_count; i++)
        if (cells[i].runnable && !strcmp(cells[i].group, g->key))
            g->members[g->member_count++] = &cells[i];
    g->baseline = find_baseline(g);
    g->half_width = 1;
    return make_slots(g, err);
}

struct group *groups_make(struct run_cell *cells, size_t cell_count, size_t *count, struct error *err)
{
    struct group *groups = calloc(cell_count + 1, sizeof(*groups));
    *count = 0;
    if (!groups) {
        error_set(err, EXIT_CANNOT, "groups: no memory");
        return NULL;
    }
    for (size_t i = 0; i < cell_count; i++) {
        bool known = !cells[i].runnable;
        for (size_t g = 0; g < *count && !known; g++)
            known = !strcmp(groups[g].key, cells[i].group);
        if (known)
            continue;
        struct group *g = &groups[(*count)++];
        text_copy(g->key, sizeof(g->key), cells[i].group);
        if (fill_group(g, cells, cell_count, err)) {
            groups_free(groups, *count);
            return NULL;
        }
    }
    return groups;
}

int group_reserve(struct group *g, unsigned rounds, struct error *err)
{
    if (rounds <= g->capacity)
        return 0;
    unsigned threads = g->members[0]->spec.threads;
    for (size_t s = 0; s < g->slot_count; s++) {
        double *each = threads > 1 && g->slots[s].role == ROLE_PATH
                           ? realloc(g->slots[s].thread_ns, rounds * threads * sizeof(*each))
                           : NULL;
        if (each)
            g->slots[s].thread_ns = each;
        else if (threads > 1 && g->slots[s].role == ROLE_PATH)
            return error_set(err, EXIT_CANNOT, "group: no memory for %u rounds of %u threads", rounds,
                             threads);
        double *ns = realloc(g->slots[s].ns, rounds * sizeof(*ns));
        if (!ns)
            return error_set(err, EXIT_CANNOT, "group: no memory for %u rounds", rounds);
        g->slots[s].ns = ns;
        if (g->slots[s].stamped && stamped_reserve(g->slots[s].stamped, rounds, err))
            return -1;
    }
    uint8_t *layouts = realloc(g->layouts, rounds);
    if (!layouts)
        return error_set(err, EXIT_CANNOT, "group: no memory for %u rounds", rounds);
    g->layouts = layouts;
    g->capacity = rounds;
    return 0;
}

void groups_free(struct group *groups, size_t count)
{
    for (size_t g = 0; g < count; g++) {
        for (size_t s = 0; s < groups[g].slot_count; s++)
            free(groups[g].slots[s].ns), free(groups[g].slots[s].thread_ns),
                stamped_free(groups[g].slots[s].stamped);
        free(groups[g].slots);
        free(groups[g].members);
        free(groups[g].member_periods);
        free(groups[g].layouts);
        free(groups[g].factors);
    }
    free(groups);
}
