/* compare_words.c - a comparison in words: how many cells are slower, which did other work, which were left
 * out */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/compare_parts.h"
#include "reports/format.h"
#include "reports/sections.h"

enum { GROUPS_MOST = 64 };

const char *compare_cell_point(struct arena *a, const struct model_cell *cell)
{
    struct line line = {0};
    if (strcmp(cell->kernel, "write_fsync"))
        line_add(&line, "%s ", cell->kernel);
    line_add(&line, "%s %s/%s", cell->path, show_axis(AXIS_size, cell->axis[AXIS_size], a),
             show_axis(AXIS_footprint, cell->axis[AXIS_footprint], a));
    for (int i = 0; i < AXES; i++)
        if (i != AXIS_size && i != AXIS_footprint &&
            strcmp(cell->axis[i], model_axis_standard((enum axis_id)i)))
            line_add(&line, " %s=%s", model_axis_name((enum axis_id)i), cell->axis[i]);
    return arena_format(a, "%s", line.text);
}

static const char *domain_of(struct compare_file *file)
{
    return model_text(&file->model, model_object(file->model.document, "domain"), "name");
}

const char *compare_point(struct arena *a, const struct compare_pair *pair, const struct compare_item *item)
{
    const char *point = compare_cell_point(a, item->b);
    if (!strcmp(item->a->domain, domain_of(pair->a)) && !strcmp(item->b->domain, domain_of(pair->b)))
        return point;
    if (!strcmp(item->a->domain, item->b->domain))
        return arena_format(a, "%s domain=%s", point, item->a->domain);
    return arena_format(a, "%s domain=%s|%s", point, item->a->domain, item->b->domain);
}

static void add_unresolved(struct line *line, const struct compare_pair *pair, const struct compare_tally *t)
{
    const char *between = " (";
    static const char *const words[WHYS] = {[WHY_WITHHELD] = "withheld",
                                            [WHY_DISTRUSTED] = "where controls did not hold",
                                            [WHY_MANY] =
                                                "with more than 200 repeats in all: use at most 100 a file",
                                            [WHY_FLOOR] = "within the noise floor",
                                            [WHY_WIDE] = "with too wide an interval: more --repeats"};
    if (t->why[WHY_REPEATS]) {
        line_add(line, " (%zu for want of repeats: run with --repeats %u", t->why[WHY_REPEATS],
                 pair->repeats_needed);
        between = "; ";
    }
    for (int w = 0; w < WHYS; w++) {
        if (!words[w] || !t->why[w])
            continue;
        line_add(line, "%s%zu %s", between, t->why[w], words[w]);
        if (w == WHY_WITHHELD)
            line_add(line, ": %s", pair->withheld);
        between = "; ";
    }
    line_add(line, ")");
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What the ratios are, whether or not anything may be claimed of one. */
static void add_range(struct line *line, struct arena *a, const struct compare_pair *pair)
{
    double *ratios = arena_alloc(a, (pair->count + 1) * sizeof *ratios);
    size_t n = 0;
    for (size_t i = 0; ratios && i < pair->count; i++)
        if (pair->items[i].shown && isfinite(pair->items[i].ratio.value))
            ratios[n++] = pair->items[i].ratio.value;
    if (n < 2)
        return;
    qsort(ratios, n, sizeof *ratios, ascending);
    line_add(line, " The ratios lie between %s and %s, half of them below %s.", shown_ratio(ratios[0]).text,
             shown_ratio(ratios[n - 1]).text, shown_ratio(ratios[n / 2]).text);
}

static void verdicts(const struct compare_page *p, const struct compare_pair *pair)
{
    struct compare_tally t = compare_tally(pair);
    struct arena *a = &p->c->arena;
    struct line line = {0};
    line_add(&line, "Of %zu cell%s in both, %c is " STYLE_BOLD "slower in %zu" STYLE_OFF, t.all,
             t.all == 1 ? "" : "s", pair->b->letter, t.of[VERDICT_SLOWER]);
    if (t.worst)
        line_add(&line, " (worst %s times: %s)", shown_ratio(t.worst->ratio.value).text,
                 compare_point(a, pair, t.worst));
    line_add(&line, ", faster in %zu, equal in %zu", t.of[VERDICT_FASTER], t.of[VERDICT_EQUIVALENT]);
    if (t.of[VERDICT_BISTABLE])
        line_add(&line, ", bistable in %zu", t.of[VERDICT_BISTABLE]);
    line_add(&line, ", unresolved in %zu", t.of[VERDICT_UNRESOLVED]);
    if (t.of[VERDICT_UNRESOLVED])
        add_unresolved(&line, pair, &t);
    line_add(&line, ".");
    add_range(&line, a, pair);
    page_text(p->page, t.all ? arena_format(a, "%s", line.text)
                             : "No cell is measured in both: run the same plan on both sides.");
}

struct group { /* cells that are told in one line */
    const char *text;
    const struct compare_file *file;
    const struct model_cell *first;
    size_t n;
};

static size_t group_add(struct group *groups, size_t n, const struct group *new)
{
    for (size_t i = 0; i < n; i++)
        if (groups[i].file == new->file && !strcmp(groups[i].text, new->text)) {
            groups[i].n++;
            return n;
        }
    if (n == GROUPS_MOST) {
        groups[n - 1].text = "other reasons";
        groups[n - 1].n++;
        return n;
    }
    groups[n] = *new;
    return n + 1;
}

static void other_work(const struct compare_page *p, const struct compare_pair *pair)
{
    struct group groups[GROUPS_MOST];
    size_t n = 0;
    for (size_t i = 0; i < pair->count; i++) {
        const struct compare_item *item = &pair->items[i];
        if (item->shown && item->other_work)
            n = group_add(groups, n, &(struct group){item->other_work, NULL, item->a, 1});
    }
    size_t most = p->room->unmatched;
    for (size_t i = 0; i < n && i < most; i++)
        page_text(p->page, arena_format(&p->c->arena,
                                        "# other work: %s (%zu of the cells, compared per op all the same)",
                                        groups[i].text, groups[i].n));
    if (n > most)
        page_text(p->page, arena_format(&p->c->arena, "# other work in %zu more ways: --all", n - most));
}

void compare_words_add(const struct compare_page *p, const struct compare_pair *pair)
{
    struct arena *a = &p->c->arena;
    page_head(p->page, arena_format(a, "%c (%s) against %c (%s): ratio is %c's cost over %c's",
                                    pair->b->letter, compare_name(a, pair->b), pair->a->letter,
                                    compare_name(a, pair->a), pair->b->letter, pair->a->letter));
    verdicts(p, pair);
    other_work(p, pair);
}

static void each_unmatched(const struct compare_page *p, const struct compare_pair *pair)
{
    for (size_t i = 0; i < pair->unmatched_count; i++) {
        const struct compare_unmatched *u = &pair->unmatched[i];
        if (u->shown)
            page_text(p->page, arena_format(&p->c->arena, "unmatched: %s: %s", u->cell->id, u->reason));
    }
}

static void put_group(const struct compare_page *p, const struct compare_pair *pair, const struct group *g)
{
    struct arena *a = &p->c->arena;
    const char *side = g->file ? arena_format(a, "of %c", g->file->letter)
                               : arena_format(a, "of %c and %c", pair->a->letter, pair->b->letter);
    page_text(p->page, arena_format(a, "unmatched: %zu cell%s %s: %s; %s%s", g->n, g->n == 1 ? "" : "s", side,
                                    g->text, g->n == 1 ? "" : "first: ", compare_cell_point(a, g->first)));
}

void compare_unmatched_add(const struct compare_page *p, const struct compare_pair *pair)
{
    struct group groups[GROUPS_MOST];
    size_t n = 0, cells = 0, told = 0;
    if (p->room->every || p->c->options.cell) {
        each_unmatched(p, pair);
        return;
    }
    for (size_t i = 0; i < pair->unmatched_count; i++) {
        const struct compare_unmatched *u = &pair->unmatched[i];
        if (u->in_neither && u->file == pair->b)
            continue;
        n = group_add(groups, n, &(struct group){u->reason, u->in_neither ? NULL : u->file, u->cell, 1});
        cells++;
    }
    for (size_t i = 0; i < n && i < p->room->unmatched; i++) {
        told += groups[i].n;
        put_group(p, pair, &groups[i]);
    }
    if (told < cells)
        page_text(p->page, arena_format(&p->c->arena, "unmatched: %zu more: --all", cells - told));
}
