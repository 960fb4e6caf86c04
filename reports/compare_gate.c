/* compare_gate.c - --fail-on slower: a regression, or what stood in the way of finding one */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "reports/compare_parts.h"
#include "reports/format.h"

struct gate {
    double most; /* the ratio up to which slower is allowed */
    size_t all, slower, undecided, why[WHYS];
    unsigned repeats; /* that would decide; 0: not a matter of repeats */
    const struct compare_item *worst, *first;
    const struct compare_pair *empty; /* nothing matched here; NULL: there is none */
    const char *withheld;
    const struct compare_unmatched *missing; /* the first that A measured and B did not; NULL: none */
    size_t missing_count;
};

/* Slower for sure, but not more than allowed as far as the ratio tells; the interval allows more. */
static bool perhaps_more(const struct compare_item *item, double most)
{
    return item->verdict == VERDICT_SLOWER && item->ratio.value <= most && !(item->ratio.high <= most);
}

static bool undecided(const struct compare_item *item, double most)
{
    switch (item->why) {
    case WHY_JUDGED:
        return perhaps_more(item, most);
    case WHY_FLOOR:
    case WHY_WIDE:
        return !(item->ratio.high <= most);
    default:
        return true;
    }
}

static void look_at(struct gate *g, const struct compare_pair *pair, const struct compare_item *item)
{
    g->all++;
    if (item->verdict == VERDICT_SLOWER && item->ratio.value > g->most) {
        g->slower++;
        if (!g->worst || item->ratio.value > g->worst->ratio.value)
            g->worst = item;
    }
    if (!undecided(item, g->most))
        return;
    bool wide = item->why == WHY_WIDE || item->why == WHY_JUDGED;
    unsigned repeats = wide                       ? compare_more_repeats(item)
                       : item->why == WHY_REPEATS ? pair->repeats_needed
                                                  : 0;
    g->undecided++;
    g->why[item->why]++;
    if (repeats > g->repeats)
        g->repeats = repeats;
    if (!g->first)
        g->first = item;
    if (item->why == WHY_WITHHELD)
        g->withheld = pair->withheld;
}

/* What the base measured and this file did not may have become slower, or broken. */
static void look_at_missing(struct gate *g, const struct compare_pair *pair,
                            const struct compare_unmatched *u)
{
    if (!u->shown || u->file != pair->a || u->cell->status != CELL_MEASURED)
        return;
    g->missing_count++;
    if (!g->missing)
        g->missing = u;
}

static struct gate look(const struct compare *c, double percent)
{
    struct gate g = {.most = 1 + percent / 100};
    for (size_t p = 0; p < c->pair_count; p++) {
        const struct compare_pair *pair = &c->pairs[p];
        size_t before = g.all;
        for (size_t i = 0; i < pair->count; i++)
            if (pair->items[i].shown)
                look_at(&g, pair, &pair->items[i]);
        for (size_t i = 0; i < pair->unmatched_count; i++)
            look_at_missing(&g, pair, &pair->unmatched[i]);
        if (g.all == before && !g.empty)
            g.empty = pair;
    }
    return g;
}

static void add_advice(struct line *line, const struct gate *g)
{
    const char *between = "";
    if (g->repeats) {
        line_add(line, "run with --repeats %u", g->repeats);
        between = ", ";
    }
    if (g->why[WHY_JUDGED]) {
        line_add(line, "%s%zu slower by less, yet perhaps by more", between, g->why[WHY_JUDGED]);
        between = ", ";
    }
    if (g->why[WHY_WIDE] && !g->repeats) {
        line_add(line, "%s%zu with too wide an interval (use a quieter machine)", between, g->why[WHY_WIDE]);
        between = ", ";
    }
    if (g->why[WHY_MANY]) {
        line_add(line, "%s%zu with more than %d repeats in all (use at most %d a file)", between,
                 g->why[WHY_MANY], 2 * COMPARE_REPEATS_MOST, COMPARE_REPEATS_MOST);
        between = ", ";
    }
    if (g->why[WHY_WITHHELD]) {
        line_add(line, "%s%zu withheld (%s; --force judges them)", between, g->why[WHY_WITHHELD],
                 g->withheld);
        between = ", ";
    }
    if (g->why[WHY_DISTRUSTED]) {
        line_add(line, "%scontrols not held in %zu (measure again on a quiet machine)", between,
                 g->why[WHY_DISTRUSTED]);
        between = ", ";
    }
    if (g->why[WHY_BISTABLE]) {
        line_add(line, "%s%zu bistable", between, g->why[WHY_BISTABLE]);
        between = ", ";
    }
    if (g->why[WHY_FLOOR])
        line_add(line, "%s%zu within the noise floor (use a quieter machine)", between, g->why[WHY_FLOOR]);
}

int compare_gate(const struct compare *c, double percent, struct error *err)
{
    struct gate g = look(c, percent);
    if (g.slower)
        return error_set(err, EXIT_REGRESSION,
                         "--fail-on: %zu of %zu cells slower by more than %g %%: worst %s times: %s",
                         g.slower, g.all, percent, shown_ratio(g.worst->ratio.value).text, g.worst->b->key);
    if (g.empty)
        return error_set(
            err, EXIT_CANNOT,
            "--fail-on: could not judge: no cell is measured in both %.100s and %.100s: run the same plan",
            g.empty->a->name, g.empty->b->name);
    if (g.missing && !g.undecided)
        return error_set(err, EXIT_CANNOT, "--fail-on: could not judge %zu cells of the base: %s; first: %s",
                         g.missing_count, g.missing->reason, g.missing->cell->key);
    if (!g.undecided)
        return 0;
    struct line advice = {0};
    add_advice(&advice, &g);
    return error_set(err, EXIT_CANNOT, "--fail-on: could not judge %zu of %zu cells: %s; first: %s",
                     g.undecided, g.all, advice.text, g.first->b->key);
}
