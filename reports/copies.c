/* copies.c - kernel copy: what writes that are durable at once reach, by size and strategy */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/format.h"
#include "reports/sections.h"

enum { NAMES_MOST = 64, SIZES_MOST = 64, BLOCKS_MOST = 64, LINE_WIDTH = 100, GAP = 2 };
/* "1100  0.62 faster" and, without the word, "1100 0.62". */
enum { LABEL_WIDTH = 8, NUMBER_WIDTH = 6, WORD_WIDTH = 20, SHORT_WIDTH = 12, STRIP = 5 };

/* Strategies stand side by side where they fit a line, else one below the other. */
struct copies {
    const char *names[NAMES_MOST];                /* paths; first what the others are compared with */
    const char *sizes[SIZES_MOST];                /* by value */
    const struct model_cell *blocks[BLOCKS_MOST]; /* one cell of each: equal in all but path and size */
    size_t name_count, size_count, block_count;
    bool beside;
};

static bool is_copy(const struct model_cell *c)
{
    return !strcmp(c->kernel, "copy");
}

bool copies_shown(const struct section *s)
{
    for (size_t i = 0; i < s->model->cell_count; i++)
        if (is_copy(&s->model->cells[i]) && s->model->cells[i].status == CELL_MEASURED)
            return true;
    return false;
}

bool copies_alone(const struct model *m)
{
    for (size_t i = 0; i < m->cell_count; i++)
        if (!is_copy(&m->cells[i]))
            return false;
    return m->cell_count;
}

static bool same_block(const struct model_cell *a, const struct model_cell *b)
{
    for (int i = 0; i < AXES; i++)
        if (i != AXIS_size && strcmp(a->axis[i], b->axis[i]))
            return false;
    return !strcmp(a->domain, b->domain);
}

static void add_name(struct copies *t, const char *name)
{
    size_t n = 0;
    while (n < t->name_count && strcmp(t->names[n], name))
        n++;
    if (n == t->name_count && n < NAMES_MOST)
        t->names[t->name_count++] = name;
}

static void add_size(struct copies *t, const char *size)
{
    size_t at = 0;
    while (at < t->size_count && strtod(t->sizes[at], NULL) < strtod(size, NULL))
        at++;
    if ((at < t->size_count && !strcmp(t->sizes[at], size)) || t->size_count == SIZES_MOST)
        return;
    memmove(t->sizes + at + 1, t->sizes + at, (t->size_count - at) * sizeof *t->sizes);
    t->sizes[at] = size;
    t->size_count++;
}

static void add_block(struct copies *t, const struct model_cell *c)
{
    size_t b = 0;
    while (b < t->block_count && !same_block(t->blocks[b], c))
        b++;
    if (b == t->block_count && b < BLOCKS_MOST)
        t->blocks[t->block_count++] = c;
}

const char *copies_baseline(const struct model *m, const struct model_cell *cell)
{
    for (size_t i = 0; cell->vs && i < m->cell_count; i++)
        if (!strcmp(m->cells[i].id, cell->vs->a))
            return m->cells[i].path;
    return NULL;
}

/* memcpy-flushcache:none:none is the copy's name; not where that would name two. */
static const char *label(const struct section *s, const struct copies *t, const char *path)
{
    size_t n = strcspn(path, ":"), alike = 0;
    for (size_t i = 0; i < t->name_count; i++)
        alike += strcspn(t->names[i], ":") == n && !strncmp(t->names[i], path, n);
    return alike > 1 ? path : arena_format(&s->model->arena, "%.*s", (int)n, path);
}

static bool fits_beside(const struct section *s, const struct copies *t)
{
    size_t width = LABEL_WIDTH;
    for (size_t n = 0; n < t->name_count; n++) {
        size_t name = strlen(label(s, t, t->names[n])), least = n ? WORD_WIDTH : NUMBER_WIDTH;
        width += GAP + (name > least ? name : least);
    }
    return width <= LINE_WIDTH;
}

static void collect(const struct section *s, struct copies *t)
{
    const struct model *m = s->model;
    for (size_t i = 0; i < m->cell_count && !t->name_count; i++)
        if (is_copy(&m->cells[i]) && copies_baseline(m, &m->cells[i]))
            add_name(t, copies_baseline(m, &m->cells[i]));
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct model_cell *c = &m->cells[i];
        if (!is_copy(c) || c->status != CELL_MEASURED)
            continue;
        add_name(t, c->path);
        add_size(t, c->axis[AXIS_size]);
        add_block(t, c);
    }
    t->beside = fits_beside(s, t);
}

static const struct model_cell *at(const struct section *s, const struct model_cell *block, const char *name,
                                   const char *size)
{
    for (size_t i = 0; i < s->model->cell_count; i++) {
        const struct model_cell *c = &s->model->cells[i];
        if (is_copy(c) && !strcmp(c->path, name) && !strcmp(c->axis[AXIS_size], size) && same_block(c, block))
            return c;
    }
    return NULL;
}

/* Leaves out of the list's middle what is more than `most`. */
static size_t thin(const char **values, size_t count, size_t most)
{
    if (count <= most || most < 2)
        return count < most ? count : most;
    for (size_t i = 0; i < most; i++)
        values[i] = values[i * (count - 1) / (most - 1)];
    return most;
}

/* The footprint, and each axis that differs between blocks or is not at its standard. What dirty asks for is
 * only a period's length, and the surround never runs. */
static const char *title(const struct section *s, const struct copies *t, const struct model_cell *block)
{
    struct arena *a = &s->model->arena;
    struct line line = {0};
    line_add(&line, "footprint %s", show_axis(AXIS_footprint, block->axis[AXIS_footprint], a));
    for (int i = 0; i < AXES; i++) {
        bool shown = strcmp(block->axis[i], model_axis_standard((enum axis_id)i)) && i != AXIS_dirty &&
                     i != AXIS_surround;
        for (size_t b = 0; b < t->block_count; b++)
            shown |= strcmp(block->axis[i], t->blocks[b]->axis[i]) != 0;
        if (shown && i != AXIS_size && i != AXIS_footprint)
            line_add(&line, ", %s %s", model_axis_name((enum axis_id)i),
                     show_axis((enum axis_id)i, block->axis[i], a));
    }
    return arena_format(a, "%s", line.text);
}

/* "4980  1.03 slower"; of the baseline "5120". */
static const char *show_cell(const struct section *s, const struct copies *t, const struct model_cell *c)
{
    struct arena *a = &s->model->arena;
    if (!c || c->status != CELL_MEASURED)
        return c ? show_ratio(a, c) : "";
    struct shown rate = shown_number(c->gb_per_s * 1000);
    if (!c->vs)
        return arena_format(a, "%*s", t->beside ? NUMBER_WIDTH : NUMBER_WIDTH - 1, rate.text);
    return t->beside ? arena_format(a, "%*s  %s", NUMBER_WIDTH, rate.text, show_ratio(a, c))
                     : arena_format(a, "%*s %s", NUMBER_WIDTH - 1, rate.text, show_ratio_short(a, c));
}

static const char *const alignments[] = {"l", "ll", "lll", "llll", "lllll", "llllll"};

/* One table: the names, or up to STRIP sizes from `first` on, as its columns. */
static void put_table(const struct section *s, const struct copies *t, size_t first, size_t blocks,
                      size_t names)
{
    struct arena *a = &s->model->arena;
    size_t left = t->size_count - first, sizes = left < STRIP ? left : STRIP;
    size_t columns = t->beside ? names : sizes, rows = t->beside ? t->size_count : names;
    page_table(s->page, alignments[columns]);
    page_field(s->page, t->beside ? "size" : "MB/s");
    for (size_t i = 0; i < columns; i++)
        page_field(s->page,
                   t->beside ? label(s, t, t->names[i]) : show_axis(AXIS_size, t->sizes[first + i], a));
    for (size_t b = 0; b < blocks; b++) {
        page_field(s->page, arena_format(a, STYLE_SPAN "- %s", title(s, t, t->blocks[b])));
        for (size_t i = 0; i < columns; i++)
            page_field(s->page, "");
        for (size_t row = 0; row < rows; row++) {
            page_field(s->page,
                       t->beside ? show_axis(AXIS_size, t->sizes[row], a) : label(s, t, t->names[row]));
            for (size_t i = 0; i < columns; i++)
                page_field(s->page,
                           show_cell(s, t,
                                     t->beside ? at(s, t->blocks[b], t->names[i], t->sizes[row])
                                               : at(s, t->blocks[b], t->names[row], t->sizes[first + i])));
        }
    }
}

struct wins {
    bool at[SIZES_MOST];
    size_t sizes[SIZES_MOST]; /* that were measured */
    size_t all, won, resolved;
};

/* Where the strategy's verdict is this one. */
static struct wins find_wins(const struct section *s, const struct copies *t, const struct model_cell *block,
                             const char *name, enum model_verdict won)
{
    struct wins w = {.all = 0};
    for (size_t i = 0; i < t->size_count; i++) {
        enum model_verdict v = model_verdict(at(s, block, name, t->sizes[i]));
        if (v == MODEL_NONE)
            continue;
        w.at[w.all] = v == won;
        w.won += v == won;
        w.resolved += v == MODEL_FASTER || v == MODEL_SLOWER || v == MODEL_EQUIVALENT;
        w.sizes[w.all++] = i;
    }
    return w;
}

/* At which sizes the strategy is cheaper, as far as it was measured. */
static const char *show_wins(const struct section *s, const struct copies *t, const struct wins *w)
{
    struct arena *a = &s->model->arena;
    struct line line = {0};
    size_t first = 0, last = w->all;
    if (!w->won)
        return w->resolved < w->all ? "at no resolved size" : "at no size";
    if (w->won == w->all)
        return "at every size";
    while (!w->at[first])
        first++;
    while (!w->at[last - 1])
        last--;
    if (w->won == last - first && last == w->all)
        return arena_format(a, "from %s on", show_axis(AXIS_size, t->sizes[w->sizes[first]], a));
    if (w->won == last - first && !first)
        return arena_format(a, "up to %s", show_axis(AXIS_size, t->sizes[w->sizes[last - 1]], a));
    for (size_t i = first; i < last; i++)
        if (w->at[i])
            line_add(&line, "%s%s", line.used ? " and " : "at ",
                     show_axis(AXIS_size, t->sizes[w->sizes[i]], a));
    return arena_format(a, "%s", line.text);
}

/* Of two: which is cheaper from which size on. */
static void put_winner(const struct section *s, const struct copies *t, const struct model_cell *block)
{
    struct wins w = find_wins(s, t, block, t->names[1], MODEL_FASTER);
    struct wins base = find_wins(s, t, block, t->names[1], MODEL_SLOWER);
    const char *names[] = {label(s, t, t->names[0]), label(s, t, t->names[1])};
    struct line line = {0};
    if (!w.all)
        return;
    line_add(&line, "Cheaper with %s: ", title(s, t, block));
    if (w.won)
        line_add(&line, "%s %s", names[1], show_wins(s, t, &w));
    if (base.won)
        line_add(&line, "%s%s %s", w.won ? ", " : "", names[0], show_wins(s, t, &base));
    if (!w.won && !base.won)
        line_add(&line, "neither%s", w.resolved < w.all ? ", as far as it is resolved" : "");
    else if (w.resolved < w.all)
        line_add(&line, "; %zu size%s not resolved", w.all - w.resolved,
                 w.all - w.resolved > 1 ? "s are" : " is");
    page_text(s->page, arena_format(&s->model->arena, "%s.", line.text));
}

/* Of many: those with the same answer together. */
static void put_winners(const struct section *s, const struct copies *t, const struct model_cell *block)
{
    const char *answers[NAMES_MOST] = {NULL};
    struct line line = {0};
    for (size_t i = 1; i < t->name_count; i++) {
        struct wins w = find_wins(s, t, block, t->names[i], MODEL_FASTER);
        answers[i] = w.all ? show_wins(s, t, &w) : NULL;
    }
    for (size_t i = 1; i < t->name_count; i++) {
        if (!answers[i])
            continue;
        line_add(&line, "%s%s", line.used ? "; " : "", answers[i]);
        const char *answer = answers[i];
        for (size_t j = i, n = 0; j < t->name_count; j++)
            if (answers[j] && !strcmp(answers[j], answer)) {
                line_add(&line, "%s%s", n++ ? ", " : " ", label(s, t, t->names[j]));
                answers[j] = NULL;
            }
    }
    if (line.used)
        page_text(s->page, arena_format(&s->model->arena, "Cheaper than %s with %s: %s.",
                                        label(s, t, t->names[0]), title(s, t, block), line.text));
}

static void put_head(const struct section *s, const struct copies *t)
{
    struct line line = {0};
    line_add(&line, "Copies alone, each write durable at once: MB/s (10^6)");
    if (t->name_count > 1)
        line_add(&line, ", cost relative to %s (below 1: cheaper%s)", label(s, t, t->names[0]),
                 s->room->terse ? "" : "; ~ equal; ? unresolved; ! controls not held");
    page_head(s->page, arena_format(&s->model->arena, "%s", line.text));
}

static void left_out(const struct section *s, size_t n, const char *what)
{
    if (n)
        page_text(s->page, arena_format(&s->model->arena, "... %zu more %s: --all", n, what));
}

/* How many strategies there is room for, in each block of each of so many tables. */
static size_t names_shown(const struct section *s, const struct copies *t, size_t tables)
{
    size_t most = s->room->cells / tables;
    if (t->beside || t->name_count <= 2)
        return t->name_count;
    most = most < 2 ? 2 : most;
    return t->name_count < most ? t->name_count : most;
}

void copies_add(const struct section *s)
{
    struct copies t = {.name_count = 0};
    if (!copies_shown(s))
        return;
    collect(s, &t);
    put_head(s, &t);
    struct copies shown = t;
    bool fitted = s->room->cells < 1000;
    size_t blocks = t.block_count < s->room->blocks ? t.block_count : s->room->blocks;
    shown.size_count = thin(shown.sizes, t.size_count,
                            !fitted    ? SIZES_MOST
                            : t.beside ? s->room->rows
                                       : STRIP);
    size_t strips = t.beside ? 1 : (shown.size_count + STRIP - 1) / STRIP;
    size_t names = names_shown(s, &t, blocks * strips);
    for (size_t i = 0; i < strips; i++)
        put_table(s, &shown, i * STRIP, blocks, names);
    for (size_t b = 0; b < blocks && t.size_count > 1; b++)
        if (t.name_count == 2)
            put_winner(s, &t, t.blocks[b]);
        else if (!s->room->terse || t.beside)
            put_winners(s, &t, t.blocks[b]);
    left_out(s, t.name_count - names, "strategies");
    left_out(s, t.size_count - shown.size_count, "sizes");
    left_out(s, t.block_count - blocks, "blocks");
}

const struct model_cell *copies_example(const struct section *s)
{
    const struct model_cell *best = NULL;
    for (size_t i = 0; i < s->model->cell_count; i++) {
        const struct model_cell *c = &s->model->cells[i];
        if (!is_copy(c) || c->status != CELL_MEASURED)
            continue;
        bool better = c->vs && !strcmp(c->axis[AXIS_size], "4096");
        if (!best || (c->vs && !best->vs) || (better && strcmp(best->axis[AXIS_size], "4096")))
            best = c;
    }
    return best;
}
