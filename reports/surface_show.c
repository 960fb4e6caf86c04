/* surface_show.c - the surface as a table: ratios to the baseline, and the sizes where verdicts flip */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "reports/format.h"
#include "reports/sections.h"

/* What sets this block apart: the axes whose values differ between blocks. */
static const char *block_title(const struct section *s, const struct model_cell *block)
{
    const struct surface *f = s->surface;
    struct line line = {0};
    for (int i = -1; i < AXES; i++) {
        bool differs = false;
        if (i == (int)f->row_axis || i == (int)f->column_axis)
            continue;
        const char *value = i < 0 ? block->kernel : block->axis[i];
        for (size_t b = 0; b < f->block_count; b++)
            differs |= surface_is_bare(f, f->blocks[b]) == surface_is_bare(f, block) &&
                       strcmp(value, i < 0 ? f->blocks[b]->kernel : f->blocks[b]->axis[i]) != 0;
        if (!differs)
            continue;
        line_add(&line, "%s", line.used ? ", " : "");
        if (i < 0)
            line_add(&line, "%s", value);
        else if (i == AXIS_dirty && !strcmp(value, "size"))
            line_add(&line, "an fsync() after each write()");
        else if (i == AXIS_access)
            line_add(&line, "%s", value);
        else if (i == AXIS_dirty && !strcmp(value, "auto"))
            line_add(&line, "an fsync() after many");
        else
            line_add(&line, "%s %s", model_axis_name((enum axis_id)i),
                     show_axis((enum axis_id)i, value, &s->model->arena));
    }
    return arena_format(&s->model->arena, "%s", line.text);
}

/* Two panels stand side by side where six columns of ratios fit a line. */
struct panel {
    const struct model_cell *block;
    const char *path;
};

enum { PANELS_MOST = 2 * SURFACE_BLOCKS };

static size_t panels_beside(const struct surface *f)
{
    return f->column_count > 3 ? 1 : 2;
}

static const char *show_flip(const struct section *s, const struct model_cell *block, size_t column,
                             const char *path)
{
    const struct surface *f = s->surface;
    struct flip flip = surface_flip(f, block, column, path);
    struct arena *a = &s->model->arena;
    switch (flip.kind) {
    case FLIP_UNKNOWN:
        return "?";
    case FLIP_BETWEEN:
        return arena_format(a, "%s..%s%s", show_axis(f->row_axis, f->rows[flip.low], a),
                            show_axis(f->row_axis, f->rows[flip.high], a), flip.turns > 1 ? "+" : "");
    case FLIP_NEVER_FASTER:
    case FLIP_NEVER_SLOWER:
        break;
    }
    return flip.all_resolved ? "never" : "none seen";
}

static bool row_is_empty(const struct surface *f, const struct panel *panels, size_t n, size_t row)
{
    for (size_t i = 0; i < n * f->column_count; i++)
        if (surface_cell(f, panels[i / f->column_count].block, row, i % f->column_count,
                         panels[i / f->column_count].path))
            return false;
    return true;
}

static size_t rows_in(const struct surface *f, const struct panel *panels, size_t n)
{
    size_t rows = 0;
    for (size_t row = 0; row < f->row_count; row++)
        rows += !row_is_empty(f, panels, n, row);
    return rows;
}

/* Of `all` rows, the i-th that has a cell, is shown when only `most` may be: first, last, and evenly between.
 */
static bool is_shown(size_t i, size_t all, size_t most)
{
    if (all <= most || most < 2)
        return i < most || all <= most;
    size_t steps = most - 1, span = all - 1;
    for (size_t k = 0; k <= steps; k++)
        if (k * span / steps == i)
            return true;
    return false;
}

/* One field a column of each panel: `show` says what. */
typedef const char *show_field(const struct section *s, const struct panel *p, size_t column, size_t row);

static void put_line(const struct section *s, const struct panel *panels, size_t n, const char *label,
                     show_field *show, size_t row)
{
    const struct surface *f = s->surface;
    page_field(s->page, label);
    for (size_t i = 0; i < panels_beside(f) * f->column_count; i++) {
        size_t p = i / f->column_count;
        page_field(s->page, p < n ? show(s, &panels[p], i % f->column_count, row) : "");
    }
}

static const char *panel_title(const struct section *s, const struct panel *p, size_t column, size_t row)
{
    (void)row;
    if (column)
        return "";
    const char *title = block_title(s, p->block);
    return arena_format(&s->model->arena, STYLE_SPAN "%s%s%s", p->path, *title ? ": " : "", title);
}

static const char *panel_head(const struct section *s, const struct panel *p, size_t column, size_t row)
{
    const struct surface *f = s->surface;
    (void)p;
    (void)row;
    return show_axis(f->column_axis, f->columns[column], &s->model->arena);
}

static const char *panel_ratio(const struct section *s, const struct panel *p, size_t column, size_t row)
{
    return show_ratio(&s->model->arena, surface_cell(s->surface, p->block, row, column, p->path));
}

static const char *panel_flip(const struct section *s, const struct panel *p, size_t column, size_t row)
{
    (void)row;
    return show_flip(s, p->block, column, p->path);
}

static void strip(const struct section *s, const struct panel *panels, size_t n)
{
    const struct surface *f = s->surface;
    size_t seen = 0, all = rows_in(f, panels, n);
    put_line(s, panels, n, "", panel_title, 0);
    for (size_t row = 0; row < f->row_count; row++)
        if (!row_is_empty(f, panels, n, row) && is_shown(seen++, all, s->room->rows))
            put_line(s, panels, n, show_axis(f->row_axis, f->rows[row], &s->model->arena), panel_ratio, row);
    if (all > 1)
        put_line(s, panels, n, "flips", panel_flip, 0);
}

/* The deferred path in every block that there is room for, and the other path in the first or in all. */
static size_t choose_panels(const struct section *s, struct panel *panels)
{
    const struct surface *f = s->surface;
    const struct model_cell *first = NULL;
    size_t n = 0, full = 0;
    for (size_t b = 0; b < f->block_count; b++) {
        if (surface_is_bare(f, f->blocks[b]) || full++ >= s->room->blocks)
            continue;
        first = first ? first : f->blocks[b];
        panels[n++] = (struct panel){f->blocks[b], f->path};
        if (s->room->both && f->other)
            panels[n++] = (struct panel){f->blocks[b], f->other};
    }
    if (!s->room->both && f->other && first)
        panels[n++] = (struct panel){first, f->other};
    return n;
}

static void put_strips(const struct section *s)
{
    static const char alignment[] = "lllllllllllll";
    const struct surface *f = s->surface;
    struct panel panels[PANELS_MOST];
    size_t n = choose_panels(s, panels), beside = panels_beside(f);
    page_table(s->page, alignment + sizeof alignment - 2 - beside * f->column_count);
    put_line(s, panels, n < beside ? n : beside, model_axis_name(f->row_axis), panel_head, 0);
    for (size_t i = 0; i < n; i += beside)
        strip(s, panels + i, n - i < beside ? n - i : beside);
}

static void add_column(struct line *line, const struct section *s, const struct model_cell *block,
                       size_t column)
{
    const struct surface *f = s->surface;
    struct arena *a = &s->model->arena;
    size_t shown = 0, all = rows_in(f, &(struct panel){block, f->path}, 1), seen = 0;
    for (size_t row = 0; row < f->row_count; row++) {
        const struct model_cell *cell = surface_cell(f, block, row, column, f->path);
        if (!cell || !is_shown(seen++, all, s->room->rows))
            continue;
        line_add(line, "%s%s %s",
                 shown++      ? ", "
                 : line->used ? "; "
                              : "",
                 show_axis(f->row_axis, f->rows[row], a), show_ratio_short(a, cell));
    }
    if (shown)
        line_add(line, " (%s)", show_axis(f->column_axis, f->columns[column], a));
}

/* One line for a block: the ratios of the deferred path, column by column; the first column only when terse.
 */
static void block_in_line(const struct section *s, const struct model_cell *block)
{
    const struct surface *f = s->surface;
    struct arena *a = &s->model->arena;
    bool bare = surface_is_bare(f, block);
    const char *title = block_title(s, block);
    struct line line = {0};
    for (size_t c = 0; c < f->column_count && (c == 0 || !s->room->terse || !line.used); c++)
        add_column(&line, s, block, c);
    if (line.used)
        page_text(s->page,
                  arena_format(a, "%s%s%s: %s", bare ? "upper bound, without the rest of a write()" : f->path,
                               *title ? ", " : "", title, line.text));
}

/* When even a line a block is too much: how many there are. */
static void blocks_left(const struct section *s, size_t left)
{
    if (left)
        page_text(s->page, arena_format(&s->model->arena, "%zu more blocks of the surface: --all", left));
}

void surface_add(const struct section *s)
{
    const struct surface *f = s->surface;
    size_t full = 0, lines = 0, left = 0;
    if (f->groups < 2)
        return;
    page_head(s->page,
              arena_format(&s->model->arena,
                           "Cost relative to %s (below 1: cheaper; ~ equal; ? unresolved%s)",
                           s->model->baseline,
                           s->model->held_count < s->model->control_count ? "; ! controls not held" : ""));
    put_strips(s);
    for (size_t b = 0; b < f->block_count; b++) {
        if (!surface_is_bare(f, f->blocks[b]) && full++ < s->room->blocks)
            continue;
        if (lines++ < s->room->blocks + 2)
            block_in_line(s, f->blocks[b]);
        else
            left++;
    }
    blocks_left(s, left);
}
