/* compare_ledger.c - the ledgers and counts of one cell side by side: what each machine pays for */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/compare_parts.h"
#include "reports/format.h"
#include "reports/sections.h"
#include "reports/surface.h"

/* Below this share of the whole a page with little room names rows together. */
static const double SMALL_SHARE = 0.02;

static bool same_stage(const struct model_row *a, const struct model_row *b)
{
    return !strcmp(a->stage, b->stage) && !strcmp(a->side, b->side);
}

/* The first row from `from` on that is of this stage, or the cell's row_count. */
static size_t find_row(const struct model_cell *cell, size_t from, const struct model_row *like)
{
    while (from < cell->row_count && !same_stage(&cell->rows[from], like))
        from++;
    return from;
}

/* Both ledgers are in the order of the path's steps: merged, each keeps its own. */
size_t compare_ledger(struct arena *arena, const struct compare_item *item, struct compare_row **rows)
{
    const struct model_cell *a = item->a, *b = item->b;
    struct compare_row *out = arena_alloc(arena, (a->row_count + b->row_count + 1) * sizeof *out);
    size_t n = 0, j = 0;
    *rows = out;
    for (size_t i = 0; out && i < a->row_count; i++) {
        const struct model_row *row = &a->rows[i];
        size_t found = find_row(b, j, row);
        bool shared = found < b->row_count;
        while (shared && j < found) {
            out[n++] = (struct compare_row){b->rows[j].stage, b->rows[j].side, NULL, &b->rows[j]};
            j++;
        }
        out[n++] = (struct compare_row){row->stage, row->side, row, shared ? &b->rows[j++] : NULL};
    }
    for (; out && j < b->row_count; j++)
        out[n++] = (struct compare_row){b->rows[j].stage, b->rows[j].side, NULL, &b->rows[j]};
    return n;
}

double compare_whole(const struct model_cell *cell)
{
    double sum = cell->unattributed.value;
    for (size_t i = 0; i < cell->row_count; i++)
        sum += strcmp(cell->rows[i].stage, LEDGER_REFAULT) ? cell->rows[i].added.value : 0;
    return isfinite(sum) ? sum : cell->summary.median;
}

static bool has_ledgers(const struct compare_item *item)
{
    return item->a->row_count && item->b->row_count;
}

const struct compare_item *compare_choose(const struct compare *c, const struct compare_pair *pair)
{
    struct surface surface;
    const struct compare_item *ledger = NULL, *headline = NULL, *first = NULL;
    surface_find(&surface, &c->files[0].model);
    for (size_t i = 0; i < pair->count; i++) {
        const struct compare_item *item = &pair->items[i];
        if (!item->shown)
            continue;
        first = first ? first : item;
        ledger = ledger || !has_ledgers(item) ? ledger : item;
        if (item->a == surface.headline)
            headline = item;
    }
    if (headline && (has_ledgers(headline) || !ledger))
        return headline;
    return ledger ? ledger : first;
}

static const char *const count_names[COMPARE_COUNTS] = {
    "bytes_copied", "nt_bytes",       "lines_dirtied",   "lines_flushed", "fences",
    "locked_ops",   "entries_marked", "entries_scanned", "faults",        "drains",
};

const char *compare_count_name(size_t i)
{
    return count_names[i];
}

double compare_count(const struct model_cell *cell, size_t i)
{
    return model_number(model_object(cell->json, "counts"), count_names[i]);
}

bool compare_count_differs(double a, double b)
{
    static const double ROUNDING = 1e-6; /* nine digits are written */
    return isfinite(a) && isfinite(b) && fabs(a - b) > ROUNDING * fmax(fabs(a), fabs(b));
}

/* A fence for thousands of writes is a small number of interest. */
static struct shown shown_small(double x)
{
    struct shown s = shown_count(x);
    if (isfinite(x) && x != floor(x))
        snprintf(s.text, sizeof s.text, "%.4g", x);
    return s;
}

/* How far apart, between 0 and 1. */
static double count_distance(const struct compare_item *item, size_t k)
{
    double a = compare_count(item->a, k), b = compare_count(item->b, k);
    return compare_count_differs(a, b) ? fabs(a - b) / fmax(fabs(a), fabs(b)) : 0;
}

void compare_counts_add(const struct compare_page *p, const struct compare_pair *pair)
{
    struct arena *a = &p->c->arena;
    struct line line = {0};
    for (size_t k = 0; k < COMPARE_COUNTS; k++) {
        const struct compare_item *most = NULL;
        size_t n = 0;
        for (size_t i = 0; i < pair->count; i++) {
            double distance = count_distance(&pair->items[i], k);
            n += distance > 0;
            if (distance > (most ? count_distance(most, k) : 0))
                most = &pair->items[i];
        }
        if (most)
            line_add(&line, "%s%s in %zu (most: %s in %c, %s in %c, %s)", line.used ? "; " : "",
                     count_names[k], n, shown_small(compare_count(most->a, k)).text, pair->a->letter,
                     shown_small(compare_count(most->b, k)).text, pair->b->letter,
                     compare_point(a, pair, most));
    }
    if (pair->count)
        page_text(p->page, line.used ? arena_format(a, "Counts an op differ: %s.", line.text)
                                     : "Counts an op (lines flushed, fences, ...) are the same in all.");
}

struct table { /* being filled, with the counts beside the rows */
    const struct compare_page *p;
    const struct compare_pair *pair;
    const struct compare_item *item;
    size_t next_count;
    bool ledger;
};

static double floor_ns(const struct model_cell *cell)
{
    return cell->floor_ratio > 1 && cell->summary.median > 0 ? (cell->floor_ratio - 1) * cell->summary.median
                                                             : 0;
}

/* Absent, or below the floor and below `share` of the whole. */
static bool small(const struct model_cell *cell, const struct model_row *row, double share)
{
    return !row || fabs(row->added.value) < fmax(floor_ns(cell), share * cell->summary.median);
}

static bool may_fold(const struct model_cell *cell, const struct model_row *row)
{
    return small(cell, row, SMALL_SHARE) && !(row && row->first_fence);
}

static const char *row_value(const struct table *t, const struct model_cell *cell,
                             const struct model_row *row)
{
    if (!row)
        return "";
    const char *mark = row->first_fence ? "*" : "";
    if (fabs(row->added.value) < floor_ns(cell))
        return arena_format(&t->p->c->arena, "< floor%s", mark);
    return arena_format(&t->p->c->arena, "%s%s", shown_number(row->added.value).text, mark);
}

/* In parentheses where times are withheld. */
static const char *difference(const struct table *t, double a, double b)
{
    const char *plus = b > a ? "+" : "", *form = t->item->why == WHY_WITHHELD ? "()" : "";
    if (!isfinite(b - a))
        return "";
    return arena_format(&t->p->c->arena, "%.1s%s%s%s", form, plus, shown_number(b - a).text,
                        *form ? form + 1 : "");
}

/* Counts that neither side has say nothing. */
static void skip_empty_counts(struct table *t)
{
    while (t->next_count < COMPARE_COUNTS) {
        double a = compare_count(t->item->a, t->next_count), b = compare_count(t->item->b, t->next_count);
        if ((isfinite(a) && a != 0) || (isfinite(b) && b != 0))
            return;
        t->next_count++;
    }
}

static void put_count(struct table *t)
{
    struct arena *a = &t->p->c->arena;
    skip_empty_counts(t);
    if (t->next_count == COMPARE_COUNTS) {
        for (int i = 0; i < 3; i++)
            page_field(t->p->page, "");
        return;
    }
    size_t k = t->next_count++;
    double x = compare_count(t->item->a, k), y = compare_count(t->item->b, k);
    bool differs = compare_count_differs(x, y);
    page_field(t->p->page, count_names[k]);
    page_field(t->p->page, arena_format(a, "%s", shown_small(x).text));
    page_field(t->p->page, arena_format(a, differs ? STYLE_BOLD "%s" STYLE_OFF : "%s", shown_small(y).text));
}

static void put_row(struct table *t, const char *label, const char *a, const char *b, const char *less)
{
    struct page *page = t->p->page;
    page_field(page, label);
    page_field(page, a);
    page_field(page, b);
    page_field(page, less);
    put_count(t);
}

static void put_sum(struct table *t, const char *label, double a, double b)
{
    struct arena *arena = &t->p->c->arena;
    put_row(t, label, isfinite(a) ? arena_format(arena, "%s", shown_number(a).text) : "",
            isfinite(b) ? arena_format(arena, "%s", shown_number(b).text) : "", difference(t, a, b));
}

static const char *put_rows(struct table *t)
{
    struct arena *arena = &t->p->c->arena;
    const struct model_cell *a = t->item->a, *b = t->item->b;
    struct line folded = {0};
    struct compare_row *rows;
    size_t n = compare_ledger(arena, t->item, &rows);
    for (size_t i = 0; i < n; i++) {
        const struct compare_row *r = &rows[i];
        const char *label = arena_format(arena, "%s%s", strcmp(r->side, "fsync") ? "" : "fsync: ", r->stage);
        if (t->p->room->fold && may_fold(a, r->a) && may_fold(b, r->b)) {
            line_add(&folded, "%s%s", folded.used ? ", " : "", label);
            continue;
        }
        bool nothing = small(a, r->a, 0) && small(b, r->b, 0);
        put_row(t, label, row_value(t, a, r->a), row_value(t, b, r->b),
                nothing ? "" : difference(t, r->a ? r->a->added.value : 0, r->b ? r->b->added.value : 0));
    }
    put_sum(t, "= to persistence", ledger_persistence(a).value, ledger_persistence(b).value);
    put_sum(t, "= unattributed", a->unattributed.value, b->unattributed.value);
    put_sum(t, "= the whole path", compare_whole(a), compare_whole(b));
    return arena_format(arena, "%s", folded.text);
}

static void put_heading(const struct table *t)
{
    struct arena *a = &t->p->c->arena;
    const char *what = t->ledger ? "Where it moved, in ns an op, and counts an op" : "Counts an op";
    page_head(t->p->page,
              arena_format(a, "%s: %s (%s in %c, %s in %c)", what, compare_point(a, t->pair, t->item),
                           t->item->a->domain, t->pair->a->letter, t->item->b->domain, t->pair->b->letter));
    page_table(t->p->page, t->ledger ? "lrrrlrr" : "lrr");
    if (t->ledger) {
        page_field(t->p->page, "stage");
        page_field(t->p->page, arena_format(a, "%c added", t->pair->a->letter));
        page_field(t->p->page, arena_format(a, "%c added", t->pair->b->letter));
        page_field(t->p->page, "difference");
    }
    page_field(t->p->page, "count");
    page_field(t->p->page, arena_format(a, "%c", t->pair->a->letter));
    page_field(t->p->page, arena_format(a, "%c", t->pair->b->letter));
}

static void put_notes(const struct table *t, const char *folded)
{
    struct line line = {0};
    if (*folded)
        line_add(&line, "Below 2 %% of the whole or the floor on both sides: %s. ", folded);
    if (t->p->room->notes)
        line_add(&line,
                 "added: the path up to this step less the path before it; an empty field: no such step; "
                 "*: the first step with a store fence. ");
    if (t->item->why == WHY_WITHHELD)
        line_add(&line, "(...): withheld, %s. ", t->pair->withheld);
    if (t->item->why == WHY_DISTRUSTED)
        line_add(&line, STYLE_BAD "The controls of this cell did not hold." STYLE_OFF " ");
    if (line.used)
        page_text(t->p->page, arena_format(&t->p->c->arena, "%.*s", (int)line.used - 1, line.text));
}

void compare_ledger_add(const struct compare_page *p, const struct compare_pair *pair,
                        const struct compare_item *item)
{
    struct table t = {.p = p, .pair = pair, .item = item, .ledger = has_ledgers(item)};
    const char *folded = "";
    skip_empty_counts(&t);
    if (!t.ledger && t.next_count == COMPARE_COUNTS)
        return;
    put_heading(&t);
    if (t.ledger)
        folded = put_rows(&t);
    for (skip_empty_counts(&t); t.next_count < COMPARE_COUNTS; skip_empty_counts(&t)) {
        for (int i = 0; t.ledger && i < 4; i++)
            page_field(p->page, "");
        put_count(&t);
    }
    if (t.ledger)
        put_notes(&t, folded);
}
