/* compare_join.c - which cells of two files answer the same question */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reports/compare_parts.h"
#include "reports/format.h"

struct entry {
    const struct model_cell *cell;
    size_t partner; /* in the other side's list; SIZE_MAX: none */
    const char *why;
};

struct side {
    const struct compare_file *file, *other;
    struct entry *sorted;
    size_t count;
};

static int by_key(const struct model_cell *a, const struct model_cell *b)
{
    return strcmp(a->key, b->key);
}

static int by_key_and_domain(const struct model_cell *a, const struct model_cell *b)
{
    int order = by_key(a, b);
    return order ? order : strcmp(a->domain, b->domain);
}

static int ascending(const void *x, const void *y)
{
    const struct model_cell *a = ((const struct entry *)x)->cell, *b = ((const struct entry *)y)->cell;
    int order = by_key_and_domain(a, b);
    return order ? order : (a > b) - (a < b);
}

static struct side sorted_side(struct arena *arena, const struct compare_file *file,
                               const struct compare_file *other)
{
    const struct model *m = &file->model;
    struct side s = {file, other, arena_alloc(arena, (m->cell_count + 1) * sizeof *s.sorted), 0};
    for (size_t i = 0; s.sorted && i < m->cell_count; i++)
        s.sorted[s.count++] = (struct entry){&m->cells[i], SIZE_MAX, ""};
    if (s.count)
        qsort(s.sorted, s.count, sizeof *s.sorted, ascending);
    return s;
}

static void marry(struct side *a, size_t i, struct side *b, size_t j)
{
    a->sorted[i].partner = j;
    b->sorted[j].partner = i;
}

static void join_equal_domains(struct side *a, struct side *b)
{
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        int order = by_key_and_domain(a->sorted[i].cell, b->sorted[j].cell);
        if (!order)
            marry(a, i, b, j);
        i += order <= 0;
        j += order >= 0;
    }
}

static size_t end_of_key(const struct side *s, size_t from)
{
    size_t end = from;
    while (end < s->count && !by_key(s->sorted[end].cell, s->sorted[from].cell))
        end++;
    return end;
}

static bool any_left(const struct side *s, size_t from, size_t end)
{
    for (; from < end; from++)
        if (s->sorted[from].partner == SIZE_MAX)
            return true;
    return false;
}

/* Of one key in both files, what no equal domain joined. */
static void explain(struct arena *arena, struct side *s, size_t from, size_t end, bool other_left)
{
    for (; from < end; from++) {
        struct entry *e = &s->sorted[from];
        if (e->partner != SIZE_MAX)
            continue;
        e->why = other_left ? arena_format(arena,
                                           "ambiguous: %c has this question under other domains than %s, and "
                                           "not one a side",
                                           s->other->letter, e->cell->domain)
                            : arena_format(arena, "not in %c under domain %s", s->other->letter,
                                           *e->cell->domain ? e->cell->domain : "unknown");
    }
}

/* One under each domain a side is the same question on two platforms; several are not to be told apart. */
static void join_other_domains(struct arena *arena, struct side *a, struct side *b)
{
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        int order = by_key(a->sorted[i].cell, b->sorted[j].cell);
        size_t end_a = end_of_key(a, i), end_b = end_of_key(b, j);
        if (!order && end_a - i == 1 && end_b - j == 1) {
            marry(a, i, b, j);
        } else if (!order) {
            bool left_a = any_left(a, i, end_a), left_b = any_left(b, j, end_b);
            explain(arena, a, i, end_a, left_b);
            explain(arena, b, j, end_b, left_a);
        }
        i = order <= 0 ? end_a : i;
        j = order >= 0 ? end_b : j;
    }
}

static bool is_time(const json_t *item)
{
    return json_is_number(item) && json_number_value(item) > 0 && isfinite(json_number_value(item));
}

static size_t times(const json_t *list)
{
    size_t i, n = 0;
    json_t *item;
    json_array_foreach(list, i, item) n += is_time(item);
    return n;
}

/* Of each process: those of some would be fewer repeats than there are. */
static bool has_levels(const struct model_cell *cell)
{
    size_t levels = times(model_object(cell->json, "level"));
    return levels && levels >= times(model_object(cell->json, "repeat"));
}

struct compare_repeats compare_repeats(struct arena *arena, const struct model_cell *cell,
                                       const struct model_cell *other)
{
    bool levels = has_levels(cell) && has_levels(other);
    const json_t *list = model_object(cell->json, levels ? "level" : "repeat");
    size_t most = json_array_size(list);
    struct compare_repeats r = {arena_alloc(arena, (most + 1) * sizeof *r.ns), 0, levels};
    for (size_t i = 0; r.ns && i < most; i++) {
        const json_t *item = json_array_get(list, i);
        if (is_time(item))
            r.ns[r.n++] = json_number_value(item);
    }
    if (r.ns && !r.n && cell->summary.median > 0 && isfinite(cell->summary.median))
        r.ns[r.n++] = cell->summary.median;
    return r;
}

static void add_difference(struct line *line, const char *what, double a, double b,
                           const struct compare_pair *pair)
{
    if (isfinite(a) && isfinite(b) && a != b)
        line_add(line, "%s%s %s in %c, %s in %c", line->used ? ", " : "", what, shown_bytes(a).text,
                 pair->a->letter, shown_bytes(b).text, pair->b->letter);
}

/* NULL where both files wrote the same stream, as far as is known. */
static const char *other_work(struct compare *c, const struct compare_pair *pair, const struct model_cell *a,
                              const struct model_cell *b)
{
    const char *x = model_text(&pair->a->model, a->json, "stream_hash");
    const char *y = model_text(&pair->b->model, b->json, "stream_hash");
    const json_t *run_a = model_object(pair->a->model.document, "run");
    const json_t *run_b = model_object(pair->b->model.document, "run");
    double seed_a = model_number(run_a, "seed"), seed_b = model_number(run_b, "seed");
    struct line line = {0};
    if (!*x || !*y || !strcmp(x, y))
        return NULL;
    add_difference(&line, "footprint", a->footprint_bytes, b->footprint_bytes, pair);
    add_difference(&line, "dirty", a->dirty_bytes, b->dirty_bytes, pair);
    add_difference(&line, "file", a->file_bytes, b->file_bytes, pair);
    if (isfinite(seed_a) && isfinite(seed_b) && seed_a != seed_b)
        line_add(&line, "%sseed %.0f in %c, %.0f in %c", line.used ? ", " : "", seed_a, pair->a->letter,
                 seed_b, pair->b->letter);
    return line.used ? arena_format(&c->arena, "%s", line.text) : "another stream of writes";
}

static void add_unmatched(struct compare *c, struct compare_pair *pair, const struct compare_file *file,
                          const struct model_cell *cell, const char *reason, bool in_neither)
{
    struct compare_unmatched *list =
        arena_grow(&c->arena, pair->unmatched, pair->unmatched_count, sizeof *list);
    if (!list)
        return;
    pair->unmatched = list;
    list[pair->unmatched_count++] = (struct compare_unmatched){file, cell, reason, true, in_neither};
}

/* "" where the cell was measured; else it is unmatched for that reason. */
static const char *not_measured(struct arena *arena, const struct compare_file *file,
                                const struct model_cell *cell, size_t repeats)
{
    const char *what = cell->status == CELL_SKIPPED ? "skipped" : "failed";
    if (cell->status == CELL_MEASURED)
        return repeats ? "" : arena_format(arena, "no time was measured in %c", file->letter);
    return arena_format(arena, "%s in %c: %s", what, file->letter,
                        *cell->reason ? cell->reason : "no reason given");
}

static void join_cells(struct compare *c, struct compare_pair *pair, const struct model_cell *a,
                       const struct model_cell *b)
{
    struct compare_repeats x = compare_repeats(&c->arena, a, b), y = compare_repeats(&c->arena, b, a);
    const char *why_a = not_measured(&c->arena, pair->a, a, x.n);
    const char *why_b = not_measured(&c->arena, pair->b, b, y.n);
    if (*why_a)
        add_unmatched(c, pair, pair->a, a, why_a, *why_b);
    if (*why_b)
        add_unmatched(c, pair, pair->b, b, why_b, *why_a);
    if (*why_a || *why_b)
        return;
    pair->items[pair->count++] = (struct compare_item){
        .a = a,
        .b = b,
        .repeats_a = x.n,
        .repeats_b = y.n,
        .median_a = stats_median(x.ns, x.n),
        .median_b = stats_median(y.ns, y.n),
        .levels = x.levels,
        .other_work = other_work(c, pair, a, b),
        .shown = true,
    };
}

/* From key order back to the order of the file. */
static const struct entry **in_file_order(struct arena *arena, const struct side *s)
{
    const struct entry **order = arena_alloc(arena, (s->count + 1) * sizeof *order);
    for (size_t i = 0; order && i < s->count; i++)
        order[s->sorted[i].cell - s->file->model.cells] = &s->sorted[i];
    return order;
}

static const char *only_here(struct arena *arena, const struct entry *e, const struct compare_file *other)
{
    if (*e->why)
        return e->why;
    bool whole = !strcmp(other->model.status, "complete");
    return arena_format(arena, "not in %c%s", other->letter, whole ? "" : ", which did not come to its end");
}

void compare_join(struct compare *c, struct compare_pair *pair)
{
    struct side a = sorted_side(&c->arena, pair->a, pair->b), b = sorted_side(&c->arena, pair->b, pair->a);
    join_equal_domains(&a, &b);
    join_other_domains(&c->arena, &a, &b);
    const struct entry **order_a = in_file_order(&c->arena, &a), **order_b = in_file_order(&c->arena, &b);
    pair->items = arena_alloc(&c->arena, (a.count + 1) * sizeof *pair->items);
    if (!pair->items || !order_a || !order_b)
        return;
    for (size_t i = 0; i < a.count; i++) {
        if (order_a[i]->partner != SIZE_MAX)
            join_cells(c, pair, order_a[i]->cell, b.sorted[order_a[i]->partner].cell);
        else
            add_unmatched(c, pair, pair->a, order_a[i]->cell, only_here(&c->arena, order_a[i], pair->b),
                          false);
    }
    for (size_t i = 0; i < b.count; i++)
        if (order_b[i]->partner == SIZE_MAX)
            add_unmatched(c, pair, pair->b, order_b[i]->cell, only_here(&c->arena, order_b[i], pair->a),
                          false);
}
