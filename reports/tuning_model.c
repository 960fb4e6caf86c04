/* tuning_model.c - a tuning document as plain data with clean strings */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/tuning_parts.h"

static struct interval interval(const json_t *o, const char *value)
{
    return (struct interval){model_number(o, value), model_number(o, "ci_low"), model_number(o, "ci_high")};
}

static bool flag(const json_t *o, const char *name)
{
    return json_is_true(json_object_get(o, name));
}

/* Room for each element of the list `name`, and how many there are: objects only. */
static void *list_of(struct tuned *t, const json_t *o, const char *name, size_t bytes, const json_t **list)
{
    *list = json_object_get(o, name);
    size_t n = json_array_size(*list);
    void *items = n ? arena_alloc(&t->model.arena, n * bytes) : NULL;
    if (!items)
        *list = NULL;
    return items;
}

static const char **load_names(struct tuned *t, const json_t *list, size_t *count)
{
    size_t n = json_array_size(list);
    const char **names = n ? arena_alloc(&t->model.arena, n * sizeof(*names)) : NULL;
    for (size_t i = 0; names && i < n; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (text)
            names[(*count)++] = arena_clean(&t->model.arena, text);
    }
    return names;
}

/* As segments_good: the lower end of the interval decides, without one the value. */
static bool is_good(struct interval ratio, double margin)
{
    double low = isfinite(ratio.low) ? ratio.low : ratio.value;
    return isfinite(ratio.value) && low <= margin;
}

static void load_point(struct tuned *t, const json_t *json, struct tuned_point *p)
{
    const json_t *list;
    p->size = model_number(json, "size");
    p->held = flag(json, "held");
    p->cells = list_of(t, json, "cells", sizeof(*p->cells), &list);
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        struct tuned_cell *c = &p->cells[p->cell_count];
        *c = (struct tuned_cell){.strategy = model_text(&t->model, o, "strategy"),
                                 .ns = model_number(o, "ns"),
                                 .gb_per_s = model_number(o, "gb_per_s"),
                                 .ratio = interval(o, "ratio")};
        if (!json_is_object(o) || !*c->strategy)
            continue;
        c->good = is_good(c->ratio, t->margin);
        if (isfinite(c->ratio.value) && (best == SIZE_MAX || c->ratio.value < p->cells[best].ratio.value))
            best = p->cell_count;
        p->cell_count++;
    }
    p->best = best == SIZE_MAX ? p->cell_count : best;
}

static void load_points(struct tuned *t, const json_t *json, struct tuned_situation *s)
{
    const json_t *list;
    s->points = list_of(t, json, "points", sizeof(*s->points), &list);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        if (!isfinite(model_number(o, "size")))
            continue;
        double floor = model_number(o, "floor_ratio");
        if (floor > t->model.floor_ratio)
            t->model.floor_ratio = floor;
        load_point(t, o, &s->points[s->point_count++]);
    }
}

static void load_segments(struct tuned *t, const json_t *json, struct tuned_situation *s)
{
    const json_t *list;
    s->segments = list_of(t, json, "segments", sizeof(*s->segments), &list);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        struct tuned_segment *g = &s->segments[s->segment_count];
        *g = (struct tuned_segment){.strategy = model_text(&t->model, o, "strategy"),
                                    .from = model_number(o, "from"),
                                    .to = model_number(o, "to")};
        if (!*g->strategy)
            continue;
        g->equal = load_names(t, json_object_get(o, "equal"), &g->equal_count);
        s->segment_count++;
    }
}

static enum tuned_state state_named(const char *name)
{
    if (!strcmp(name, "searched"))
        return TUNED_SEARCHED;
    return !strcmp(name, "part") ? TUNED_PART : TUNED_NO;
}

/* "file_size" for file-size. */
static const char *axis_text(struct tuned *t, const json_t *axes, enum axis_id axis)
{
    char member[AXIS_TEXT * 2] = "";
    const char *name = model_axis_name(axis);
    for (size_t i = 0; name[i] && i + 1 < sizeof(member); i++)
        member[i] = name[i] == '-' ? '_' : name[i];
    return model_text(&t->model, axes, member);
}

static void load_situations(struct tuned *t)
{
    const json_t *list;
    t->situations = list_of(t, t->model.document, "situations", sizeof(*t->situations), &list);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        struct tuned_situation *s = &t->situations[t->situation_count];
        if (!json_is_object(o))
            continue;
        s->id = model_text(&t->model, o, "id");
        s->question = model_text(&t->model, o, "question");
        s->primary = flag(o, "primary");
        s->no_difference = flag(o, "no_difference");
        s->state = state_named(model_text(&t->model, o, "state"));
        for (int a = 0; a < AXES; a++)
            s->axis[a] = axis_text(t, json_object_get(o, "axes"), (enum axis_id)a);
        load_points(t, o, s);
        load_segments(t, o, s);
        tuned_strategies(t, s);
        t->situation_count++;
    }
}

static void load_crossovers(struct tuned *t)
{
    const json_t *list;
    struct model *m = &t->model;
    t->crossovers = list_of(t, m->document, "crossovers", sizeof(*t->crossovers), &list);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        if (!json_is_object(o))
            continue;
        struct tuned_crossover *c = &t->crossovers[t->crossover_count++];
        *c = (struct tuned_crossover){.id = model_text(m, o, "id"),
                                      .situation = model_text(m, o, "situation"),
                                      .below = model_text(m, o, "below"),
                                      .above = model_text(m, o, "above"),
                                      .reason = model_text(m, o, "reason"),
                                      .size = model_number(o, "size"),
                                      .low = model_number(o, "ci_low"),
                                      .high = model_number(o, "ci_high")};
        c->found = isfinite(c->size) && c->size > 0;
    }
}

static void load_threads(struct tuned *t)
{
    const json_t *list, *rates;
    struct model *m = &t->model;
    t->threads = list_of(t, m->document, "threads", sizeof(*t->threads), &list);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        if (!json_is_object(o))
            continue;
        struct tuned_threads *h = &t->threads[t->thread_count++];
        *h = (struct tuned_threads){.id = model_text(m, o, "id"),
                                    .strategy = model_text(m, o, "strategy"),
                                    .size = model_number(o, "size"),
                                    .peak = model_number(o, "peak")};
        h->rates = list_of(t, o, "rates", sizeof(*h->rates), &rates);
        for (size_t r = 0; r < json_array_size(rates); r++) {
            const json_t *rate = json_array_get(rates, r);
            if (isfinite(model_number(rate, "threads")))
                h->rates[h->rate_count++] =
                    (struct tuned_rate){model_number(rate, "threads"), interval(rate, "gb_per_s")};
        }
    }
}

/* What says itself where it is for is not to say it twice. */
static void load_where(struct tuned *t, const json_t *o, struct tuned_proposal *p)
{
    char where[LINE_TEXT];
    report_tuning_where(model_text(&t->model, o, "situation"), where, sizeof where);
    size_t n = strlen(where);
    p->where = arena_format(&t->model.arena, "%s", where);
    p->effect =
        n && !strncmp(p->what, where, n) && !strncmp(p->what + n, ": ", 2) ? p->what + n + 2 : p->what;
}

static void load_proposals(struct tuned *t)
{
    const json_t *list;
    struct model *m = &t->model;
    t->proposals = list_of(t, m->document, "proposals", sizeof(*t->proposals), &list);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        if (!json_is_object(o))
            continue;
        struct tuned_proposal *p = &t->proposals[t->proposal_count++];
        *p = (struct tuned_proposal){.id = model_text(m, o, "id"),
                                     .kind = model_text(m, o, "kind"),
                                     .name = model_text(m, o, "name"),
                                     .value = model_text(m, o, "value"),
                                     .what = model_text(m, o, "what"),
                                     .reason = model_text(m, o, "reason"),
                                     .found_gain = model_number(o, "found_gain"),
                                     .proven = flag(o, "proven"),
                                     .kept = flag(o, "proven") && flag(o, "kept")};
        load_where(t, o, p);
    }
}

static void load_sizes(struct tuned *t, const json_t *list, struct tuned_proof *p)
{
    size_t n = json_array_size(list);
    p->sizes = n ? arena_alloc(&t->model.arena, n * sizeof(*p->sizes)) : NULL;
    for (size_t i = 0; p->sizes && i < n; i++)
        if (json_is_number(json_array_get(list, i)))
            p->sizes[p->size_count++] = json_number_value(json_array_get(list, i));
}

static void load_proofs(struct tuned *t)
{
    const json_t *list;
    struct model *m = &t->model;
    t->proofs = list_of(t, m->document, "proof", sizeof(*t->proofs), &list);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        const json_t *worst = json_object_get(o, "worst");
        if (!json_is_object(o))
            continue;
        struct tuned_proof *p = &t->proofs[t->proof_count++];
        *p = (struct tuned_proof){.id = model_text(m, o, "id"),
                                  .proposal = model_text(m, o, "proposal"),
                                  .against = model_text(m, o, "against"),
                                  .verdict = model_text(m, o, "verdict"),
                                  .kept = flag(o, "kept"),
                                  .ratio = interval(o, "ratio"),
                                  .pairs = model_number(o, "pairs"),
                                  .worst = model_text(m, worst, "where"),
                                  .worst_ratio = model_number(worst, "ratio")};
        load_sizes(t, json_object_get(o, "sizes"), p);
    }
}

static void load_parts(struct tuned *t)
{
    const json_t *list;
    struct model *m = &t->model;
    t->parts = list_of(t, m->document, "parts", sizeof(*t->parts), &list);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        if (json_is_object(o))
            t->parts[t->part_count++] =
                (struct tuned_part){model_text(m, o, "kind"), model_text(m, o, "name"),
                                    model_text(m, o, "reason"), flag(o, "used")};
    }
}

static size_t count_of(const json_t *o, const char *name)
{
    double n = model_number(o, name);
    return n > 0 && n < 1e15 ? (size_t)n : 0;
}

/* The groups of a tuning are counted, not listed: the counts go where head.c looks for them. */
static void load_search(struct tuned *t)
{
    const json_t *search = model_object(t->model.document, "search");
    t->margin = model_number(search, "margin");
    if (!(t->margin >= 1))
        t->margin = 1;
    t->max_time_s = model_number(search, "max_time_s");
    t->searched_s = model_number(search, "searched_s");
    t->proved_s = model_number(search, "proved_s");
    t->ended_by = model_text(&t->model, search, "ended_by");
    t->model.control_count = count_of(search, "groups");
    t->model.held_count = count_of(search, "held");
    if (t->model.held_count > t->model.control_count)
        t->model.held_count = 0;
    t->model.controls_held = t->model.held_count == t->model.control_count;
    t->model.floor_ratio = t->model.floor_usual = model_number(search, "floor_ratio");
}

int tuned_load(struct tuned *t, const json_t *document, struct error *err)
{
    *t = (struct tuned){0};
    if (model_load(&t->model, document, err))
        return -1;
    load_search(t);
    load_situations(t);
    load_crossovers(t);
    load_threads(t);
    load_proposals(t);
    load_proofs(t);
    load_parts(t);
    tuned_link(t);
    if (!t->model.arena.failed)
        return 0;
    tuned_free(t);
    return error_set(err, EXIT_CANNOT, "report: out of memory: close other programs and try again");
}

void tuned_free(struct tuned *t)
{
    model_free(&t->model);
    *t = (struct tuned){0};
}
