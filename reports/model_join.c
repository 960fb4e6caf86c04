/* model_join.c - which comparison, controls and group belong to a cell, and which cell to a name */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/model.h"

bool model_is_part(const struct model_cell *cell)
{
    static const char *const parts[] = {"copy", "track", "writeback", "drain", "control", "units"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strcmp(cell->kernel, parts[i]))
            return true;
    return false;
}

/* Where the first cell of each id is; NULL when memory is short. */
static json_t *index_ids(const struct model *m)
{
    json_t *index = json_object();
    for (size_t i = m->cell_count; index && i--;)
        if (json_object_set_new(index, m->cells[i].id, json_integer((json_int_t)i))) {
            json_decref(index);
            return NULL;
        }
    return index;
}

static struct model_cell *by_id(const struct model *m, const json_t *index, const char *id)
{
    const json_t *place = json_object_get(index, id);
    return place ? &m->cells[json_integer_value(place)] : NULL;
}

bool model_is_sys(const struct model_cell *cell)
{
    return !strncmp(cell->kernel, "sys_", 4);
}

bool model_is_aside(const struct model *m, const struct model_cell *cell)
{
    if (model_is_part(cell))
        return false;
    return model_is_sys(cell) || strcmp(result_family(cell->kernel), m->family);
}

/* Without a comparison: the family of the first whole path. */
static const char *first_family(const struct model *m)
{
    for (size_t i = 0; i < m->cell_count; i++)
        if (!model_is_part(&m->cells[i]) && *m->cells[i].kernel)
            return result_family(m->cells[i].kernel);
    return "write_fsync";
}

/* A cell of the path that most comparisons of whole paths start from; NULL without any. */
static const struct model_cell *most_common_baseline(const struct model *m, const struct model_cell *const *a)
{
    const struct model_cell *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < m->comparison_count; i++) {
        if (!a[i] || model_is_part(a[i]))
            continue;
        size_t n = 0;
        for (size_t j = 0; j < m->comparison_count; j++)
            n += a[j] && !model_is_part(a[j]) && !strcmp(a[i]->path, a[j]->path);
        if (n > most) {
            most = n;
            best = a[i];
        }
        if (2 * n > m->comparison_count)
            break;
    }
    return best;
}

/* How far the control `same` may lie from 1. */
static double control_floor(const struct model_controls *c)
{
    return fmax(c->same.high, 1 / c->same.low);
}

static void join_controls(struct model *m, struct model_cell *cell)
{
    size_t n = strlen(cell->group);
    for (size_t i = 0; i < m->control_count; i++) {
        const struct model_controls *c = &m->controls[i];
        bool ours =
            !*c->group || (!strncmp(c->group, cell->group, n) && (!c->group[n] || c->group[n] == '/'));
        if (ours && !c->held)
            cell->distrusted = true;
        if (ours && isfinite(control_floor(c)))
            cell->floor_ratio = control_floor(c);
    }
}

static int compare_floors(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void find_usual_floor(struct model *m)
{
    double *floors = arena_alloc(&m->arena, (m->control_count + 1) * sizeof *floors);
    size_t n = 0;
    for (size_t i = 0; floors && i < m->control_count; i++)
        if (isfinite(control_floor(&m->controls[i])))
            floors[n++] = control_floor(&m->controls[i]);
    m->floor_usual = m->floor_ratio;
    if (!n)
        return;
    qsort(floors, n, sizeof *floors, compare_floors);
    m->floor_usual = floors[n / 2];
}

void model_join(struct model *m)
{
    const struct model_cell **a = arena_alloc(&m->arena, (m->comparison_count + 1) * sizeof *a);
    json_t *index = index_ids(m);
    if (!a || !index) {
        m->arena.failed = true;
        json_decref(index);
        return;
    }
    for (size_t i = 0; i < m->comparison_count; i++)
        a[i] = by_id(m, index, m->comparisons[i].a);
    const struct model_cell *base = most_common_baseline(m, a);
    m->baseline = base ? base->path : "bypass";
    m->family = base ? result_family(base->kernel) : first_family(m);
    for (size_t i = 0; i < m->cell_count; i++) {
        m->cells[i].floor_ratio = m->floor_ratio;
        join_controls(m, &m->cells[i]);
    }
    find_usual_floor(m);
    for (size_t i = 0; i < m->comparison_count; i++) {
        struct model_cell *b = by_id(m, index, m->comparisons[i].b);
        if (!a[i] || !b || a[i] == b || b->vs)
            continue;
        if (model_is_part(b) || strcmp(result_family(b->kernel), m->family) ||
            !strcmp(a[i]->path, m->baseline))
            b->vs = &m->comparisons[i];
    }
    json_decref(index);
}

enum model_verdict model_verdict(const struct model_cell *cell)
{
    if (!cell || cell->status != CELL_MEASURED || !cell->vs || !isfinite(cell->vs->ratio.value))
        return MODEL_NONE;
    if (cell->distrusted)
        return MODEL_DISTRUSTED;
    return cell->bistable ? MODEL_BISTABLE : cell->vs->verdict;
}

const struct model_cell *model_in_group(const struct model *m, const struct model_cell *like,
                                        const char *path)
{
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct model_cell *c = &m->cells[i];
        if (c->status == CELL_MEASURED && !strcmp(c->group, like->group) &&
            !strcmp(c->domain, like->domain) && !strcmp(c->path, path))
            return c;
    }
    return NULL;
}

/* The fewest changes that turn `pattern` into some part of `text` (Sellers 1980). */
static size_t distance_to_part(const char *pattern, const char *text, size_t *column, size_t n)
{
    for (size_t i = 0; i <= n; i++)
        column[i] = i;
    size_t best = n;
    for (; *text; text++) {
        size_t diagonal = column[0];
        for (size_t i = 1; i <= n; i++) {
            size_t change = diagonal + (pattern[i - 1] != *text);
            diagonal = column[i];
            size_t other = (column[i] < column[i - 1] ? column[i] : column[i - 1]) + 1;
            column[i] = change < other ? change : other;
        }
        if (column[n] < best)
            best = column[n];
    }
    return best;
}

static const char *nearest_key(const struct model *m, const char *name)
{
    size_t column[KEY_TEXT + 1], n = strnlen(name, KEY_TEXT), least = SIZE_MAX;
    const char *nearest = "";
    for (size_t i = 0; i < m->cell_count; i++) {
        size_t d = distance_to_part(name, m->cells[i].key, column, n);
        if (d < least) {
            least = d;
            nearest = m->cells[i].key;
        }
    }
    return nearest;
}

const struct model_cell *model_find(const struct model *m, const char *name, struct error *err)
{
    const struct model_cell *part = NULL;
    size_t parts = 0;
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct model_cell *c = &m->cells[i];
        if (!strcmp(c->id, name) || !strcmp(c->key, name))
            return c;
        if (strstr(c->id, name) || strstr(c->key, name)) {
            part = c;
            parts++;
        }
    }
    if (parts == 1)
        return part;
    if (parts)
        error_set(err, EXIT_CANNOT,
                  "--cell %s: %zu cells have this in their key, such as %s: give more of it", name, parts,
                  part->key);
    else if (m->cell_count)
        error_set(err, EXIT_CANNOT, "--cell %s: no such cell; nearest is %s", name, nearest_key(m, name));
    else
        error_set(err, EXIT_CANNOT, "--cell %s: the result has no cells", name);
    return NULL;
}
