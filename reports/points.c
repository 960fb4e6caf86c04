/* points.c - small results: for each point every path with its time, ratio and verdict */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/sections.h"

enum { COLUMNS = 6 };

static void header(const struct section *s)
{
    static const char *const names[COLUMNS] = {"path", "ns/op", "95 %", "ratio", "95 %", "method"};
    page_table(s->page, "lrrlll");
    for (int i = 0; i < COLUMNS; i++)
        page_field(s->page, names[i]);
}

/* Another family's baseline is none of the report's. */
static bool is_baseline(const struct model *m, const struct model_cell *c)
{
    if (c->status != CELL_MEASURED || !strcmp(c->path, m->baseline))
        return c->status == CELL_MEASURED;
    for (size_t i = 0; i < m->comparison_count; i++)
        if (!strcmp(m->comparisons[i].a, c->id))
            return true;
    return false;
}

static void put_cell(const struct section *s, const struct model_cell *c)
{
    struct arena *a = &s->model->arena;
    bool compared = c->status == CELL_MEASURED && c->vs && isfinite(c->vs->ratio.value);
    bool is_base = !compared && is_baseline(s->model, c);
    page_field(s->page, arena_format(a, "  %s%s", c->path, c->reference_only ? " (reference only)" : ""));
    page_field(s->page,
               c->status == CELL_MEASURED ? arena_format(a, "%s", shown_number(c->summary.median).text) : "");
    page_field(s->page, c->status == CELL_MEASURED
                            ? show_interval(a, c->summary.ci_low, c->summary.ci_high, true)
                            : "");
    page_field(s->page, is_base ? "1" : show_ratio(a, c));
    page_field(s->page, compared ? show_interval(a, c->vs->ratio.low, c->vs->ratio.high, false) : "");
    page_field(s->page, is_base ? "baseline" : compared ? c->vs->method : "");
}

/* Beside a surface only what it cannot show: the parts of a path alone. */
static bool belongs(const struct section *s, const struct model_cell *c)
{
    return strcmp(c->kernel, "track") && strcmp(c->kernel, "copy") &&
           (s->surface->groups < 2 || model_is_part(c));
}

static bool same_point(const struct model_cell *a, const struct model_cell *b)
{
    return !strcmp(a->group, b->group) && !strcmp(a->domain, b->domain);
}

static bool is_first_of_point(const struct model *m, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (same_point(&m->cells[j], &m->cells[i]))
            return false;
    return true;
}

void points_add(const struct section *s)
{
    const struct model *m = s->model;
    size_t shown = 0, all = 0;
    for (size_t i = 0; i < m->cell_count; i++)
        all += belongs(s, &m->cells[i]);
    if (!all)
        return;
    page_head(s->page, s->surface->groups < 2 ? "Every path" : "Parts of a path alone");
    header(s);
    for (size_t i = 0; i < m->cell_count; i++) {
        if (shown >= s->room->cells || !belongs(s, &m->cells[i]) || !is_first_of_point(m, i))
            continue;
        page_field(s->page, arena_format(&s->model->arena, STYLE_SPAN "- %s: %s", m->cells[i].kernel,
                                         show_point(&s->model->arena, &m->cells[i])));
        for (int c = 1; c < COLUMNS; c++)
            page_field(s->page, "");
        for (size_t j = i; j < m->cell_count && shown < s->room->cells; j++)
            if (same_point(&m->cells[j], &m->cells[i])) {
                put_cell(s, &m->cells[j]);
                shown++;
            }
    }
    if (shown < all)
        page_text(s->page, arena_format(&s->model->arena, "... %zu more cells: --all", all - shown));
}
