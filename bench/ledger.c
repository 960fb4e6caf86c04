/* ledger.c - ns_added, ns_saved and what they add up to */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/ledger.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kernels/sys.h"
#include "results/stats.h"

static const double CONFIDENCE = 0.95;

/* The rounds of one member's variants. */
struct rungs {
    const struct group *g;
    const double *whole;
    const double *prefix[STEPS]; /* NULL: the path lacks the step */
    const double *without[STEPS];
    const double *premarked;
    const double *unflushed; /* NULL: no flush request, or none of this machine's */
    double *scratch;         /* one value a round */
    double *blocks;
};

static struct rungs collect(const struct group *g, size_t member)
{
    struct rungs r = {.g = g};
    for (size_t i = 0; i < g->slot_count; i++) {
        const struct slot *s = &g->slots[i];
        if (s->member != member)
            continue;
        if (s->role == ROLE_PATH)
            r.whole = s->ns;
        else if (s->role == ROLE_RUNG)
            r.prefix[s->variant.step] = s->ns;
        else if (s->role == ROLE_WITHOUT)
            r.without[s->variant.step] = s->ns;
        else if (s->role == ROLE_PREMARKED)
            r.premarked = s->ns;
        else if (s->role == ROLE_UNFLUSHED && !s->failed)
            r.unflushed = s->ns;
    }
    return r;
}

/* A sample without what hit all whole paths of its round alike: a neighbour on the core gives every rung two
 * speeds, and the difference of two medians over such mixtures is mostly chance. */
static double at(const struct rungs *r, const double *ns, unsigned round)
{
    return ns[round] / r->g->factors[round];
}

/* Mean over the layouts of the medians within each. */
static double level(const struct rungs *r, const double *ns)
{
    double sum = 0;
    unsigned layouts = 0;
    double *part = malloc((r->g->rounds + 1) * sizeof(*part));
    for (unsigned layout = 0; part && layout < LAYOUTS_EACH; layout++) {
        size_t n = 0;
        for (unsigned i = 0; i < r->g->rounds; i++)
            if (r->g->layouts[i] == layout)
                part[n++] = at(r, ns, i);
        if (n) {
            sum += stats_median(part, n);
            layouts++;
        }
    }
    free(part);
    return layouts ? sum / layouts : NAN;
}

/* Interval of the scratch rounds, around a value that was told from the levels: order statistics of the means
 * of four consecutive rounds, one in each layout, so that the spread between layouts is in the value and not
 * in the interval twice. */
static struct interval around(const struct rungs *r, double value)
{
    size_t blocks = stats_block_means(r->scratch, r->g->rounds, LAYOUTS_EACH, r->blocks);
    struct interval i = stats_series_interval(r->blocks, blocks, CONFIDENCE);
    if (isnan(i.low) || isnan(i.high)) /* too few rounds: no interval, which is not one of no width */
        return (struct interval){value, NAN, NAN};
    return (struct interval){value, fmin(i.low, value), fmax(i.high, value)};
}

static struct interval difference(const struct rungs *r, const double *more, const double *less)
{
    for (unsigned i = 0; i < r->g->rounds; i++)
        r->scratch[i] = at(r, more, i) - (less ? at(r, less, i) : 0);
    return around(r, level(r, more) - (less ? level(r, less) : 0));
}

static const double *last_rung(const struct rungs *r)
{
    for (int s = STEPS - 1; s >= 0; s--)
        if (r->prefix[s])
            return r->prefix[s];
    return NULL;
}

static bool apart(struct interval a, struct interval b)
{
    return a.high < b.low || b.high < a.low;
}

/* Whether the step executes a store-fencing or LOCKed instruction behind the stores of the copy. Stores
 * through a mapping mark in the fault, ahead of the store that faulted, and the page tables' tracker takes a
 * lock and a system call to write-protect. */
static bool is_fencing(const struct run_cell *m, enum step step)
{
    bool mapped = m->spec.kernel == KERNEL_MMAP_FSYNC;
    switch (step) {
    case STEP_COPY:
        return copy_get(m->spec.copy, 0)->fence == FENCE_INSIDE;
    case STEP_MARK:
        return !mapped;
    case STEP_WRITE_PROTECT:
        return mapped;
    case STEP_FENCE:
    case STEP_CLEAN_INODE: /* which comes before a tracker's first LOCKed operation of the tag */
    case STEP_FSYNC_FENCE:
        return true;
    default:
        return false;
    }
}

/* The first rung with a store-fencing instruction gets the drain of all stores before it. A LOCKed operation
 * is one; before any store of the copy it drains nothing, so what counts is the first one at or after the
 * copy. What a call of the system executes is not known. */
static bool fences_first(const struct rungs *r, const struct run_cell *m, enum step step)
{
    for (unsigned s = STEP_COPY; s <= (unsigned)step && !kernel_is_sys(m->spec.kernel); s++)
        if (r->prefix[s] && is_fencing(m, (enum step)s))
            return s == (unsigned)step;
    return false;
}

static struct ledger_row make_row(const struct rungs *r, const struct run_cell *m, enum step step,
                                  const double *before, const char *provenance)
{
    struct ledger_row row = {.saved = {NAN, NAN, NAN}};
    const struct step_info *info = step_info(step);
    text_copy(row.stage, sizeof(row.stage), info->row);
    text_copy(row.side, sizeof(row.side), info->side);
    text_copy(row.how, sizeof(row.how), "ladder");
    bool stand_in = step == STEP_SURROUND || step == STEP_LOOKUP;
    bool known = strcmp(provenance, "unknown") != 0;
    text_copy(row.provenance, sizeof(row.provenance), stand_in || !known ? "stand-in" : provenance);
    row.added = difference(r, r->prefix[step], before);
    const double *reference = step == STEP_TAG && r->premarked ? r->premarked : last_rung(r);
    if (r->without[step]) {
        row.saved = difference(r, reference, r->without[step]);
        row.overlaps = apart(row.added, row.saved);
    }
    row.first_fence = fences_first(r, m, step);
    return row;
}

static bool to_persistence(enum step step, bool tracked)
{
    switch (step) {
    case STEP_COPY:
    case STEP_FINISH:
    case STEP_FENCE:
        return true;
    case STEP_ENTRY_LOCK:
    case STEP_FAULT:
    case STEP_WRITE_PROTECT:
    case STEP_MARK:
    case STEP_TAG:
    case STEP_SCAN:
    case STEP_HOLD:
    case STEP_WRITEBACK:
    case STEP_FSYNC_FENCE:
    case STEP_DRAIN:
        return tracked;
    default:
        return false;
    }
}

/* Sum over the steps that `chosen` picks of rung less rung before, round by round. */
static struct interval sum_to_persistence(const struct rungs *r, bool tracked)
{
    double value = 0;
    const double *before = NULL;
    memset(r->scratch, 0, r->g->rounds * sizeof(*r->scratch));
    for (unsigned s = 0; s < STEPS; s++) {
        if (!r->prefix[s])
            continue;
        if (to_persistence((enum step)s, tracked) && before) {
            value += level(r, r->prefix[s]) - level(r, before);
            for (unsigned i = 0; i < r->g->rounds; i++)
                r->scratch[i] += at(r, r->prefix[s], i) - at(r, before, i);
        }
        before = r->prefix[s];
    }
    return around(r, value);
}

/* The total less all that leaving one step out saves. */
static struct interval overlap(const struct rungs *r)
{
    double value = level(r, last_rung(r));
    for (unsigned i = 0; i < r->g->rounds; i++)
        r->scratch[i] = at(r, last_rung(r), i);
    for (unsigned s = 0; s < STEPS; s++) {
        if (!r->without[s])
            continue;
        const double *reference = s == STEP_TAG && r->premarked ? r->premarked : last_rung(r);
        value -= level(r, reference) - level(r, r->without[s]);
        for (unsigned i = 0; i < r->g->rounds; i++)
            r->scratch[i] -= at(r, reference, i) - at(r, r->without[s], i);
    }
    return around(r, value);
}

/* What write() alone costs is the rung of its last step; the rest is fsync's share, where there is one: a
 * write that is durable by itself has no fsync after it. */
static void split(const struct rungs *r, struct result_cell *out, double writes)
{
    const double *write = NULL;
    for (unsigned s = 0; s <= STEP_MARK; s++)
        write = r->prefix[s] ? r->prefix[s] : write;
    out->write = stats_summary(write, r->g->rounds);
    if (write == last_rung(r))
        return;
    for (unsigned i = 0; i < r->g->rounds; i++)
        r->scratch[i] = at(r, last_rung(r), i) - at(r, write, i);
    out->fsync = stats_summary(r->scratch, r->g->rounds);
    for (unsigned i = 0; i < r->g->rounds; i++)
        r->scratch[i] *= writes;
    out->fsync_call_ns = stats_summary(r->scratch, r->g->rounds);
}

/* What the next writes pay for a flush request: the host's fsync write-protects its pages, so that the first
 * write to each faults there. Without the drain on the clock, once drained after each period and once not. It
 * is part of the rungs from the copy on and of no sum. */
static struct ledger_row refault_row(const struct rungs *r, const char *provenance)
{
    struct ledger_row row = {.added = {NAN, NAN, NAN}};
    text_copy(row.stage, sizeof(row.stage), LEDGER_REFAULT);
    text_copy(row.side, sizeof(row.side), "write");
    text_copy(row.how, sizeof(row.how), "ladder");
    text_copy(row.provenance, sizeof(row.provenance),
              strcmp(provenance, "unknown") ? provenance : "stand-in");
    row.saved = difference(r, r->without[STEP_DRAIN], r->unflushed);
    return row;
}

int ledger_fill(const struct group *g, size_t member, const struct group_env *env, struct error *err)
{
    struct run_cell *m = g->members[member];
    struct result_cell *out = &m->out;
    struct rungs r = collect(g, member);
    const double *before = NULL;
    bool tracked = m->spec.track != TRACK_none || m->spec.kernel == KERNEL_MMAP_FSYNC;
    r.scratch = malloc(2 * (g->rounds + 1) * sizeof(*r.scratch));
    if (!r.scratch)
        return error_set(err, EXIT_CANNOT, "ledger: no memory");
    r.blocks = r.scratch + g->rounds + 1;
    out->ledger_rows = 0;
    for (unsigned s = 0; s < STEPS; s++) {
        if (!r.prefix[s])
            continue;
        out->ledger[out->ledger_rows++] = make_row(&r, m, (enum step)s, before, env->region_provenance);
        before = r.prefix[s];
    }
    if (r.unflushed && r.without[STEP_DRAIN] && out->ledger_rows < LEDGER_ROWS)
        out->ledger[out->ledger_rows++] = refault_row(&r, env->region_provenance);
    out->unattributed_ns = difference(&r, r.whole, last_rung(&r));
    out->overlap_ns = overlap(&r);
    if (!kernel_is_sys(m->spec.kernel)) /* which does not say which part of a call is what */
        out->persistence_ns = sum_to_persistence(&r, tracked);
    if (m->spec.fsync)
        split(&r, out, (double)m->spec.stream.writes);
    free(r.scratch);
    return 0;
}
