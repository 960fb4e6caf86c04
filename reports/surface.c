/* surface.c - which cells make up the surface: axes, blocks, paths, the headline */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "reports/surface.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool surface_has(const struct surface *s, const struct model_cell *cell)
{
    return !model_is_part(cell) && !model_is_aside(s->model, cell) && !cell->reference_only &&
           strcmp(cell->path, s->model->baseline) && (cell->vs || cell->status != CELL_MEASURED);
}

static bool compared(const struct surface *s, const struct model_cell *cell)
{
    return surface_has(s, cell) && model_verdict(cell) != MODEL_NONE;
}

/* l2, llc, beyond; sizes by value; then words, the standard one first. */
static double rank(enum axis_id axis, const char *value)
{
    static const char *const words[] = {"l2", "llc", "beyond"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(value, words[i]))
            return 1e18 * (double)(i + 1);
    char *end;
    double number = strtod(value, &end);
    if (end != value && !*end)
        return number;
    return strcmp(value, model_axis_standard(axis)) ? 1e30 : 1e29;
}

static int order(enum axis_id axis, const char *a, const char *b)
{
    double x = rank(axis, a), y = rank(axis, b);
    return x != y ? (x > y) - (x < y) : strcmp(a, b);
}

/* Inserts a value in its place unless it is there; false when there is no room. */
static bool insert(const char **values, size_t *count, size_t most, enum axis_id axis, const char *value)
{
    size_t at = 0;
    while (at < *count && order(axis, values[at], value) < 0)
        at++;
    if (at < *count && !strcmp(values[at], value))
        return true;
    if (*count == most)
        return false;
    memmove(values + at + 1, values + at, (*count - at) * sizeof *values);
    values[at] = value;
    ++*count;
    return true;
}

static size_t values_of(const struct surface *s, enum axis_id axis, const char **values, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < s->model->cell_count; i++)
        if (surface_has(s, &s->model->cells[i]))
            insert(values, &count, most, axis, s->model->cells[i].axis[axis]);
    return count;
}

/* `wanted` when it varies, else the axis that varies most within `most` values, else `wanted`. */
static enum axis_id varying(const struct surface *s, enum axis_id wanted, enum axis_id taken, size_t most)
{
    const char *values[SURFACE_ROWS];
    if (values_of(s, wanted, values, SURFACE_ROWS) > 1)
        return wanted;
    enum axis_id best = wanted;
    size_t best_count = 1;
    for (int a = 0; a < AXES; a++) {
        if (a == (int)taken || a == AXIS_surround)
            continue;
        size_t n = values_of(s, (enum axis_id)a, values, SURFACE_ROWS);
        if (n > best_count && n <= most) {
            best_count = n;
            best = (enum axis_id)a;
        }
    }
    return best;
}

/* The path whose ratios have the lowest geometric mean, of those with or without a tracker. */
static const char *cheapest(const struct surface *s, bool tracked_only, const char *but)
{
    const struct model *m = s->model;
    const char *best = NULL;
    double least = INFINITY;
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct model_cell *c = &m->cells[i];
        bool tracked = *c->track && strcmp(c->track, "none");
        if (!compared(s, c) || (tracked_only && !tracked) || (but && !strcmp(but, c->path)))
            continue;
        if (best && !strcmp(best, c->path))
            continue;
        double sum = 0;
        size_t n = 0;
        for (size_t j = 0; j < m->cell_count; j++) {
            const struct model_cell *d = &m->cells[j];
            if (strcmp(d->path, c->path) || !compared(s, d) || !(d->vs->ratio.value > 0))
                continue;
            sum += log(d->vs->ratio.value);
            n++;
        }
        if (n && sum / (double)n < least) {
            least = sum / (double)n;
            best = c->path;
        }
    }
    return best;
}

static const char *main_path(const struct surface *s)
{
    for (size_t i = 0; i < s->model->cell_count; i++)
        if (!strcmp(s->model->cells[i].path, "deferred-xarray") && compared(s, &s->model->cells[i]))
            return s->model->cells[i].path;
    const char *tracked = cheapest(s, true, NULL);
    return tracked ? tracked : cheapest(s, false, NULL);
}

static int headline_score(const struct surface *s, const struct model_cell *c)
{
    static const struct {
        enum axis_id axis;
        const char *value;
        int score;
    } wanted[] = {{AXIS_surround, "kernel", 64}, {AXIS_size, "4096", 16},  {AXIS_dirty, "size", 8},
                  {AXIS_footprint, "l2", 4},     {AXIS_overwrite, "1", 2}, {AXIS_access, "seq", 2},
                  {AXIS_dest, "own", 2},         {AXIS_source, "warm", 2}, {AXIS_offset, "0", 2}};
    const struct model_cell *base = model_in_group(s->model, c, s->model->baseline);
    int score = c->row_count && base && base->row_count ? 32 : 0;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strcmp(c->axis[wanted[i].axis], wanted[i].value))
            score += wanted[i].score;
    return score + (strcmp(c->kernel, "write_fsync") ? 0 : 128);
}

static void find_headline(struct surface *s)
{
    int best = -1;
    for (size_t i = 0; s->path && i < s->model->cell_count; i++) {
        const struct model_cell *c = &s->model->cells[i];
        if (strcmp(c->path, s->path) || !compared(s, c) || headline_score(s, c) <= best)
            continue;
        best = headline_score(s, c);
        s->headline = c;
    }
}

bool surface_same_block(const struct surface *s, const struct model_cell *a, const struct model_cell *b)
{
    for (int i = 0; i < AXES; i++)
        if (i != (int)s->row_axis && i != (int)s->column_axis && strcmp(a->axis[i], b->axis[i]))
            return false;
    return !strcmp(a->kernel, b->kernel) && !strcmp(a->domain, b->domain);
}

static int distance_to_headline(const struct surface *s, const struct model_cell *c)
{
    const struct model_cell *h = s->headline;
    int distance = !strcmp(c->axis[AXIS_surround], "none") ? 1000 : 0;
    if (!h)
        return distance;
    distance += strcmp(c->kernel, h->kernel) ? 100 : 0;
    distance += strcmp(c->domain, h->domain) ? 100 : 0;
    for (int i = 0; i < AXES; i++)
        if (i != (int)s->row_axis && i != (int)s->column_axis && strcmp(c->axis[i], h->axis[i]))
            distance += i == AXIS_dirty ? 5 : 4;
    return distance;
}

static void add_block(struct surface *s, const struct model_cell *c)
{
    size_t at = 0;
    for (size_t b = 0; b < s->block_count; b++)
        if (surface_same_block(s, s->blocks[b], c))
            return;
    if (s->block_count == SURFACE_BLOCKS)
        return;
    while (at < s->block_count && distance_to_headline(s, s->blocks[at]) <= distance_to_headline(s, c))
        at++;
    memmove(s->blocks + at + 1, s->blocks + at, (s->block_count - at) * sizeof *s->blocks);
    s->blocks[at] = c;
    s->block_count++;
}

static size_t count_groups(const struct surface *s)
{
    size_t groups = 0;
    for (size_t i = 0; i < s->model->cell_count; i++) {
        const struct model_cell *c = &s->model->cells[i];
        bool first = compared(s, c);
        for (size_t j = 0; first && j < i; j++)
            first = !compared(s, &s->model->cells[j]) || strcmp(s->model->cells[j].group, c->group);
        groups += first;
    }
    return groups;
}

void surface_find(struct surface *s, const struct model *m)
{
    *s = (struct surface){.model = m};
    s->column_axis = varying(s, AXIS_footprint, AXIS_size, SURFACE_COLUMNS);
    s->row_axis = varying(s, AXIS_size, s->column_axis, SURFACE_ROWS);
    s->row_count = values_of(s, s->row_axis, s->rows, SURFACE_ROWS);
    s->column_count = values_of(s, s->column_axis, s->columns, SURFACE_COLUMNS);
    s->path = main_path(s);
    s->other = s->path ? cheapest(s, false, s->path) : NULL;
    find_headline(s);
    for (size_t i = 0; i < m->cell_count; i++)
        if (surface_has(s, &m->cells[i]))
            add_block(s, &m->cells[i]);
    s->groups = count_groups(s);
}
