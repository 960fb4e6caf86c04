/* compare_judge.c - what may be said of each cell of a pair of files, and what must be withheld */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/compare_counts.h"
#include "reports/format.h"

static const double CONFIDENCE = 0.95;

static const char *provenance(struct compare_file *file)
{
    const char *text = model_text(&file->model, model_object(file->model.document, "region"), "provenance");
    return *text ? text : "unknown";
}

static bool has_warning(const struct model *m, const char *code)
{
    for (size_t i = 0; i < m->warning_count; i++)
        if (!strcmp(m->warnings[i].code, code))
            return true;
    return false;
}

/* Time behind a hypervisor is not the medium's, and beside it nothing is judged; that of a stand-in not that
 * of the real one, and a build of few code layouts takes one layout's luck for the path's cost. */
static const char *why_withheld(struct compare *c, const struct compare_pair *pair)
{
    const char *a = provenance(pair->a), *b = provenance(pair->b);
    bool few_a = has_warning(&pair->a->model, "FEW_LAYOUTS");
    bool few_b = has_warning(&pair->b->model, "FEW_LAYOUTS");
    const char *emulated = compare_emulated_letters(c, " and ");
    if (emulated)
        return arena_format(&c->arena, "%s %s emulated: %s times are the hypervisor's", emulated,
                            emulated[1] ? "are" : "is", emulated[1] ? "their" : "its");
    if (strcmp(a, b))
        return arena_format(&c->arena, "the medium is %s in %c and %s in %c", a, pair->a->letter, b,
                            pair->b->letter);
    if (few_a || few_b)
        return arena_format(&c->arena, "%c was built with few code layouts",
                            few_a ? pair->a->letter : pair->b->letter);
    return NULL;
}

/* Of a run whose controls as a whole did not hold, though each group's did, nothing is taken either. */
static bool distrusted(const struct model *m, const struct model_cell *cell)
{
    return cell->distrusted || !m->control_count || (!m->controls_held && m->held_count == m->control_count);
}

static const char *method(struct arena *a, const struct compare_item *item)
{
    const char *what = item->levels ? "levels" : "medians";
    size_t more = item->repeats_a > item->repeats_b ? item->repeats_a : item->repeats_b;
    if (more > 9999) /* the text has 39 characters */
        return arena_format(a, "Mann-Whitney, %s", what);
    return arena_format(a, "Mann-Whitney, %s of %zu and %zu%s", what, item->repeats_a, item->repeats_b,
                        more > 99 ? "" : " runs");
}

/* Ratio of the costs with what a model adds to each: NAN where nothing is modelled, or not known. Of the
 * medians, as the comparisons inside a file. */
static double with_modelled(const struct compare_item *item, const char *member)
{
    double a = model_number(item->a->json, member), b = model_number(item->b->json, member);
    double cost_a = item->a->summary.median + a, cost_b = item->b->summary.median + b;
    return (a == 0 && b == 0) || !(cost_a > 0) || !(cost_b > 0) ? NAN : cost_b / cost_a;
}

static void measure(struct compare *c, struct compare_item *item)
{
    struct compare_repeats a = compare_repeats(&c->arena, item->a, item->b),
                           b = compare_repeats(&c->arena, item->b, item->a);
    struct unpaired_ratio r = stats_unpaired_ratio(a.ns, a.n, b.ns, b.n, CONFIDENCE);
    double floor_a = item->a->floor_ratio, floor_b = item->b->floor_ratio;
    item->ratio = r.ratio;
    item->p = r.p;
    item->ratio_modelled = with_modelled(item, "modelled_ns");
    item->ratio_modelled_serial = with_modelled(item, "modelled_serial_ns");
    item->floor_ratio = isfinite(floor_a) && isfinite(floor_b) ? fmax(floor_a, floor_b) : NAN;
    item->method = method(&c->arena, item);
}

static const char *sides(struct arena *arena, const struct compare_pair *pair, bool a, bool b)
{
    if (a && b)
        return arena_format(arena, "%c and %c", pair->a->letter, pair->b->letter);
    return arena_format(arena, "%c", a ? pair->a->letter : pair->b->letter);
}

unsigned compare_more_repeats(const struct compare_item *item)
{
    size_t fewer = item->repeats_a < item->repeats_b ? item->repeats_a : item->repeats_b;
    if (fewer >= COMPARE_REPEATS_MOST)
        return 0;
    return 2 * fewer < COMPARE_REPEATS_MOST ? (unsigned)(2 * fewer) : COMPARE_REPEATS_MOST;
}

/* Why a ratio that has repeats enough is not resolved. */
static void explain_unresolved(struct compare *c, struct compare_item *item)
{
    double floor = item->floor_ratio, ratio = item->ratio.value;
    unsigned more = compare_more_repeats(item);
    if (!isfinite(floor)) {
        item->why = WHY_FLOOR;
        item->reason = "the noise floor is not known";
    } else if (floor > 1.02 && ratio >= 1 / floor && ratio <= floor) {
        item->why = WHY_FLOOR;
        item->reason = arena_format(&c->arena, "within the noise floor of %.1f %%: use a quieter machine",
                                    (floor - 1) * 100);
    } else {
        item->why = WHY_WIDE;
        item->reason = more ? arena_format(&c->arena, "the interval is too wide: run with --repeats %u", more)
                            : "the interval is too wide: use a quieter machine";
    }
}

static void judge(struct compare *c, struct compare_pair *pair, struct compare_item *item)
{
    struct arena *arena = &c->arena;
    size_t fewer = item->repeats_a < item->repeats_b ? item->repeats_a : item->repeats_b;
    bool no_a = distrusted(&pair->a->model, item->a), no_b = distrusted(&pair->b->model, item->b);
    if (pair->withheld && !c->options.force) {
        item->why = WHY_WITHHELD;
        item->reason = arena_format(arena, "withheld: %s", pair->withheld);
    } else if (no_a || no_b) {
        item->why = WHY_DISTRUSTED;
        item->reason =
            arena_format(arena, "distrusted: controls not held in %s", sides(arena, pair, no_a, no_b));
    } else if (item->a->bistable || item->b->bistable) {
        item->why = WHY_BISTABLE;
        item->verdict = VERDICT_BISTABLE;
        item->reason = arena_format(arena, "runs at two speeds in %s",
                                    sides(arena, pair, item->a->bistable, item->b->bistable));
    } else if (item->repeats_a + item->repeats_b > 2 * COMPARE_REPEATS_MOST) {
        item->why = WHY_MANY;
        item->reason =
            arena_format(arena, "more than %d repeats in all cannot be judged exactly: use at most %d a file",
                         2 * COMPARE_REPEATS_MOST, COMPARE_REPEATS_MOST);
    } else if (fewer < pair->repeats_needed) {
        item->why = WHY_REPEATS;
        item->reason = arena_format(arena, "run with --repeats %u", pair->repeats_needed);
    } else {
        item->verdict = stats_verdict(item->ratio, item->p_holm, item->floor_ratio, false);
        if (item->verdict == VERDICT_UNRESOLVED)
            explain_unresolved(c, item);
    }
}

void compare_judge(struct compare *c, struct compare_pair *pair)
{
    double *p = arena_alloc(&c->arena, (pair->count + 1) * sizeof *p);
    if (!p)
        return;
    pair->family = 0;
    for (size_t i = 0; i < pair->count; i++) {
        measure(c, &pair->items[i]);
        if (pair->items[i].shown)
            p[pair->family++] = pair->items[i].p;
    }
    stats_holm(p, pair->family, p);
    pair->withheld = why_withheld(c, pair);
    pair->repeats_needed = stats_repeats_needed(pair->family);
    for (size_t i = 0, shown = 0; i < pair->count; i++) {
        struct compare_item *item = &pair->items[i];
        item->verdict = VERDICT_UNRESOLVED;
        item->p_holm = NAN;
        item->reason = "";
        if (!item->shown)
            continue;
        item->p_holm = p[shown++];
        judge(c, pair, item);
    }
}

struct compare_tally compare_tally(const struct compare_pair *pair)
{
    struct compare_tally t = {0};
    for (size_t i = 0; i < pair->count; i++) {
        const struct compare_item *item = &pair->items[i];
        if (!item->shown)
            continue;
        t.all++;
        t.of[item->verdict]++;
        t.why[item->why]++;
        t.other_work += item->other_work != NULL;
        if (item->verdict == VERDICT_SLOWER && (!t.worst || item->ratio.value > t.worst->ratio.value))
            t.worst = item;
    }
    return t;
}
