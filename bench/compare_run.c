/* compare_run.c - paired ratios of a run, their family, their verdicts */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/compare_run.h"

#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "results/stats.h"
#include "results/verdict.h"

static const double CONFIDENCE = 0.95;

static const struct slot *path_slot(const struct group *g, size_t member)
{
    for (size_t s = 0; s < g->slot_count; s++)
        if (g->slots[s].role == ROLE_PATH && g->slots[s].member == member)
            return &g->slots[s];
    return NULL;
}

/* How far from 1 the control `same` may lie: the resolution floor of its group. */
static double floor_of(const struct group *g)
{
    struct interval same = g->controls.same;
    double up = same.high, down = 1 / same.low;
    return isnan(up) || isnan(down) ? NAN : fmax(fmax(up, down), 1);
}

/* b less a, round by round. Without memory: not known. */
static struct interval difference(const struct group *g, const double *a, const double *b)
{
    double *less = malloc((g->rounds + 1) * sizeof(*less));
    for (unsigned r = 0; less && r < g->rounds; r++)
        less[r] = b[r] - a[r];
    struct interval i =
        less ? stats_series_interval(less, g->rounds, CONFIDENCE) : (struct interval){NAN, NAN, NAN};
    free(less);
    return i;
}

static void compare_member(const struct group *g, size_t member, struct result_comparison *c)
{
    const struct result_cell *a = &g->members[g->baseline]->out, *b = &g->members[member]->out;
    const double *of_a = path_slot(g, g->baseline)->ns, *of_b = path_slot(g, member)->ns;
    struct paired_ratio ratio = stats_paired_ratio(of_a, of_b, g->rounds, CONFIDENCE);
    text_copy(c->key, sizeof(c->key), b->key);
    text_copy(c->a, sizeof(c->a), a->id);
    text_copy(c->b, sizeof(c->b), b->id);
    c->ratio = ratio.ratio;
    c->p = ratio.p;
    c->rounds = g->rounds;
    c->difference_ns = difference(g, of_a, of_b);
    bool nothing_modelled = a->modelled_ns == 0 && b->modelled_ns == 0;
    double in_a = a->summary.median, in_b = b->summary.median;
    c->ratio_modelled = nothing_modelled ? NAN : (in_b + b->modelled_ns) / (in_a + a->modelled_ns);
    c->ratio_modelled_serial =
        nothing_modelled ? NAN : (in_b + b->modelled_serial_ns) / (in_a + a->modelled_serial_ns);
    text_copy(c->method, sizeof(c->method),
              ratio.effective < ratio.pairs ? "paired by round, widened sign interval"
                                            : "paired by round, sign interval");
}

static void judge(const struct group *g, size_t member, struct result_comparison *c)
{
    double floor = floor_of(g);
    bool bistable = g->members[member]->out.bistable || g->members[g->baseline]->out.bistable;
    enum verdict v = isnan(floor) || !g->controls.held ? VERDICT_UNRESOLVED
                                                       : stats_verdict(c->ratio, c->p_holm, floor, bistable);
    text_copy(c->verdict, sizeof(c->verdict), stats_verdict_name(v));
    c->more_rounds =
        v == VERDICT_UNRESOLVED && !isnan(floor) ? stats_more_rounds(c->ratio, g->rounds, floor) : 0;
}

static bool comparable(const struct group *g, size_t member)
{
    return member != g->baseline && g->members[member]->out.status == CELL_MEASURED &&
           g->members[g->baseline]->out.status == CELL_MEASURED;
}

static void holm_all(struct result *r)
{
    double *p = malloc((r->comparison_count + 1) * sizeof(*p));
    for (size_t i = 0; p && i < r->comparison_count; i++)
        p[i] = r->comparisons[i].p;
    if (p)
        stats_holm(p, r->comparison_count, p);
    for (size_t i = 0; i < r->comparison_count; i++)
        r->comparisons[i].p_holm = p ? p[i] : 1;
    free(p);
}

static void gather_controls(const struct group *groups, size_t count, struct result *r)
{
    r->floor_ratio = 1;
    r->controls_held = true;
    r->control_count = 0;
    for (size_t g = 0; g < count; g++) {
        if (!groups[g].rounds)
            continue;
        double floor = floor_of(&groups[g]);
        bool known = !isnan(floor) && !isnan(r->floor_ratio); /* one group's that is not known spoils it */
        r->floor_ratio = known ? fmax(r->floor_ratio, floor) : NAN;
        r->controls_held = r->controls_held && groups[g].controls.held;
        r->controls[r->control_count++] = groups[g].controls;
    }
    r->controls_held = r->controls_held && r->control_count;
}

int compare_run(const struct group *groups, size_t count, struct result *r, struct error *err)
{
    size_t most = 0, n = 0;
    for (size_t g = 0; g < count; g++)
        most += groups[g].member_count;
    r->comparisons = calloc(most + 1, sizeof(*r->comparisons));
    r->controls = calloc(count + 1, sizeof(*r->controls));
    if (!r->comparisons || !r->controls)
        return error_set(err, EXIT_CANNOT, "comparisons: no memory");
    gather_controls(groups, count, r);
    for (size_t g = 0; g < count; g++)
        for (size_t m = 0; groups[g].rounds && m < groups[g].member_count; m++)
            if (comparable(&groups[g], m))
                compare_member(&groups[g], m, &r->comparisons[n++]);
    r->comparison_count = n;
    holm_all(r);
    n = 0;
    for (size_t g = 0; g < count; g++)
        for (size_t m = 0; groups[g].rounds && m < groups[g].member_count; m++)
            if (comparable(&groups[g], m))
                judge(&groups[g], m, &r->comparisons[n++]);
    return 0;
}
