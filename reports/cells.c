/* cells.c - cells one by one: all of them (--all), or one in full (--cell) */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/sections.h"

enum { COLUMNS = 7, LAYOUTS = 256, THREADS_MOST = 128 };

static const char *const verdict_words[MODEL_VERDICTS] = {
    [MODEL_NONE] = "-",
    [MODEL_FASTER] = "faster",
    [MODEL_SLOWER] = "slower",
    [MODEL_EQUIVALENT] = "equivalent",
    [MODEL_UNRESOLVED] = "unresolved",
    [MODEL_BISTABLE] = "bistable",
    [MODEL_DISTRUSTED] = "controls not held",
};

static const char *number(const struct section *s, double x)
{
    return arena_format(&s->model->arena, "%s", shown_number(x).text);
}

static const char *count(const struct section *s, double x)
{
    return arena_format(&s->model->arena, "%s", shown_count(x).text);
}

static void put_row(const struct section *s, const struct model_cell *c)
{
    struct arena *a = &s->model->arena;
    bool measured = c->status == CELL_MEASURED;
    bool compared = model_verdict(c) != MODEL_NONE;
    page_field(s->page, measured                   ? number(s, c->summary.median)
                        : c->status == CELL_FAILED ? "FAILED"
                                                   : "skipped");
    page_field(s->page, measured ? show_interval(a, c->summary.ci_low, c->summary.ci_high, true) : "");
    page_field(s->page, measured ? count(s, c->rounds) : "");
    page_field(s->page, compared ? arena_format(a, "%s", shown_ratio(c->vs->ratio.value).text) : "");
    page_field(s->page, compared ? show_interval(a, c->vs->ratio.low, c->vs->ratio.high, false) : "");
    page_field(s->page, measured ? verdict_words[model_verdict(c)] : c->reason);
    page_field(s->page, c->id);
}

void cells_add(const struct section *s)
{
    static const char *const header[COLUMNS] = {"ns/op", "95 %", "rounds", "ratio", "95 %", "verdict", "id"};
    const struct model *m = s->model;
    page_head(s->page, "Every cell");
    page_table(s->page, "rrrrrll");
    for (int i = 0; i < COLUMNS; i++)
        page_field(s->page, header[i]);
    for (size_t i = 0; i < m->cell_count; i++)
        put_row(s, &m->cells[i]);
    latency_of_all(s);
    for (size_t i = 0; i < m->cell_count; i++) {
        if (!m->cells[i].row_count)
            continue;
        page_head(s->page, arena_format(&s->model->arena, "Ledger: %s", m->cells[i].id));
        ledger_of_cell(s, &m->cells[i]);
    }
}

static void put_summary(const struct section *s, const char *label, const struct summary *x)
{
    struct arena *a = &s->model->arena;
    if (!x->n && !isfinite(x->median)) {
        page_fact(s->page, label, "not measured");
        return;
    }
    page_fact(s->page, label,
              arena_format(
                  a,
                  "median %s (95 %% %s), MAD %s, p50 %s, p90 %s, p99 %s, max %s; %llu samples, %llu outliers",
                  shown_ns(x->median).text, show_interval(a, x->ci_low, x->ci_high, true),
                  shown_number(x->mad).text, shown_number(x->p50).text, shown_number(x->p90).text,
                  shown_number(x->p99).text, shown_number(x->max).text, (unsigned long long)x->n,
                  (unsigned long long)x->outliers));
}

static void put_question(const struct section *s, const struct model_cell *c)
{
    struct arena *a = &s->model->arena;
    page_command(s->page, c->id);
    page_fact(s->page, "parts",
              arena_format(a, "copy %s (resolved to %s), track %s, writeback %s, domain %s%s", c->copy,
                           c->copy_resolved, c->track, c->writeback, c->domain,
                           c->reference_only ? "; reference only: not durable" : ""));
    page_fact(s->page, "resolved",
              arena_format(a, "footprint %s, dirty %s, file %s", shown_bytes(c->footprint_bytes).text,
                           shown_bytes(c->dirty_bytes).text, shown_bytes(c->file_bytes).text));
}

static const char *baseline(const struct section *s, const struct model_cell *c)
{
    for (size_t i = 0; i < s->model->cell_count; i++)
        if (!strcmp(s->model->cells[i].id, c->vs->a))
            return s->model->cells[i].path;
    return s->model->baseline;
}

static void put_verdict(const struct section *s, const struct model_cell *c)
{
    struct arena *a = &s->model->arena;
    struct line line = {0};
    if (!c->vs) {
        page_fact(s->page, "verdict", "not compared (the baseline, or none was measured beside it)");
        return;
    }
    line_add(&line, "%s: ratio %s (95 %% %s) to %s in its group", verdict_words[model_verdict(c)],
             shown_ratio(c->vs->ratio.value).text,
             show_interval(a, c->vs->ratio.low, c->vs->ratio.high, false), baseline(s, c));
    if (isfinite(c->vs->ratio_modelled))
        line_add(&line, "; %s with the modelled drain", show_modelled(a, c));
    if (isfinite(c->vs->p_holm))
        line_add(&line, "; p (Holm) %.2g", c->vs->p_holm);
    line_add(&line, "; %s, %s rounds", *c->vs->method ? c->vs->method : "method unknown",
             count(s, c->vs->rounds));
    if (model_verdict(c) == MODEL_UNRESOLVED && c->vs->more_rounds > 0) {
        /* What processes differ by does not shrink with the rounds of each. */
        if (model_number(model_object(s->model->document, "run"), "repeats") > 1)
            line_add(&line, "; more --repeats may settle it");
        else
            line_add(&line, "; about %.0f more would settle it", c->vs->more_rounds);
    }
    page_fact(s->page, "verdict", arena_format(a, "%s", line.text));
}

static void put_counts(const struct section *s, const struct model_cell *c)
{
    static const char *const names[] = {"bytes_copied", "nt_bytes",   "lines_dirtied",  "lines_flushed",
                                        "fences",       "locked_ops", "entries_marked", "entries_scanned",
                                        "faults",       "drains",     "write_protects"};
    const json_t *counts = model_object(c->json, "counts");
    double flushed = model_number(counts, "lines_flushed"), dirtied = model_number(counts, "lines_dirtied");
    struct line line = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (isfinite(model_number(counts, names[i])))
            line_add(&line, "%s%s %s", line.used ? ", " : "", names[i],
                     shown_count(model_number(counts, names[i])).text);
    if (dirtied > 0 && isfinite(flushed))
        line_add(&line, "; %s lines flushed for each line dirtied", shown_ratio(flushed / dirtied).text);
    page_fact(s->page, "counts",
              line.used ? arena_format(&s->model->arena, "an op: %s", line.text) : "not counted");
}

/* The mean of each code layout: a layout far off shows what the interval only widens by. */
static void put_layouts(const struct section *s, const struct model_cell *c)
{
    const json_t *samples = model_object(c->json, "samples"), *layouts = model_object(c->json, "layouts");
    double sum[LAYOUTS] = {0};
    size_t n[LAYOUTS] = {0};
    struct line line = {0};
    for (size_t i = 0; i < json_array_size(samples) && i < json_array_size(layouts); i++) {
        const json_t *sample = json_array_get(samples, i);
        json_int_t layout = json_integer_value(json_array_get(layouts, i));
        if (!json_is_number(sample) || layout < 0 || layout >= LAYOUTS)
            continue;
        sum[layout] += json_number_value(sample);
        n[layout]++;
    }
    for (size_t i = 0; i < LAYOUTS; i++)
        if (n[i])
            line_add(&line, "%s%zu: %s", line.used ? ", " : "mean ns by code layout ", i,
                     shown_number(sum[i] / (double)n[i]).text);
    page_fact(s->page, "layouts",
              line.used ? arena_format(&s->model->arena, "%s", line.text) : "not recorded");
}

static void put_threads(const struct section *s, const struct model_cell *c)
{
    struct arena *a = &s->model->arena;
    const json_t *list = model_object(c->json, "thread_ns");
    size_t all = json_array_size(list), shown = all < THREADS_MOST ? all : THREADS_MOST;
    struct line line = {0};
    if (!all)
        return;
    for (size_t i = 0; i < shown; i++) {
        const json_t *item = json_array_get(list, i);
        line_add(&line, "%s%s", i ? ", " : "",
                 number(s, json_is_number(item) ? json_number_value(item) : NAN));
    }
    if (shown < all)
        line_add(&line, " and of %zu more threads", all - shown);
    double serial = model_number(c->json, "modelled_serial_ns");
    page_fact(s->page, "threads",
              arena_format(a, "ns a write of each one's own: %s; modelled drains side by side %s, in turn %s",
                           line.text, shown_ns(c->modelled_ns).text, shown_ns(serial).text));
}

void cell_add(const struct section *s, const struct model_cell *c)
{
    struct arena *a = &s->model->arena;
    page_head(s->page, arena_format(a, "%s, %s, %s", c->kernel, c->path, show_point(a, c)));
    put_question(s, c);
    if (c->status != CELL_MEASURED) {
        page_fact(s->page, "status",
                  arena_format(a, "%s: %s", c->status == CELL_FAILED ? "FAILED" : "skipped",
                               *c->reason ? c->reason : "no reason given"));
    } else {
        put_summary(s, "whole", &c->summary);
        put_summary(s, "in write", &c->write);
        put_summary(s, "in fsync", &c->fsync);
        put_summary(s, "one fsync", &c->fsync_call);
        put_verdict(s, c);
        page_fact(s->page, "rounds",
                  arena_format(
                      a,
                      "%s, ended by %s; %s warm-up samples dropped; %sbistable; %s GB/s; modelled drain %s",
                      count(s, c->rounds), *c->ended_by ? c->ended_by : "unknown", count(s, c->dropped),
                      c->bistable ? "" : "not ", number(s, c->gb_per_s), shown_ns(c->modelled_ns).text));
        put_layouts(s, c);
        put_threads(s, c);
        put_counts(s, c);
        latency_of_cell(s, c);
        ledger_of_cell(s, c);
    }
    page_command(s->page, arena_format(a, "pmembench run --cell %s", show_quoted(a, c->key)));
}
