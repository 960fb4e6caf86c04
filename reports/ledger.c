/* ledger.c - "where it moved": the ledger of the baseline and of a deferred path side by side */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/sections.h"

enum { STAGES_MOST = 64 };

struct stage {
    const char *stage, *side;
};

/* The order of the path's steps (measurement: rows of the ladder). */
static const struct stage order[] = {
    {"loop", "write"},          {"surround", "write"},     {"lock", "write"},      {"lookup", "write"},
    {"entry-lock", "write"},    {"mark-inode", "write"},   {"fault", "write"},     {"copy", "write"},
    {"finish", "write"},        {"fence", "write"},        {"sys-write", "write"}, {"mark", "write"},
    {"mark-inode", "fsync"},    {"tag", "fsync"},          {"scan", "fsync"},      {"entry-lock", "fsync"},
    {"write-protect", "fsync"}, {"writeback", "fsync"},    {"fence", "fsync"},     {"drain", "fsync"},
    {"sys-fsync", "fsync"},     {LEDGER_REFAULT, "write"},
};

struct pair { /* what is shown: left the baseline, right the other; right NULL: one ledger alone */
    const struct model_cell *left, *right;
};

static const struct model_row *row_of(const struct model_cell *cell, struct stage stage)
{
    for (size_t i = 0; cell && i < cell->row_count; i++)
        if (!strcmp(cell->rows[i].stage, stage.stage) && !strcmp(cell->rows[i].side, stage.side))
            return &cell->rows[i];
    return NULL;
}

static bool has(const struct stage *stages, size_t n, const struct model_row *row)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(stages[i].stage, row->stage) && !strcmp(stages[i].side, row->side))
            return true;
    return false;
}

/* The known stages that either ledger has, in order, then those that we do not know. */
static size_t stages_of(const struct pair *p, struct stage *stages)
{
    size_t n = 0;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (row_of(p->left, order[i]) || row_of(p->right, order[i]))
            stages[n++] = order[i];
    for (int side = 0; side < 2; side++) {
        const struct model_cell *cell = side ? p->right : p->left;
        for (size_t i = 0; cell && i < cell->row_count && n < STAGES_MOST; i++)
            if (!has(stages, n, &cell->rows[i]))
                stages[n++] = (struct stage){cell->rows[i].stage, cell->rows[i].side};
    }
    return n;
}

static double floor_ns(const struct model_cell *cell)
{
    double ratio = cell->floor_ratio;
    return ratio > 1 && cell->summary.median > 0 ? (ratio - 1) * cell->summary.median : 0;
}

static bool below_floor(struct interval x, double floor)
{
    return isfinite(x.value) && fabs(x.value) < floor;
}

static const char *show_value(const struct section *s, struct interval x, double floor, bool first_fence)
{
    const char *mark = first_fence ? "*" : "";
    if (!isfinite(x.value))
        return "-";
    if (below_floor(x, floor))
        return arena_format(&s->model->arena, "< floor%s", mark);
    bool may_be_nothing = x.low <= 0 && x.high >= 0;
    return arena_format(&s->model->arena, "%s%s%s", may_be_nothing ? "?" : "", shown_number(x.value).text,
                        mark);
}

static void put_values(const struct section *s, const struct model_cell *cell, const struct model_row *row)
{
    page_field(s->page, row ? show_value(s, row->added, floor_ns(cell), row->first_fence) : "");
    page_field(s->page, row ? show_value(s, row->saved, floor_ns(cell), false) : "");
}

/* Rows that a page with little room names together: below the floor, or below 2 % of the whole. */
static const double SMALL_SHARE = 0.02;

static bool row_is_small(const struct model_cell *cell, const struct model_row *row)
{
    if (!row)
        return true;
    double small = fmax(floor_ns(cell), SMALL_SHARE * cell->summary.median);
    bool beside = !strcmp(row->stage, LEDGER_REFAULT); /* its ns_added is null by its nature */
    return (beside || below_floor(row->added, small)) &&
           (!isfinite(row->saved.value) || below_floor(row->saved, small)) && !row->first_fence;
}

/* `of`: a path, of which the first word is enough beside the columns' heads. */
static void add_remark(struct line *line, const char *text, const char *of)
{
    line_add(line, "%s%s", line->used ? "; " : "", text);
    if (of)
        line_add(line, " (%.*s)", (int)strcspn(of, "-"), of);
}

static const char *remarks(const struct section *s, const struct pair *p, struct stage stage)
{
    const struct model_row *l = row_of(p->left, stage), *r = row_of(p->right, stage);
    const struct model_row *any = r ? r : l;
    const char *medium = model_text(s->model, model_object(s->model->document, "region"), "provenance");
    struct line line = {0};
    bool in_left = l && l->overlaps, in_right = r && r->overlaps;
    if (in_left && in_right)
        add_remark(&line, "overlaps", NULL);
    else if (in_left || in_right)
        add_remark(&line, "overlaps", p->right ? (in_left ? p->left : p->right)->path : NULL);
    if (any && *any->how && strcmp(any->how, "ladder"))
        add_remark(&line, any->how, NULL);
    if (any && *any->provenance && strcmp(any->provenance, "real") && strcmp(any->provenance, medium))
        add_remark(&line, any->provenance, NULL);
    return arena_format(&s->model->arena, "%s", line.text);
}

static const char *stage_label(const struct section *s, struct stage stage)
{
    bool in_fsync = !strcmp(stage.side, "fsync");
    return arena_format(&s->model->arena, "%s%s", in_fsync ? "fsync: " : "", stage.stage);
}

/* Returns the stages that were folded away, as a list. */
static const char *put_rows(const struct section *s, const struct pair *p)
{
    struct stage stages[STAGES_MOST + sizeof order / sizeof *order];
    size_t n = stages_of(p, stages);
    struct line small = {0};
    for (size_t i = 0; i < n; i++) {
        const struct model_row *l = row_of(p->left, stages[i]), *r = row_of(p->right, stages[i]);
        if (s->room->fold && row_is_small(p->left, l) && (!p->right || row_is_small(p->right, r))) {
            line_add(&small, "%s%s", small.used ? ", " : "", stage_label(s, stages[i]));
            continue;
        }
        page_field(s->page, stage_label(s, stages[i]));
        put_values(s, p->left, l);
        if (p->right)
            put_values(s, p->right, r);
        page_field(s->page, remarks(s, p, stages[i]));
    }
    return small.used ? arena_format(&s->model->arena, "%s", small.text) : "";
}

/* A row of sums: one number a column, in the columns of `added` and `saved`. */
static void put_sum(const struct section *s, const struct pair *p, const char *label, const double values[4])
{
    page_field(s->page, label);
    for (int i = 0; i < (p->right ? 4 : 2); i++)
        page_field(s->page, isfinite(values[i])
                                ? arena_format(&s->model->arena, "%s", shown_number(values[i]).text)
                                : "");
    page_field(s->page, "");
}

/* What the rows and the unattributed rest add up to: the whole path, levelled over its code layouts. */
static double ledger_total(const struct model_cell *cell)
{
    double sum = cell->unattributed.value;
    for (size_t i = 0; i < cell->row_count; i++)
        sum += strcmp(cell->rows[i].stage, LEDGER_REFAULT) ? cell->rows[i].added.value : 0;
    return isfinite(sum) ? sum : cell->summary.median;
}

static void put_sums(const struct section *s, const struct pair *p)
{
    const struct model_cell *l = p->left, *r = p->right;
    double persistence[4] = {ledger_persistence(l).value, NAN, r ? ledger_persistence(r).value : NAN, NAN};
    double rest[4] = {l->unattributed.value, l->overlap.value, r ? r->unattributed.value : NAN,
                      r ? r->overlap.value : NAN};
    double total[4] = {ledger_total(l), NAN, r ? ledger_total(r) : NAN, NAN};
    put_sum(s, p, "= to persistence", persistence);
    put_sum(s, p, "= unattributed; overlap", rest);
    put_sum(s, p, "= the whole path", total);
}

static bool any_first_fence(const struct model_cell *cell)
{
    for (size_t i = 0; cell && i < cell->row_count; i++)
        if (cell->rows[i].first_fence)
            return true;
    return false;
}

static void put_notes(const struct section *s, const struct pair *p, const char *folded)
{
    struct line line = {0};
    if (*folded)
        line_add(&line, "Below 2 %% of the whole or the floor: %s. ", folded);
    if (!s->room->terse)
        line_add(&line,
                 "added: the path up to this step less the path before it; saved: what leaving out this step "
                 "alone saves; overlaps: they differ, one step hides behind another; unattributed: the whole "
                 "less all added; overlap: the whole less all saved. ");
    if (any_first_fence(p->left) || any_first_fence(p->right))
        line_add(&line, "* the first step with a store fence. ");
    if (!s->room->terse)
        line_add(&line, "? may be 0. ");
    if (p->left->distrusted)
        line_add(&line, STYLE_BAD "The controls of this point did not hold." STYLE_OFF " ");
    if (line.used)
        line.text[line.used - 1] = 0;
    page_text(s->page, arena_format(&s->model->arena, "%s", line.text));
}

static const char *column_name(const struct section *s, const struct model_cell *cell)
{
    return arena_format(&s->model->arena, "%s added", cell->path);
}

static void put_pair(const struct section *s, const struct pair *p)
{
    page_head(s->page,
              arena_format(&s->model->arena, "Where it moved, in ns (added by a step; saved without it): %s",
                           show_point(&s->model->arena, p->left)));
    page_table(s->page, p->right ? "lrrrrl" : "lrrl");
    page_field(s->page, "stage");
    page_field(s->page, column_name(s, p->left));
    page_field(s->page, "saved");
    if (p->right) {
        page_field(s->page, column_name(s, p->right));
        page_field(s->page, "saved");
    }
    page_field(s->page, "");
    const char *folded = put_rows(s, p);
    put_sums(s, p);
    put_notes(s, p, folded);
}

/* The headline's ledger if it has one; else of any cell beside its baseline; else of any cell. */
static struct pair choose(const struct section *s)
{
    const struct model *m = s->model;
    const struct model_cell *single = NULL, *h = s->surface->headline;
    const struct model_cell *base = h ? model_in_group(m, h, m->baseline) : NULL;
    if (h && h->row_count && base && base->row_count)
        return (struct pair){base, h};
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct model_cell *c = &m->cells[i];
        if (!c->row_count || c->status != CELL_MEASURED)
            continue;
        base = model_in_group(m, c, m->baseline);
        if (base && base != c && base->row_count && !c->reference_only)
            return (struct pair){base, c};
        if (!single || c == h)
            single = c;
    }
    return (struct pair){single, NULL};
}

/* The system's own path beside the model of it: stores through a mapping before write(). */
static struct pair choose_real(const struct section *s)
{
    const struct model *m = s->model;
    struct pair best = {NULL, NULL};
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct model_cell *c = &m->cells[i];
        bool mapped = strstr(c->kernel, "mmap");
        if (!model_is_sys(c) || !c->row_count || c->status != CELL_MEASURED || (best.left && !mapped))
            continue;
        const struct model_cell *base = model_in_group(m, c, mapped ? "mmap-xarray" : "bypass");
        if (base && base->row_count && (!best.left || !strstr(best.right->kernel, "mmap")))
            best = (struct pair){base, c};
    }
    return best;
}

void ledger_add(const struct section *s)
{
    struct pair p = choose(s), real = choose_real(s);
    if (p.left)
        put_pair(s, &p);
    if (s->room->ledgers > 1 && real.left && real.right != p.right)
        put_pair(s, &real);
}

void ledger_of_cell(const struct section *s, const struct model_cell *cell)
{
    struct arena *a = &s->model->arena;
    if (!cell->row_count)
        return;
    page_table(s->page, "lrrrrl");
    static const char *const header[] = {"stage", "ns added", "95 %", "ns saved", "95 %", ""};
    for (size_t i = 0; i < sizeof header / sizeof *header; i++)
        page_field(s->page, header[i]);
    for (size_t i = 0; i < cell->row_count; i++) {
        const struct model_row *row = &cell->rows[i];
        page_field(s->page, stage_label(s, (struct stage){row->stage, row->side}));
        page_field(s->page,
                   arena_format(a, "%s%s", shown_number(row->added.value).text, row->first_fence ? "*" : ""));
        page_field(s->page, show_interval(a, row->added.low, row->added.high, true));
        page_field(s->page, arena_format(a, "%s", shown_number(row->saved.value).text));
        page_field(s->page, show_interval(a, row->saved.low, row->saved.high, true));
        page_field(s->page,
                   arena_format(a, "%s%s %s", row->overlaps ? "overlaps, " : "", row->how, row->provenance));
    }
    struct pair alone = {cell, NULL};
    page_text(s->page, arena_format(a, "To persistence %s ns; unattributed %s ns; overlap %s ns.",
                                    shown_number(ledger_persistence(cell).value).text,
                                    shown_number(cell->unattributed.value).text,
                                    shown_number(cell->overlap.value).text));
    put_notes(s, &alone, "");
}
