/* tune_point.c - measures some strategies of a situation at one size, as one group */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/signals.h"
#include "base/text.h"
#include "bench/tune_parts.h"
#include "results/stats.h"

/* What the controls of a group must be able to tell. */
static const double FLOOR_MOST = 1.1;

static int build_cell(const struct tune *t, const struct tuning_situation *s, uint64_t size,
                      const struct tune_strategy *strategy, struct run_cell *cell, struct error *err)
{
    memset(cell, 0, sizeof(*cell));
    text_copy(cell->out.kernel, NAME_TEXT, s->kernel);
    text_copy(cell->out.path, NAME_TEXT, strategy->path);
    memcpy(cell->out.axis, s->axis, sizeof(s->axis));
    snprintf(cell->out.axis[AXIS_size], AXIS_TEXT, "%llu", (unsigned long long)size);
    if (*strategy->granule)
        text_copy(cell->out.axis[AXIS_granule], AXIS_TEXT, strategy->granule);
    return spec_build(cell, &t->spec, err);
}

int tune_point_open(struct tune *t, const struct tuning_situation *s, uint64_t size, const size_t *strategies,
                    size_t count, struct tune_point *p, struct error *err)
{
    const struct tune_choices *choices = &t->choices[tune_question_of(s)];
    *p = (struct tune_point){.cells = {.cells = calloc(count + 1, sizeof(struct run_cell))}};
    if (!p->cells.cells)
        return error_set(err, EXIT_CANNOT, "tune: no memory");
    for (size_t i = 0; i < count; i++) {
        struct run_cell *cell = &p->cells.cells[p->cells.count];
        if (build_cell(t, s, size, &choices->list[strategies[i]], cell, err)) {
            tune_point_close(p);
            return -1;
        }
        /* granules are compared with each other: the streams are the same */
        text_copy(cell->group, KEY_TEXT, p->cells.cells[0].group);
        p->strategy[p->cells.count] = strategies[i];
        p->cells.count += cell->runnable;
    }
    p->group = p->cells.count ? groups_make(p->cells.cells, p->cells.count, &p->groups, err) : NULL;
    if (p->group)
        return 0;
    error_set(err, EXIT_CANNOT, "tune: nothing can run at %llu bytes in %s", (unsigned long long)size, s->id);
    tune_point_close(p);
    return -1;
}

void tune_point_close(struct tune_point *p)
{
    groups_free(p->group, p->groups);
    run_cells_free(&p->cells);
    *p = (struct tune_point){0};
}

static double floor_of(const struct group *g)
{
    struct interval same = g->controls.same;
    double away = fmax(same.high, 1 / same.low);
    return isnan(away) ? NAN : fmax(away, 1);
}

bool tune_point_tells(const struct tune_point *p)
{
    return p->group->controls.held && floor_of(p->group) <= FLOOR_MOST;
}

/* The controls of each group are judged by its last visit. */
static int count_group(struct tune *t, struct tune_point *p, bool held_before, struct error *err)
{
    struct tuning *f = &t->found;
    bool held = tune_point_tells(p);
    if (p->counted) {
        f->held = f->held - held_before + held;
        t->floors[p->floor_at] = floor_of(p->group);
        return 0;
    }
    p->counted = true;
    f->held += held;
    double *floors = realloc(t->floors, (f->groups + 1) * sizeof(*floors));
    if (!floors)
        return error_set(err, EXIT_CANNOT, "tune: no memory");
    t->floors = floors;
    p->floor_at = f->groups;
    floors[f->groups++] = floor_of(p->group);
    return 0;
}

int tune_point_visit(struct tune *t, struct tune_point *p, unsigned rounds, struct error *err)
{
    bool held_before = p->counted && tune_point_tells(p);
    uint64_t moved = p->group->moved;
    if (group_visit(p->group, &t->env, rounds, t->end, err) || group_analyse(p->group, &t->env, err))
        return -1;
    if (t->run.group_count) { /* of which the machine's warnings tell */
        struct group *all = &t->run.groups[0];
        all->moved += p->group->moved - moved;
        all->skew_ns = fmax(all->skew_ns, p->group->skew_ns);
        all->short_samples |= p->group->short_samples;
    }
    for (size_t m = 0; m < p->cells.count; m++)
        if (p->cells.cells[m].out.status == CELL_FAILED)
            return error_set(err, EXIT_CANNOT, "failed: %s", p->cells.cells[m].out.reason);
    return p->group->rounds >= ROUNDS_LEAST ? count_group(t, p, held_before, err) : 0;
}

static const struct slot *path_slot(const struct tune_point *p, size_t member)
{
    const struct group *g = p->group;
    for (size_t s = 0; s < g->slot_count; s++)
        if (g->slots[s].role == ROLE_PATH && g->slots[s].member == member)
            return &g->slots[s];
    return NULL;
}

const double *tune_point_samples(const struct tune_point *p, size_t member, unsigned *rounds)
{
    const struct slot *slot = path_slot(p, member);
    *rounds = slot->failed ? 0 : p->group->rounds;
    return slot->ns;
}

struct interval tune_point_ratio(const struct tune_point *p, size_t a, size_t b, double confidence)
{
    unsigned rounds, more;
    const double *from = tune_point_samples(p, a, &rounds), *to = tune_point_samples(p, b, &more);
    if (!rounds || !more || !p->group->controls.held)
        return (struct interval){NAN, NAN, NAN};
    struct interval ratio = stats_paired_ratio(from, to, rounds, confidence).ratio;
    double away = fmax(ratio.value, 1 / ratio.value);
    if (!(away > floor_of(p->group))) { /* the controls cannot tell so much */
        ratio.low = fmin(ratio.low, 1);
        ratio.high = fmax(ratio.high, 1);
    }
    return ratio;
}

static size_t cheapest(const struct tune_point *p)
{
    size_t best = 0;
    for (size_t m = 1; m < p->cells.count; m++)
        if (p->cells.cells[m].out.summary.median < p->cells.cells[best].out.summary.median)
            best = m;
    return best;
}

static void fill(const struct tune_point *p, const struct tune_choices *choices, struct tuning_point *out)
{
    size_t best = cheapest(p);
    unsigned rounds;
    const double *base = tune_point_samples(p, best, &rounds);
    for (size_t m = 0; m < p->cells.count; m++) {
        const struct result_cell *c = &p->cells.cells[m].out;
        struct tuning_cell *cell = &out->cells[m];
        *cell = (struct tuning_cell){.ns = c->summary.median, .gb_per_s = c->gb_per_s, .ratio = {1, 1, 1}};
        text_copy(cell->strategy, NAME_TEXT, choices->list[p->strategy[m]].label);
        if (m != best)
            cell->ratio = stats_paired_ratio(base, tune_point_samples(p, m, &rounds), rounds, 0.95).ratio;
    }
}

/* Where the point belongs among those that are there. NULL with err. */
static struct tuning_point *place(struct tuning_situation *s, uint64_t size, struct error *err)
{
    size_t at = 0;
    while (at < s->point_count && s->points[at].size < size)
        at++;
    if (at < s->point_count && s->points[at].size == size)
        return &s->points[at];
    if (!tune_add(&s->points, &s->point_count, sizeof(*s->points), err))
        return NULL;
    memmove(&s->points[at + 1], &s->points[at], (s->point_count - 1 - at) * sizeof(*s->points));
    s->points[at] = (struct tuning_point){.size = size};
    return &s->points[at];
}

int tune_point_keep(const struct tune_point *p, struct tuning_situation *s,
                    const struct tune_choices *choices, struct error *err)
{
    struct tuning_cell *cells = calloc(p->cells.count, sizeof(*cells));
    uint64_t size = p->cells.cells[0].spec.stream.size;
    struct tuning_point *out = cells ? place(s, size, err) : NULL;
    if (!out) {
        free(cells);
        return error_set(err, EXIT_CANNOT, "tune: no memory");
    }
    free(out->cells);
    out->cells = cells;
    out->cell_count = p->cells.count;
    out->rounds = p->group->rounds;
    out->held = tune_point_tells(p);
    out->floor_ratio = floor_of(p->group);
    fill(p, choices, out);
    return 0;
}
