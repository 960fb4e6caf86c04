/* tuning_surface.c - the cost of each strategy beside the cheapest, by size */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/tuning_parts.h"

size_t tuning_size_table(const struct tuning_page *p, const struct tuned_situation *s, double *sizes)
{
    static const char alignment[] = "rrrrrrrrrrrrrrrr";
    struct arena *a = &p->t->model.arena;
    size_t most = p->room->sizes < SIZE_COLUMNS ? p->room->sizes : SIZE_COLUMNS;
    size_t n = tuned_sizes(p->t, s, most, sizes);
    page_table(p->page, arena_format(a, "l%.*s", (int)n, alignment));
    page_field(p->page, "bytes of a write");
    for (size_t i = 0; i < n; i++) {
        const struct tuned_point *point = s ? tuned_point(s, sizes[i]) : NULL;
        page_field(p->page,
                   arena_format(a, "%s%s", point && !point->held ? "!" : "", tuned_short(a, sizes[i])));
    }
    return n;
}

static const char *show_cell(struct arena *a, const struct tuned_point *point, const char *strategy)
{
    const struct tuned_cell *c = point ? tuned_cell(point, strategy) : NULL;
    if (!c || !isfinite(c->ratio.value))
        return "-";
    if (c == &point->cells[point->best])
        return STYLE_BOLD "best" STYLE_OFF;
    return arena_format(a, "%s%s", c->good ? "~" : "", shown_ratio(c->ratio.value).text);
}

static void cheapest_row(const struct tuning_page *p, const struct tuned_situation *s, const double *sizes,
                         size_t n)
{
    page_field(p->page, "the best costs, ns");
    for (size_t i = 0; i < n; i++) {
        const struct tuned_point *point = tuned_point(s, sizes[i]);
        bool known = point && point->best < point->cell_count;
        page_field(p->page, arena_format(&p->t->model.arena, "%s",
                                         shown_number(known ? point->cells[point->best].ns : NAN).text));
    }
}

/* In what the primary situation was measured is said with the answer. */
static const char *surface_title(const struct tuning_page *p, const struct tuned_situation *s, size_t rows)
{
    struct line line = {0};
    line_add(&line, "Cost beside the best (~ no difference), %s%s%s", s->question, s->primary ? "" : ": ",
             s->primary ? "" : tuned_off(p->t, s));
    if (rows < s->strategy_count)
        line_add(&line, " (%zu of %zu: --all)", rows, s->strategy_count);
    return arena_format(&p->t->model.arena, "%s", line.text);
}

static void surface(const struct tuning_page *p, const struct tuned_situation *s)
{
    struct arena *a = &p->t->model.arena;
    double sizes[SIZE_COLUMNS];
    size_t rows = s->strategy_count < p->room->strategies ? s->strategy_count : p->room->strategies;
    if (!s->point_count || !rows)
        return;
    page_head(p->page, surface_title(p, s, rows));
    size_t n = tuning_size_table(p, s, sizes);
    cheapest_row(p, s, sizes, n);
    for (size_t r = 0; r < rows; r++) {
        page_field(p->page, s->strategies[r]);
        for (size_t i = 0; i < n; i++)
            page_field(p->page, show_cell(a, tuned_point(s, sizes[i]), s->strategies[r]));
    }
}

void tuning_surfaces_add(const struct tuning_page *p)
{
    const struct tuned *t = p->t;
    for (size_t i = 0; i < t->situation_count; i++) {
        const struct tuned_situation *s = &t->situations[i];
        bool durable = !strcmp(s->question, "durable"), fsync = !strcmp(s->question, "fsync");
        if ((s->primary && (durable || (fsync && p->room->fsync_surface))) || p->room->all_surfaces)
            surface(p, s);
    }
}
