/* analyse.c - from a group's samples to its cells' summaries, ledgers and controls */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "bench/group.h"
#include "bench/latency.h"
#include "bench/ledger.h"
#include "bench/turns.h"
#include "kernels/sys.h"
#include "results/stats.h"
#include "results/verdict.h"
#include "strategies/prim.h"

static const double CONTROL_CONFIDENCE = 0.999, CONFIDENCE = 0.95;

static const struct slot *find_slot(const struct group *g, size_t member, enum slot_role role)
{
    for (size_t s = 0; s < g->slot_count; s++)
        if (g->slots[s].member == member && g->slots[s].role == role)
            return &g->slots[s];
    return NULL;
}

/* Each thread's median over the rounds. */
static int keep_threads(const struct group *g, struct result_cell *out, const struct slot *path,
                        struct error *err)
{
    if (!path->thread_ns)
        return 0;
    size_t threads = g->members[path->member]->spec.threads;
    double *ns = realloc(out->thread_ns, threads * sizeof(*ns)), *of_one = calloc(g->rounds, sizeof(*of_one));
    out->thread_ns = ns ? ns : out->thread_ns;
    for (size_t t = 0; ns && of_one && t < threads; t++) {
        for (unsigned r = 0; r < g->rounds; r++)
            of_one[r] = path->thread_ns[r * threads + t];
        ns[t] = stats_median(of_one, g->rounds);
    }
    out->thread_count = ns && of_one ? threads : 0;
    free(of_one);
    return out->thread_count ? 0 : error_set(err, EXIT_CANNOT, "samples: no memory");
}

static int keep_samples(const struct group *g, struct result_cell *out, const struct slot *path,
                        struct error *err)
{
    free(out->samples);
    free(out->layouts);
    out->samples = malloc((g->rounds + 1) * sizeof(*out->samples));
    out->layouts = malloc(g->rounds + 1);
    out->sample_count = 0;
    if (!out->samples || !out->layouts)
        return error_set(err, EXIT_CANNOT, "samples: no memory");
    for (unsigned r = 0; r < g->rounds; r++) {
        out->samples[r] = path->ns[r];
        out->layouts[r] = (uint8_t)(LAYOUT_PATH + g->layouts[r]);
    }
    out->sample_count = g->rounds;
    return keep_threads(g, out, path, err);
}

static bool whole_role(const struct slot *s)
{
    return !s->failed && (s->role == ROLE_PATH || s->role == ROLE_TWIN || s->role == ROLE_SPIN);
}

/* By how much each round was slower than usual for all whole paths alike: a neighbour on the same core, a
 * change of clock frequency. The median over the paths of sample by own median. */
static int find_factors(struct group *g, struct error *err)
{
    double *medians = calloc(2 * g->slot_count + 1, sizeof(*medians)), *scratch = medians + g->slot_count;
    double *factors = realloc(g->factors, (g->rounds + 1) * sizeof(*factors));
    g->factors = factors ? factors : g->factors;
    if (!medians || !factors) {
        free(medians);
        return error_set(err, EXIT_CANNOT, "round factors: no memory");
    }
    for (size_t s = 0; s < g->slot_count; s++)
        if (whole_role(&g->slots[s]))
            medians[s] = stats_median(g->slots[s].ns, g->rounds);
    for (unsigned r = 0; r < g->rounds; r++) {
        size_t n = 0;
        for (size_t s = 0; s < g->slot_count; s++)
            if (whole_role(&g->slots[s]) && medians[s] > 0)
                scratch[n++] = g->slots[s].ns[r] / medians[s];
        double factor = stats_median(scratch, n);
        g->factors[r] = factor > 0 ? factor : 1;
    }
    free(medians);
    return 0;
}

/* Whether the cell has two speeds of its own: two clusters that remain when what hits the whole round is
 * taken off. */
static bool own_bistable(const struct group *g, const struct slot *path)
{
    double *own = calloc(g->rounds + 1, sizeof(*own));
    for (unsigned r = 0; own && r < g->rounds; r++)
        own[r] = path->ns[r] / g->factors[r];
    bool result = own && stats_bistable(own, g->rounds);
    free(own);
    return result;
}

/* Pages of 4 KiB that a period writes, as far as its slots tell. */
static double pages_written(const struct stream *s)
{
    enum { PAGE = 4096 };
    if (s->stride >= PAGE)
        return (double)(s->slots * ((s->size + PAGE - 1) / PAGE));
    return (double)((s->slots * s->stride + PAGE - 1) / PAGE);
}

/* Bytes that a write sends towards memory, with its share of fsync. fsync issues a write-back for each line
 * of a granule, but only dirty ones go. What a library executes is not counted: each line that it writes goes
 * once. */
static double bytes_to_memory(const struct cell_spec *spec, const struct result_counts *counts)
{
    if (copy_get(spec->copy, 0)->opaque)
        return LINE * counts->lines_dirtied * (double)spec->stream.overwrite;
    return counts->nt_bytes + LINE * (spec->track == TRACK_none && spec->kernel != KERNEL_MMAP_FSYNC
                                          ? counts->lines_flushed
                                          : fmin(counts->lines_flushed, counts->lines_dirtied));
}

/* What a modelled drain adds to each write: one drain an fsync, of what its thread has sent to memory.
 * Several threads drain side by side, or at worst one after the other. */
static void model_drain(const struct cell_spec *spec, struct result_cell *out, const struct group_env *env)
{
    const struct result_counts *counts = &out->counts;
    double writes = (double)spec->stream.writes, threads = (double)spec->stream.threads;
    out->modelled_ns = out->modelled_serial_ns = 0;
    if (!domain_get(spec->domain, 0)->drain_modelled || spec->kernel == KERNEL_TRACK || !spec->fsync)
        return;
    if (kernel_is_sys(spec->kernel)) { /* which drains as the system thinks fit */
        out->modelled_ns = out->modelled_serial_ns = NAN;
        return;
    }
    double bytes = bytes_to_memory(spec, counts) * writes / threads;
    out->modelled_ns = drain_ns(&env->drain, bytes, pages_written(&spec->stream) / threads) / writes;
    out->modelled_serial_ns = out->modelled_ns * threads;
}

static int summarise(const struct group *g, size_t m, const struct group_env *env, struct error *err)
{
    struct result_cell *out = &g->members[m]->out;
    const struct cell_spec *spec = &g->members[m]->spec;
    const struct slot *path = find_slot(g, m, ROLE_PATH);
    if (out->status == CELL_FAILED)
        return 0;
    if (keep_samples(g, out, path, err))
        return -1;
    out->status = CELL_MEASURED;
    out->rounds = g->rounds;
    out->dropped = g->dropped / (unsigned)g->slot_count;
    out->summary = stats_summary(out->samples, out->sample_count);
    out->bistable = own_bistable(g, path);
    /* of several threads the slow samples are the cell's own: they wait for each other */
    out->level = spec->threads > 1 ? NAN : stats_level(out->samples, out->layouts, out->sample_count);
    out->gb_per_s = spec->kernel == KERNEL_TRACK ? NAN : (double)spec->stream.size / out->summary.median;
    double periods = (double)g->rounds * (double)g->member_periods[m];
    if (spec->kernel != KERNEL_MMAP_FSYNC) /* whose own are counted; others are warned of */
        out->counts.faults = (double)path->faults / (periods * (double)spec->stream.writes);
    model_drain(spec, out, env);
    const struct slot *stamped = find_slot(g, m, ROLE_STAMPED);
    if (stamped && latency_fill(stamped->stamped, &env->stamp_clock, out, err))
        return -1;
    text_copy(out->ended_by, sizeof(out->ended_by), g->half_width <= env->precision ? "precision" : "time");
    return g->members[m]->ledger && spec->kernel != KERNEL_TRACK ? ledger_fill(g, m, env, err) : 0;
}

static struct interval control_ratio(const struct group *g, const struct slot *a, const struct slot *b)
{
    if (!a || !b || a->failed || b->failed || !g->rounds)
        return (struct interval){NAN, NAN, NAN};
    return stats_paired_ratio(a->ns, b->ns, g->rounds, CONTROL_CONFIDENCE).ratio;
}

/* Two separately compiled instances may differ a little in truth; inside the band that is never called a
 * difference that is no failure. */
static const double SAME_BAND = 1.02;
/* The chain's links follow the clock frequency of the moment: the spin is known to a tenth. */
static const double SPIN_TOLERANCE = 0.1;

static bool meets(struct interval i, double low, double high)
{
    return i.low <= high && low <= i.high;
}

static bool same_holds(struct interval i)
{
    return meets(i, 1, 1) || (i.low >= 1 / SAME_BAND && i.high <= SAME_BAND);
}

static bool different_holds(struct interval i, double expected)
{
    double spin = expected - 1;
    return i.low > 1 && meets(i, 1 + (1 - SPIN_TOLERANCE) * spin, 1 + (1 + SPIN_TOLERANCE) * spin);
}

static void judge_controls(struct group *g)
{
    const struct slot *twin = &g->slots[g->slot_count - 2], *spin = &g->slots[g->slot_count - 1];
    struct result_controls *c = &g->controls;
    text_copy(c->group, sizeof(c->group), g->key);
    c->same = control_ratio(g, find_slot(g, twin->member, ROLE_PATH), twin);
    c->different = control_ratio(g, find_slot(g, spin->member, ROLE_PATH), spin);
    /* the spin is 5 % of the first median; what it is of the median over all rounds is what must be found */
    double writes = (double)g->members[0]->spec.stream.writes;
    const struct slot *longest = find_slot(g, spin->member, ROLE_PATH);
    double median = longest->failed ? NAN : stats_median(longest->ns, g->rounds);
    c->expected_different = 1 + g->planted_ns / writes / median;
    c->held = turns_fair(g) && same_holds(c->same) && different_holds(c->different, c->expected_different);
}

static double relative_half(struct interval r)
{
    double half = (r.high - r.low) / 2 / r.value;
    return isnan(half) ? 1 : half;
}

/* The widest of the ratios to the baseline, and of the control that sets the floor. */
static double half_width(const struct group *g)
{
    double widest = relative_half(g->controls.same);
    const struct slot *base = find_slot(g, g->baseline, ROLE_PATH);
    for (size_t m = 0; m < g->member_count; m++) {
        const struct slot *path = find_slot(g, m, ROLE_PATH);
        if (m == g->baseline || path->failed || base->failed)
            continue;
        struct interval r = stats_paired_ratio(base->ns, path->ns, g->rounds, CONFIDENCE).ratio;
        widest = fmax(widest, relative_half(r));
    }
    return widest;
}

int group_analyse(struct group *g, const struct group_env *env, struct error *err)
{
    if (!g->rounds)
        return 0;
    if (find_factors(g, err))
        return -1;
    judge_controls(g);
    g->half_width = half_width(g);
    for (size_t m = 0; m < g->member_count; m++)
        if (summarise(g, m, env, err))
            return -1;
    return 0;
}
