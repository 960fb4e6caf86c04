/* rounds.c - a group's visit: its cells, how long a sample is, the counts, and the rounds */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/rng.h"
#include "base/signals.h"
#include "base/text.h"
#include "bench/drift.h"
#include "bench/group.h"
#include "bench/progress.h"
#include "bench/region_written.h"

enum { PILOT_PERIODS = 8, PILOT_VISITS = 3, RESOLUTION_FACTOR = 1000 };

static int reserve(struct group *g, unsigned rounds, struct error *err)
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
    }
    uint8_t *layouts = realloc(g->layouts, rounds);
    if (!layouts)
        return error_set(err, EXIT_CANNOT, "group: no memory for %u rounds", rounds);
    g->layouts = layouts;
    g->capacity = rounds;
    return 0;
}

/* The cells of one visit and the round at hand. */
struct stage {
    struct group *g;
    const struct group_env *env;
    struct cell **cells;
    uint32_t *order;
};

static void fail_member(struct group *g, size_t member, const struct error *why)
{
    struct result_cell *out = &g->members[member]->out;
    if (signals_bus(NULL)) /* the memory went away: its wrong data are no fault of the cell's */
        return;
    out->status = CELL_FAILED;
    text_copy(out->reason, sizeof(out->reason), why->text);
    for (size_t s = 0; s < g->slot_count; s++)
        g->slots[s].failed |= g->slots[s].member == member;
}

/* Runs a slot once; returns ns a period, or NAN when its data were wrong. */
static double run_slot(struct stage *st, struct slot *slot, unsigned layout, uint64_t first, uint64_t periods)
{
    struct visit visit = {0};
    struct error why = {0};
    int wrong = cell_visit(st->cells[slot->member], &slot->variant, layout, first, periods, st->g->natural,
                           &visit, &why);
    written_add(st->env->written, visit.written);
    if (wrong) {
        fail_member(st->g, slot->member, &why);
        return NAN;
    }
    st->g->dropped++;
    st->g->moved += visit.moved;
    st->g->skew_ns = fmax(st->g->skew_ns, (double)visit.skew / st->env->tsc_ghz);
    slot->faults += visit.faults;
    return (double)visit.ticks / st->env->tsc_ghz / (double)periods - st->env->clock_ns;
}

static unsigned slot_layout(const struct slot *slot, unsigned turn)
{
    bool rung = slot->role == ROLE_RUNG || slot->role == ROLE_WITHOUT || slot->role == ROLE_PREMARKED;
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
        if (g->slots[s].failed || signals_bus(NULL))
            continue;
        qsort(ns, PILOT_VISITS, sizeof(ns[0]), compare_doubles);
        double median = ns[PILOT_VISITS / 2];
        g->member_periods[g->slots[s].member] = sample_periods(st, median, most);
        shortest = median < shortest ? median : shortest;
        if (median > longest) {
            longest = median;
            g->longest = g->slots[s].member;
        }
    }
    g->periods = sample_periods(st, shortest, most);
    g->first_ns = longest;
}

static void set_spin(struct group *g, const struct group_env *env)
{
    struct slot *spin = &g->slots[g->slot_count - 1];
    spin->member = g->longest;
    spin->variant.kind = group_is_track(g) ? VARIANT_TRACK : VARIANT_SPIN;
    double links = (0.05 * g->first_ns - env->chain.fixed_ns) / env->chain.link_ns;
    spin->variant.spin_links = links < 1 ? 1 : (uint64_t)lround(links);
    g->planted_ns = env->chain.fixed_ns + (double)spin->variant.spin_links * env->chain.link_ns;
}

static int make_cells(struct stage *st, struct error *err)
{
    struct group *g = st->g;
    st->cells = calloc(g->member_count, sizeof(*st->cells));
    st->order = malloc(g->slot_count * sizeof(*st->order));
    if (!st->cells || !st->order)
        return error_set(err, EXIT_CANNOT, "group: no memory");
    for (size_t m = 0; m < g->member_count; m++) {
        struct error why = {0};
        struct cell_spec spec = g->members[m]->spec;
        spec.ladder = g->members[m]->ledger;
        st->cells[m] = cell_create(&spec, st->env->workspace, &why);
        if (!st->cells[m]) {
            fail_member(g, m, &why);
            continue;
        }
        st->cells[m]->period.hook_skip = st->env->hook_skip;
        st->cells[m]->period.hook_delay = st->env->hook_delay;
        st->cells[m]->period.hook_ticks = st->env->hook_ticks;
    }
    return 0;
}

static void drop_cells(struct stage *st)
{
    for (size_t m = 0; st->cells && m < st->g->member_count; m++)
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
            fail_member(st->g, m, &why);
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
                                   .lines_dirtied = (double)c.lines_dirtied / writes};
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

static void one_round(struct stage *st, unsigned round)
{
    struct group *g = st->g;
    unsigned turn = round % LAYOUTS_EACH;
    bool backwards = round / LAYOUTS_EACH % 2;
    uint64_t first = round * g->periods;
    double writes = (double)g->members[0]->spec.stream.writes;
    drift_probe(st->env->drift, st->env->tsc_ghz);
    for (size_t i = 0; i < g->slot_count && !signals_stop(); i++) {
        struct slot *slot = &g->slots[st->order[backwards ? g->slot_count - 1 - i : i]];
        if (slot->failed)
            continue;
        uint64_t periods = g->member_periods[slot->member];
        if (g->natural)
            first = g->cursor += 2 * periods;
        slot->ns[round] = run_slot(st, slot, slot_layout(slot, turn), first, periods) / writes;
        keep_thread_ns(st, slot, round, periods, writes);
        progress_update(st->env->progress);
    }
    g->layouts[round] = (uint8_t)turn;
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
    if (reserve(g, target, err))
        return -1;
    while (g->rounds < target && !all_failed(g)) {
        if (g->rounds % ROUNDS_BLOCK == 0) {
            if (g->rounds >= ROUNDS_LEAST && clock_now_ns() > deadline)
                break;
            block_order(st, g->rounds / ROUNDS_BLOCK);
        }
        one_round(st, g->rounds);
        if (signals_stop())
            break;
        g->rounds++;
    }
    return 0;
}

int group_visit(struct group *g, const struct group_env *env, unsigned rounds, uint64_t deadline,
                struct error *err)
{
    struct stage st = {.g = g, .env = env};
    const struct cell_spec *spec = &g->members[0]->spec;
    g->natural = spec->kernel == KERNEL_WRITE_FSYNC && spec->dest == DEST_OWN &&
                 stream_reach(&spec->stream) >= 2 * env->workspace->llc_bytes && spec->stream.windows >= 8;
    int result = make_cells(&st, err);
    if (!result && !g->periods) {
        count_members(&st);
        pilot(&st);
        set_spin(g, env);
    }
    if (!result)
        result = run_rounds(&st, rounds, deadline, err);
    drop_cells(&st);
    return result;
}
