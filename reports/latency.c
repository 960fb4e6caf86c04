/* latency.c - how long single calls take, of runs with --latency: a table of the headline's point, one cell's
 * histograms */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/sections.h"

enum {
    PARTS = 4,
    OCTAVES = 64,
    BAR = 40,
    COLUMNS = 9,
    STAMPS_LEAST = 4
}; /* PARTS: rows an octave of a histogram as drawn */

static const json_t *calls(const struct model_cell *c, const char *call)
{
    return model_object(model_object(c->json, "latency"), call);
}

static double calls_number(const struct model_cell *c, const char *call, const char *name)
{
    return model_number(calls(c, call), name);
}

static bool has_latency(const struct model_cell *c)
{
    return c->status == CELL_MEASURED && json_is_object(calls(c, "write"));
}

static void begin_table(const struct section *s, const char *first)
{
    static const char *const header[COLUMNS] = {NULL,        "write p50", "p99",   "p99.9", "max",
                                                "fsync p50", "p99",       "p99.9", "max"};
    page_table(s->page, "lrrrrrrrr");
    page_field(s->page, first);
    for (int i = 1; i < COLUMNS; i++)
        page_field(s->page, header[i]);
}

static void put_row(const struct section *s, const struct model_cell *c, const char *name)
{
    static const char *const names[] = {"p50", "p99", "p999", "max"};
    page_field(s->page, name);
    for (int i = 0; i < 8; i++)
        page_field(s->page,
                   arena_format(&s->model->arena, "%s",
                                shown_ns(calls_number(c, i < 4 ? "write" : "fsync", names[i % 4])).text));
}

/* "write() p99 is 620 ns, 0.74 times bypass's 838 ns"; false: the call's percentile is not known of both. */
static bool add_tail(struct line *line, const struct model_cell *c, const struct model_cell *base,
                     const char *call, const char *percentile, const char *shown)
{
    double own = calls_number(c, call, percentile), other = calls_number(base, call, percentile);
    if (!isfinite(own) || !(other > 0))
        return false;
    double stamp = model_number(model_object(base->json, "latency"), "stamp_ns");
    line_add(line, "%s %s() %s of %s is %s, ", line->used ? ";" : "The tail:", call, shown, c->path,
             shown_ns(own).text);
    if (other < STAMPS_LEAST * stamp) /* a ratio to it would be one to the clock's steps */
        line_add(line, "%s's is %s, about what stamps resolve", base->path, shown_ns(other).text);
    else
        line_add(line, "%s times %s's %s", shown_ratio(own / other).text, base->path, shown_ns(other).text);
    return true;
}

/* The highest percentile of fsync() that both have: the proposal gathers there what write() no longer does.
 */
static void put_tails(const struct section *s, const struct model_cell *c, const struct model_cell *base)
{
    struct line line = {0};
    if (!c || !base || c == base || !has_latency(base))
        return;
    add_tail(&line, c, base, "write", "p99", "p99");
    if (!add_tail(&line, c, base, "fsync", "p999", "p99.9") &&
        !add_tail(&line, c, base, "fsync", "p99", "p99") && json_is_object(calls(c, "fsync")))
        line_add(&line, "%s %.0f calls of fsync() are too few for its p99 (500)",
                 line.used ? ";" : "The tail:", calls_number(c, "fsync", "n"));
    if (line.used)
        page_text(s->page, arena_format(&s->model->arena, "%s.", line.text));
}

/* How much of what is shown the stamps themselves are. */
static void put_caution(const struct section *s, const struct model_cell *c)
{
    const json_t *latency = model_object(c->json, "latency");
    double slower = model_number(latency, "path_ns") / c->summary.median;
    page_text(
        s->page,
        arena_format(&s->model->arena,
                     "Each call between two stamps, which serialise: never to be added up, and no part of "
                     "the ratios. Stamped, %s took %s times as long; the stamps' own %s are taken off. A "
                     "percentile is the top of its bucket, at most 3 %% too high.",
                     c->path, shown_ratio(slower).text, shown_ns(model_number(latency, "stamp_ns")).text));
}

static const struct model_cell *place_of(const struct section *s)
{
    const struct model *m = s->model;
    if (s->surface->headline && has_latency(s->surface->headline))
        return s->surface->headline;
    for (size_t i = 0; i < m->cell_count; i++)
        if (has_latency(&m->cells[i]))
            return &m->cells[i];
    return NULL;
}

void latency_add(const struct section *s)
{
    const struct model *m = s->model;
    const struct model_cell *place = place_of(s);
    size_t shown = 0;
    if (!place)
        return;
    page_head(s->page, arena_format(&s->model->arena, "Latency of each call (stamped): %s",
                                    show_point(&s->model->arena, place)));
    begin_table(s, "path");
    for (size_t i = 0; i < m->cell_count && shown < s->room->rows; i++)
        if (has_latency(&m->cells[i]) && !strcmp(m->cells[i].group, place->group)) {
            put_row(s, &m->cells[i], m->cells[i].path);
            shown++;
        }
    put_tails(s, place, model_in_group(m, place, m->baseline));
    if (!s->room->terse)
        put_caution(s, place);
}

void latency_of_all(const struct section *s)
{
    const struct model *m = s->model;
    bool any = false;
    for (size_t i = 0; i < m->cell_count; i++)
        any |= has_latency(&m->cells[i]);
    if (!any)
        return;
    page_head(s->page, "Latency of each call (stamped), every cell");
    begin_table(s, "id");
    for (size_t i = 0; i < m->cell_count; i++)
        if (has_latency(&m->cells[i]))
            put_row(s, &m->cells[i], m->cells[i].id);
}

static size_t row_of(uint64_t ns)
{
    unsigned octave = 0;
    if (ns < PARTS)
        return (size_t)ns;
    while (ns >> octave >= 2 * PARTS)
        octave++;
    return octave * PARTS + (size_t)(ns >> octave);
}

static double row_low(size_t row)
{
    return row < 2 * PARTS ? (double)row : ldexp((double)(PARTS + row % PARTS), (int)(row / PARTS) - 1);
}

/* One row a quarter of an octave in which there are calls. */
static void draw(const struct section *s, const struct model_cell *c, const char *call)
{
    static const char bar[BAR + 1] = "########################################";
    struct arena *a = &s->model->arena;
    double count[OCTAVES * PARTS] = {0}, all = 0;
    const json_t *pair;
    size_t i;
    json_array_foreach(model_object(calls(c, call), "buckets"), i, pair)
    {
        json_int_t low = json_integer_value(json_array_get(pair, 0));
        double n = json_number_value(json_array_get(pair, 1));
        if (low < 0 || !(n > 0))
            continue;
        count[row_of((uint64_t)low)] += n;
        all += n;
    }
    page_table(s->page, "rrrl");
    page_field(s->page, arena_format(a, "%s() from", call));
    page_field(s->page, "calls");
    page_field(s->page, "%");
    page_field(s->page, "");
    for (size_t row = 0; row < OCTAVES * PARTS; row++) {
        double share = all > 0 ? count[row] / all : 0;
        if (!(count[row] > 0))
            continue;
        page_field(s->page, arena_format(a, "%s", shown_ns(row_low(row)).text));
        page_field(s->page, arena_format(a, "%.0f", count[row]));
        page_field(s->page, arena_format(a, "%s", shown_number(100 * share).text));
        int length = (int)lround(BAR * share);
        page_field(s->page, length ? arena_format(a, "%.*s", length, bar) : ".");
    }
}

static void put_calls(const struct section *s, const struct model_cell *c, const char *call)
{
    const json_t *h = calls(c, call);
    page_fact(
        s->page, !strcmp(call, "write") ? "a write()" : "an fsync()",
        !json_is_object(h)
            ? "none in this cell"
            : arena_format(&s->model->arena,
                           "p50 %s, p90 %s, p99 %s, p99.9 %s, p99.99 %s; min %s, max %s; %.0f calls, stamped",
                           shown_ns(model_number(h, "p50")).text, shown_ns(model_number(h, "p90")).text,
                           shown_ns(model_number(h, "p99")).text, shown_ns(model_number(h, "p999")).text,
                           shown_ns(model_number(h, "p9999")).text, shown_ns(model_number(h, "min")).text,
                           shown_ns(model_number(h, "max")).text, model_number(h, "n")));
}

void latency_of_cell(const struct section *s, const struct model_cell *c)
{
    if (!has_latency(c))
        return;
    put_calls(s, c, "write");
    put_calls(s, c, "fsync");
    put_caution(s, c);
    draw(s, c, "write");
    if (json_is_object(calls(c, "fsync")))
        draw(s, c, "fsync");
}
