/* rounds.c - a group's visit: its cells, how long a sample is, the counts, and the rounds */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/rng.h"
#include "base/signals.h"
#include "bench/drift.h"
#include "bench/group_fail.h"
#include "bench/hooks.h"
#include "bench/latency.h"
#include "bench/natural.h"
#include "bench/progress.h"
#include "bench/real_drain.h"
#include "bench/region_written.h"
#include "bench/sabotage.h"
#include "bench/turns.h"

enum { PILOT_PERIODS = 8, PILOT_VISITS = 3, RESOLUTION_FACTOR = 1000 };

/* The cells of one visit and the round at hand. */
struct stage {
    struct group *g;
    const struct group_env *env;
    struct cell **cells;
    uint32_t *order;
    unsigned long long drains_failed; /* before this visit */
};

/* The system's own write() makes a file that was cut longer, and nothing faults: its last page tells. */
static void look_at_end(const struct workspace *w)
{
    (void)*(const volatile unsigned char *)(w->base + w->bytes - 1);
}

/* Runs a slot once; returns ns a period, or NAN when its data were wrong. */
static double run_slot(struct stage *st, struct slot *slot, unsigned layout, uint64_t first, uint64_t periods)
{
    struct visit visit = {0};
    struct error why = {0};
    int wrong = cell_visit(st->cells[slot->member], &slot->variant, layout, first, periods, st->g->natural,
                           &visit, &why);
    written_add(st->env->written, visit.written);
    if (st->g->members[slot->member]->spec.kernel == KERNEL_SYS_WRITE_FSYNC)
        look_at_end(st->env->workspace);
    if (wrong) {
        group_fail_member(st->g, slot->member, &why);
        return NAN;
    }
    st->g->dropped++;
    st->g->moved += visit.moved;
    st->g->skew_ns = fmax(st->g->skew_ns, (double)visit.skew / st->env->tsc_ghz);
    slot->faults += visit.faults;
    double ns = (double)visit.ticks / st->env->tsc_ghz / (double)periods - st->env->clock_ns;
    return sabotage_clock(st->env->sabotage, ns);
}

static unsigned slot_layout(const struct slot *slot, unsigned turn)
{
    bool rung = slot->role == ROLE_RUNG || slot->role == ROLE_WITHOUT || slot->role == ROLE_UNFLUSHED ||
                slot->role == ROLE_PREMARKED;
    return (rung ? LAYOUT_RUNG : LAYOUT_PATH) + turn;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How many periods of `ns` make a sample of 1000 clock resolutions, at most `most`. */
static uint64_t sample_periods(struct stage *st, double ns, uint64_t most)
{
    double wanted = ceil(RESOLUTION_FACTOR * st->env->clock_resolution_ns / (ns > 1 ? ns : 1));
    most = most > VISIT_PERIODS ? VISIT_PERIODS : most ? most : 1;
    st->g->short_samples |= wanted > (double)most;
    return wanted > (double)most ? most : wanted < 1 ? 1 : (uint64_t)wanted;
}

/* Links of the chain that spin for about ns, and what so many do cost. */
static uint64_t spin_links(const struct group_env *env, double ns)
{
    double links = (ns - env->chain.fixed_ns) / env->chain.link_ns;
    return links < 1 ? 1 : (uint64_t)lround(links);
}

static double spun_ns(const struct group_env *env, uint64_t links)
{
    return links ? env->chain.fixed_ns + (double)links * env->chain.link_ns : 0;
}

static void set_links(struct slot *slot, uint64_t links)
{
    slot->variant.kind = VARIANT_SPIN;
    slot->variant.spin_links = links;
}

/* Proofs: a path of which all is slower. */
static void slow_path(const struct stage *st, struct slot *slot, double median)
{
    double share = sabotage_slow(st->env->sabotage, st->g->members[slot->member]->out.path);
    if (share > 0)
        set_links(slot, spin_links(st->env, share * median));
}

static void plan_stamped(struct group *g, size_t member, double ns, uint64_t most)
{
    for (size_t s = 0; s < g->slot_count; s++)
        if (g->slots[s].stamped && g->slots[s].member == member)
            stamped_plan(g->slots[s].stamped, g->member_periods[member], g->natural ? most : VISIT_PERIODS,
                         ns);
}

enum { ALIKE = 4 };

/* A round compares like with like where its samples are of the same windows. So a path that is not much
 * slower than the fastest takes as many periods, and one that is takes a round number, for which a pilot's
 * noise does not matter.
 */
static uint64_t common_periods(uint64_t own, uint64_t group)
{
    uint64_t round = 1;
    while (round < own)
        round *= 2;
    return own * ALIKE >= group ? group : round < group ? round : group;
}

/* First medians of all paths: they decide how many periods make a sample, and which path is the longest. */
static void pilot(struct stage *st)
{
    struct group *g = st->g;
    const struct stream *stream = &g->members[0]->spec.stream;
    uint64_t most = g->natural ? stream->windows / 4 : stream->windows;
    uint64_t periods = most < PILOT_PERIODS ? (most ? most : 1) : PILOT_PERIODS;
    double shortest = INFINITY, longest = 0;
    for (size_t s = 0; s < g->slot_count && !signals_stop(); s++) {
        double ns[PILOT_VISITS];
        if (g->slots[s].role != ROLE_PATH || g->slots[s].failed)
            continue;
        for (unsigned i = 0; i < PILOT_VISITS && !g->slots[s].failed && !signals_bus(NULL); i++)
            ns[i] = run_slot(st, &g->slots[s], LAYOUT_PATH + i, g->cursor += 2 * periods, periods);
        g->slots[s].faults = 0; /* no round's */
        if (g->slots[s].failed || signals_bus(NULL))
            continue;
        qsort(ns, PILOT_VISITS, sizeof(ns[0]), compare_doubles);
        double median = ns[PILOT_VISITS / 2];
        g->member_periods[g->slots[s].member] = sample_periods(st, median, most);
        plan_stamped(g, g->slots[s].member, median, most);
        slow_path(st, &g->slots[s], median);
        shortest = median < shortest ? median : shortest;
        if (median > longest) {
            longest = median;
            g->longest = g->slots[s].member;
        }
    }
    g->periods = sample_periods(st, shortest, most);
    g->first_ns = longest;
    for (size_t m = 0; m < g->member_count; m++)
        g->member_periods[m] = common_periods(g->member_periods[m], g->periods);
}

/* By how much a proof slows the path of this member; 0 links: not at all. */
static uint64_t slow_links(const struct group *g, size_t member)
{
    for (size_t s = 0; s < g->slot_count; s++)
        if (g->slots[s].role == ROLE_PATH && g->slots[s].member == member)
            return g->slots[s].variant.spin_links;
    return 0;
}

/* The controls are of paths as they are: one that a proof slows is slow there too. */
static void set_controls(struct group *g, const struct group_env *env)
{
    struct slot *twin = &g->slots[g->slot_count - 2], *spin = &g->slots[g->slot_count - 1];
    uint64_t slow = slow_links(g, twin->member);
    if (slow)
        set_links(twin, slow);
    spin->member = g->longest;
    slow = slow_links(g, spin->member);
    uint64_t links = spin_links(env, spun_ns(env, slow) + 0.05 * g->first_ns);
    set_links(spin, sabotage_no_spin(env->sabotage) ? slow : links);
    g->planted_ns = spun_ns(env, links) - spun_ns(env, slow);
}

static int make_cells(struct stage *st, struct error *err)
{
    struct group *g = st->g;
    st->cells = calloc(g->member_count, sizeof(*st->cells));
    st->order = malloc(g->slot_count * sizeof(*st->order));
    if (!st->cells || !st->order)
        return error_set(err, EXIT_CANNOT, "group: no memory");
    struct cell *lender = NULL;
    for (size_t m = 0; m < g->member_count; m++) {
        struct error why = {0};
        struct cell_spec spec = g->members[m]->spec;
        spec.ladder = g->members[m]->ledger;
        st->cells[m] = cell_create_beside(&spec, st->env->workspace, lender, &why);
        if (!st->cells[m]) {
            group_fail_member(g, m, &why);
            continue;
        }
        lender = lender ? lender : st->cells[m];
        hooks_set(st->cells[m], st->g->members[m], st->env);
        if (g->members[m]->latency && latency_create(st->cells[m], &st->env->stamp_clock, &why))
            group_fail_member(g, m, &why);
    }
    return 0;
}

static void drop_cells(struct stage *st)
{
    for (size_t m = st->g->member_count; st->cells && m-- > 0;) /* the lender last */
        cell_destroy(st->cells[m]);
    free(st->cells);
    free(st->order);
}

/* One period of each member by the counting instance. */
static void count_members(struct stage *st)
{
    for (size_t m = 0; m < st->g->member_count; m++) {
        struct cell_counts c;
        struct error why = {0};
        struct run_cell *member = st->g->members[m];
        if (!st->cells[m])
            continue;
        uint64_t before = st->cells[m]->written;
        int wrong = cell_count(st->cells[m], &c, &why);
        written_add(st->env->written, st->cells[m]->written - before);
        if (wrong) {
            group_fail_member(st->g, m, &why);
            continue;
        }
        double writes = (double)c.writes;
        member->out.counts =
            (struct result_counts){.bytes_copied = (double)c.path.bytes_copied / writes,
                                   .lines_flushed = (double)c.lines_flushed / writes,
                                   .nt_bytes = (double)c.nt_bytes / writes,
                                   .fences = (double)c.fences / writes,
                                   .locked_ops = (double)c.locked_ops / writes,
                                   .entries_marked = (double)c.path.entries_marked / writes,
                                   .entries_scanned = (double)c.path.entries_scanned / writes,
                                   .drains = (double)c.path.drains / writes,
                                   .lines_dirtied = (double)c.lines_dirtied / writes,
                                   .write_protects = NAN};
        if (member->spec.kernel == KERNEL_MMAP_FSYNC) {
            member->out.counts.faults = (double)c.path.faults / writes;
            member->out.counts.write_protects = (double)c.path.write_protects / writes;
        }
        if (!c.ours) { /* the system does not tell */
            struct result_counts *counts = &member->out.counts;
            counts->nt_bytes = counts->lines_flushed = counts->fences = counts->locked_ops = NAN;
            counts->entries_marked = counts->entries_scanned = counts->drains = NAN;
        }
        if (copy_get(member->spec.copy, 0)->opaque && member->spec.kernel == KERNEL_WRITE_FSYNC)
            member->out.counts.nt_bytes = member->out.counts.lines_flushed =
                NAN; /* the library does not tell */
    }
}

/* A block of rounds uses one seeded permutation, four times forwards and four times backwards, so that over
 * the block each variant's mean position is the middle, in each code layout. */
static void block_order(struct stage *st, unsigned block)
{
    uint64_t hash = st->env->seed ^ (block * 0x9e3779b97f4a7c15u);
    for (const char *c = st->g->key; *c; c++)
        hash = hash * 31 + (unsigned char)*c;
    struct rng r = {.state = hash};
    for (size_t s = 0; s < st->g->slot_count; s++)
        st->order[s] = (uint32_t)s;
    rng_shuffle(&r, st->order, st->g->slot_count);
}

/* What each thread took for its own writes: one that waits for the others shows more than the period's share.
 */
static void keep_thread_ns(struct stage *st, struct slot *slot, unsigned round, uint64_t periods,
                           double writes)
{
    const struct cell *cell = st->cells[slot->member];
    if (!slot->thread_ns || slot->failed)
        return;
    for (unsigned i = 0; i < cell->threads; i++)
        slot->thread_ns[round * cell->threads + i] =
            ((double)cell_thread_ticks(cell, i) / st->env->tsc_ghz / (double)periods - st->env->clock_ns) /
            (writes / cell->threads);
}

/* The slot's sample of this round. */
static void one_sample(struct stage *st, struct slot *slot, unsigned round)
{
    struct group *g = st->g;
    double writes = (double)g->members[0]->spec.stream.writes;
    g->layouts[round] = (uint8_t)(round % LAYOUTS_EACH);
    turns_take(g, slot);
    if (slot->failed)
        return;
    uint64_t periods = g->member_periods[slot->member];
    if (slot->stamped && slot->stamped->periods)
        periods = slot->stamped->periods;
    uint64_t first = g->natural ? (g->cursor += 2 * periods) : round * g->periods;
    slot->ns[round] = run_slot(st, slot, slot_layout(slot, g->layouts[round]), first, periods) / writes;
    keep_thread_ns(st, slot, round, periods, writes);
    if (slot->stamped && !slot->failed)
        stamped_take(slot->stamped, st->cells[slot->member], slot->ns[round]);
    progress_update(st->env->progress);
}

/* The slot's sample counts: its round is whole. */
static void keep_sample(struct group *g, struct slot *slot, unsigned round)
{
    turns_keep(g, slot, round);
    if (slot->stamped)
        stamped_keep(slot->stamped, g->members[slot->member]->spec.threads);
}

static void one_round(struct stage *st, unsigned round)
{
    struct group *g = st->g;
    bool backwards = round / LAYOUTS_EACH % 2;
    drift_probe(st->env->drift, st->env->tsc_ghz);
    for (size_t i = 0; i < g->slot_count && !signals_stop(); i++)
        one_sample(st, &g->slots[st->order[backwards ? g->slot_count - 1 - i : i]], round);
}

/* Proofs: what must never be done, all rounds of one variant and then all of the next. */
static void rounds_aabb(struct stage *st, unsigned target)
{
    struct group *g = st->g;
    for (size_t s = 0; s < g->slot_count; s++)
        for (unsigned round = g->rounds; round < target && !signals_stop(); round++) {
            one_sample(st, &g->slots[s], round);
            keep_sample(g, &g->slots[s], round);
        }
    if (!signals_stop())
        g->rounds = target;
}

static bool all_failed(const struct group *g)
{
    for (size_t s = 0; s < g->slot_count; s++)
        if (!g->slots[s].failed)
            return false;
    return true;
}

/* Whole blocks until the wanted rounds are there or something says stop; an unfinished round does not count.
 */
static int run_rounds(struct stage *st, unsigned rounds, uint64_t deadline, struct error *err)
{
    struct group *g = st->g;
    unsigned target = g->rounds + (rounds + ROUNDS_BLOCK - 1) / ROUNDS_BLOCK * ROUNDS_BLOCK;
    target = target > ROUNDS_MAX ? ROUNDS_MAX : target;
    if (group_reserve(g, target, err))
        return -1;
    if (g->rounds % ROUNDS_BLOCK) /* an earlier visit ended within a block */
        block_order(st, g->rounds / ROUNDS_BLOCK);
    if (sabotage_aabb(st->env->sabotage))
        rounds_aabb(st, target);
    while (g->rounds < target && !all_failed(g)) {
        if (g->rounds % ROUNDS_BLOCK == 0) {
            if (g->rounds >= ROUNDS_LEAST && clock_now_ns() > deadline)
                break;
            block_order(st, g->rounds / ROUNDS_BLOCK);
        }
        one_round(st, g->rounds);
        group_check_drains(g, st->env, st->drains_failed);
        if (signals_stop() || all_failed(g))
            break;
        for (size_t s = 0; s < g->slot_count; s++)
            keep_sample(g, &g->slots[s], g->rounds);
        g->rounds++;
    }
    return 0;
}

int group_visit(struct group *g, const struct group_env *env, unsigned rounds, uint64_t deadline,
                struct error *err)
{
    struct stage st = {.g = g, .env = env};
    if (env->real_drain)
        st.drains_failed = env->real_drain->failures.count;
    g->natural = natural_is(g, env->workspace);
    natural_touch(g, env);
    turns_begin(g);
    group_leave_idle(g, env);
    int result = make_cells(&st, err);
    if (!result && !g->periods) {
        count_members(&st);
        pilot(&st);
        set_controls(g, env);
        group_check_drains(g, env, st.drains_failed);
    }
    if (!result)
        result = run_rounds(&st, rounds, deadline, err);
    drop_cells(&st);
    return result;
}
