/* tune_search.c - all strategies of each situation at coarse sizes, and the fewest that are good enough */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/signals.h"
#include "base/text.h"
#include "bench/tune_parts.h"

/* Of the search's time the coarse sizes may take so much; what is left is for the flips. */
static const double COARSE_SHARE = 0.8;
/* Twice the margin: what may still be among strategies that are called no different. */
static const double KNOWN_WELL = 1.06;
enum { PRIMARY_ROUNDS = 64, ROUNDS_ENOUGH = 96, SEGMENTS_MOST = 32 };
/* What was so much dearer than the best at each size of each nearer situation is not looked for farther off.
 */
static const double HOPELESS = 1.3;
enum { FAR = 2 }; /* axes in which a situation differs from its question's primary one */

/* The lowest cost over the best that the strategy had so far; INFINITY: none is known. */
static double best_ratio(const struct tune *t, enum tune_question q, const char *label)
{
    double best = INFINITY;
    for (size_t i = 0; i < t->found.situation_count; i++) {
        const struct tuning_situation *s = &t->found.situations[i];
        for (size_t z = 0; tune_question_of(s) == q && z < s->point_count; z++)
            for (size_t k = 0; k < s->points[z].cell_count && s->points[z].held; k++)
                if (!strcmp(s->points[z].cells[k].strategy, label))
                    best = fmin(best, s->points[z].cells[k].ratio.value);
    }
    return best;
}

static bool is_hopeless(const struct tune *t, size_t situation, enum tune_question q, size_t strategy)
{
    const struct tune_strategy *of = &t->choices[q].list[strategy];
    if (tune_off(t, &t->found.situations[situation]) < FAR || tune_is_of_pair(of->label))
        return false;
    double best = best_ratio(t, q, of->label);
    return isfinite(best) && best > HOPELESS;
}

static int open_look(struct tune *t, size_t situation, uint64_t size, struct tune_look **out,
                     struct error *err)
{
    const struct tuning_situation *s = &t->found.situations[situation];
    enum tune_question q = tune_question_of(s);
    size_t strategies[TUNE_STRATEGIES], n = 0;
    for (size_t i = 0; i < t->choices[q].count; i++)
        if (t->choices[q].list[i].usable && !is_hopeless(t, situation, q, i))
            strategies[n++] = i;
    struct tune_look *look = tune_add(&t->looks, &t->look_count, sizeof(*look), err);
    if (!look)
        return -1;
    *look = (struct tune_look){.situation = situation, .size = size};
    *out = look;
    return tune_point_open(t, s, size, strategies, n, &look->point, err);
}

/* More rounds while the controls do not hold or cannot tell small differences, then into the situation. */
static int visit_look(struct tune *t, struct tune_look *look, unsigned rounds, struct error *err)
{
    struct tuning_situation *s = &t->found.situations[look->situation];
    if (tune_point_visit(t, &look->point, rounds, err))
        return -1;
    unsigned before = 0; /* a visit that adds nothing was ended by the time or a signal */
    while (!tune_point_tells(&look->point) && look->point.group->rounds < ROUNDS_ENOUGH &&
           look->point.group->rounds > before) {
        before = look->point.group->rounds;
        if (tune_point_visit(t, &look->point, ROUNDS_LEAST, err))
            return -1;
    }
    if (look->point.group->rounds < ROUNDS_LEAST) /* a signal came */
        return 0;
    return tune_point_keep(&look->point, s, &t->choices[tune_question_of(s)], err);
}

/* Farther off every other size will do: flips are sought between them all the same. */
static size_t coarse_sizes(const struct tune *t, const struct tuning_situation *s, uint64_t sizes[TUNE_SIZES])
{
    const uint64_t *all;
    size_t count = tune_sizes(tune_question_of(s), &all), n = 0;
    size_t step = tune_question_of(s) == TUNE_DURABLE && tune_off(t, s) >= FAR ? 2 : 1;
    for (size_t z = 0; z < count; z += step)
        sizes[n++] = all[z];
    return n;
}

static int coarse_situation(struct tune *t, size_t situation, uint64_t end, struct error *err)
{
    struct tuning_situation *s = &t->found.situations[situation];
    uint64_t sizes[TUNE_SIZES];
    size_t count = coarse_sizes(t, s, sizes);
    for (size_t z = 0; z < count; z++) {
        struct tune_look *look;
        if (signals_stop() || tune_left(end) < 0)
            t->out_of_time = true;
        else if (open_look(t, situation, sizes[z], &look, err) || visit_look(t, look, ROUNDS_LEAST, err))
            return -1;
        t->run.progress.group++;
    }
    text_copy(s->state, sizeof(s->state),
              s->point_count == count ? "searched"
              : s->point_count        ? "part"
                                      : "no");
    return 0;
}

/* What hand-overs are made from is known better. */
static int refine_primary(struct tune *t, struct error *err)
{
    for (size_t i = 0; i < t->look_count && !signals_stop() && tune_left(t->search_end) > 0; i++) {
        struct tune_look *look = &t->looks[i];
        t->run.progress.group = i;
        unsigned rounds = look->point.group ? look->point.group->rounds : 0;
        if (rounds >= ROUNDS_LEAST && rounds < PRIMARY_ROUNDS &&
            t->found.situations[look->situation].primary && visit_look(t, look, PRIMARY_ROUNDS - rounds, err))
            return -1;
    }
    return 0;
}

int tune_view(const struct tune *t, const struct tuning_situation *s, struct surface_view *view,
              struct error *err)
{
    const struct tune_choices *c = &t->choices[tune_question_of(s)];
    struct interval *ratio = malloc((s->point_count * c->count + 1) * sizeof(*ratio));
    if (!ratio)
        return error_set(err, EXIT_CANNOT, "tune: no memory");
    for (size_t z = 0; z < s->point_count; z++)
        for (size_t i = 0; i < c->count; i++) {
            const struct tuning_point *p = &s->points[z];
            struct interval *r = &ratio[z * c->count + i];
            *r = (struct interval){NAN, NAN, NAN};
            for (size_t k = 0; k < p->cell_count && p->held; k++)
                if (!strcmp(p->cells[k].strategy, c->list[i].label))
                    *r = p->cells[k].ratio;
        }
    *view = (struct surface_view){s->point_count, c->count, ratio};
    return 0;
}

static int keep_equal(const struct tune *t, const struct tuning_situation *s, const struct surface_view *view,
                      const struct segment *segment, struct tuning_segment *out, struct error *err)
{
    const struct tune_choices *c = &t->choices[tune_question_of(s)];
    bool equal[TUNE_STRATEGIES] = {false};
    segments_equal(view, segment, TUNING_MARGIN, equal);
    out->equal = calloc(c->count + 1, sizeof(*out->equal));
    if (!out->equal)
        return error_set(err, EXIT_CANNOT, "tune: no memory");
    for (size_t i = 0; i < c->count; i++)
        if (equal[i])
            text_copy(out->equal[out->equal_count++], NAME_TEXT, c->list[i].label);
    return 0;
}

/* Whether all that can be used was measured at all sizes, with intervals so narrow that "no difference" says
 * something. */
static bool well_known(const struct tune *t, const struct tuning_situation *s,
                       const struct surface_view *view)
{
    const struct tune_choices *c = &t->choices[tune_question_of(s)];
    bool known = !strcmp(s->state, "searched");
    for (size_t z = 0; z < view->sizes; z++)
        for (size_t i = 0; i < view->strategies; i++)
            known &= !c->list[i].usable || view->ratio[z * view->strategies + i].high <= KNOWN_WELL;
    return known;
}

/* First and last size of the segment that was measured well. */
static void fit(const struct tuning_situation *s, struct segment *segment)
{
    while (segment->from < segment->to && !s->points[segment->from].held)
        segment->from++;
    while (segment->to > segment->from && !s->points[segment->to].held)
        segment->to--;
}

/* The fewest strategies of a situation. */
static int cut(const struct tune *t, struct tuning_situation *s, struct error *err)
{
    struct surface_view view;
    struct segment segments[SEGMENTS_MOST];
    for (size_t z = 0; z < s->point_count; z++)
        if (!s->points[z].held)
            text_copy(s->state, sizeof(s->state), "part");
    if (tune_view(t, s, &view, err))
        return -1;
    size_t n = segments_cut(&view, TUNING_MARGIN, segments, SEGMENTS_MOST);
    int result = 0;
    for (size_t i = 0; i < n && !result; i++) {
        struct tuning_segment *out = tune_add(&s->segments, &s->segment_count, sizeof(*out), err);
        if (!out) {
            result = -1;
            break;
        }
        fit(s, &segments[i]);
        *out = (struct tuning_segment){.from = s->points[segments[i].from].size,
                                       .to = s->points[segments[i].to].size};
        text_copy(out->strategy, NAME_TEXT, t->choices[tune_question_of(s)].list[segments[i].strategy].label);
        result = keep_equal(t, s, &view, &segments[i], out, err);
    }
    s->no_difference = segments_no_difference(&view, TUNING_MARGIN) && well_known(t, s, &view);
    free((void *)(uintptr_t)view.ratio);
    return result;
}

int tune_search(struct tune *t, struct error *err)
{
    struct progress *p = &t->run.progress;
    double budget = (double)(t->search_end - t->started) * COARSE_SHARE;
    uint64_t end = t->started + (uint64_t)budget;
    p->phase = "coarse sizes";
    p->group = 0;
    p->groups = 0;
    for (size_t i = 0; i < t->found.situation_count; i++) {
        uint64_t sizes[TUNE_SIZES];
        p->groups += coarse_sizes(t, &t->found.situations[i], sizes);
    }
    for (size_t i = 0; i < t->found.situation_count; i++) {
        bool primary = t->found.situations[i].primary;
        if (coarse_situation(t, i, primary ? t->search_end : end, err))
            return -1;
    }
    p->phase = "closer";
    p->groups = t->look_count;
    if (refine_primary(t, err))
        return -1;
    for (size_t i = 0; i < t->found.situation_count; i++)
        if (cut(t, &t->found.situations[i], err))
            return -1;
    return 0;
}

void tune_close_looks(struct tune *t)
{
    for (size_t i = 0; i < t->look_count; i++)
        tune_point_close(&t->looks[i].point);
    free(t->looks);
    t->looks = NULL;
    t->look_count = 0;
}
