/* compare_head.c - the first lines of a comparison: may the files be trusted, and in what do they differ */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/compare_counts.h"
#include "reports/format.h"

const char *compare_name(struct arena *a, const struct compare_file *file)
{
    enum { NAME_MOST = 40 };
    size_t n = strlen(file->name);
    return n <= NAME_MOST ? file->name : arena_format(a, "...%s", file->name + n - (NAME_MOST - 3));
}

static void add_floor(struct line *line, const struct model *m)
{
    double usual = (m->floor_usual - 1) * 100, widest = (m->floor_ratio - 1) * 100;
    if (!(m->floor_ratio > 1))
        line_add(line, ", floor not known");
    else if (m->control_count > 2 && usual < widest)
        line_add(line, ", floor %.1f %% (at worst %.1f %%)", usual, widest);
    else
        line_add(line, ", floor %.1f %%", widest);
}

static void add_controls(struct line *line, struct arena *a, const struct compare_file *file)
{
    const struct model *m = &file->model;
    line_add(line, "%s%c (%s): ", line->used ? "; " : "", file->letter, compare_name(a, file));
    if (!m->control_count)
        line_add(line, STYLE_BAD "NOT RUN" STYLE_OFF ", so that nothing is claimed");
    else if (m->held_count == m->control_count && m->controls_held)
        line_add(line, STYLE_GOOD "HELD" STYLE_OFF " in %s%zu group%s", m->control_count > 1 ? "all " : "",
                 m->control_count, m->control_count == 1 ? "" : "s");
    else if (m->held_count == m->control_count)
        line_add(line, STYLE_BAD "NOT HELD" STYLE_OFF " over the run, though each group's did");
    else
        line_add(line, STYLE_BAD "NOT HELD" STYLE_OFF " in %zu of %zu groups, of which nothing is claimed",
                 m->control_count - m->held_count, m->control_count);
    add_floor(line, m);
}

static void controls(const struct compare_page *p)
{
    struct arena *a = &p->c->arena;
    struct line line = {0};
    for (size_t i = 0; i < p->c->file_count; i++) {
        if (line.used > 1000) { /* many files: a line each would be cut by what a line holds */
            page_fact(p->page, "controls", arena_format(a, "%s", line.text));
            line = (struct line){0};
        }
        add_controls(&line, a, &p->c->files[i]);
    }
    page_fact(p->page, "controls", arena_format(a, "%s", line.text));
}

static void status(const struct compare_page *p, const struct compare_file *file)
{
    const struct model *m = &file->model;
    size_t measured = 0;
    if (!strcmp(m->status, "complete"))
        return;
    for (size_t i = 0; i < m->cell_count; i++)
        measured += m->cells[i].status == CELL_MEASURED;
    page_fact(p->page, "status",
              arena_format(&p->c->arena, STYLE_BAD "%c is %s" STYLE_OFF ": %zu of %zu cells measured",
                           file->letter, *m->status ? m->status : "of unknown status", measured,
                           m->cell_count));
}

static void differences(const struct compare_page *p, const struct compare_pair *pair)
{
    struct arena *a = &p->c->arena;
    size_t most = p->room->differences;
    if (!pair->difference_count)
        page_fact(p->page, "differs",
                  arena_format(a, "nothing between %c and %c", pair->a->letter, pair->b->letter));
    for (size_t i = 0; i < pair->difference_count && i < most; i++) {
        const struct compare_difference *d = &pair->differences[i];
        page_fact(
            p->page, "differs",
            arena_format(a, "%s: %s in %c, %s in %c", d->what, d->a, pair->a->letter, d->b, pair->b->letter));
    }
    if (pair->difference_count > most)
        page_fact(p->page, "differs",
                  arena_format(a, "... in %zu more ways: --all", pair->difference_count - most));
}

static bool any_withheld(const struct compare *c)
{
    for (size_t i = 0; i < c->pair_count; i++)
        if (c->pairs[i].withheld)
            return true;
    return false;
}

/* Once, however many pairs there are. */
static void emulated(const struct compare_page *p)
{
    const char *letters = compare_emulated_letters(p->c, ", ");
    if (letters && !p->c->options.force)
        page_text(p->page,
                  arena_format(&p->c->arena,
                               STYLE_BAD "times are withheld" STYLE_OFF
                                         ": results of an emulated machine (%s): counts only; --force %s",
                               letters,
                               compare_times_hidden(p->c) ? "shows them"
                                                          : "judges the ratios that stand in parentheses"));
}

static bool told_before(const struct compare *c, size_t pair)
{
    for (size_t i = 0; i < pair; i++)
        if (c->pairs[i].withheld && !strcmp(c->pairs[i].withheld, c->pairs[pair].withheld))
            return true;
    return false;
}

void compare_head_add(const struct compare_page *p)
{
    controls(p);
    for (size_t i = 0; i < p->c->pair_count; i++)
        differences(p, &p->c->pairs[i]);
    if (p->c->warning)
        page_fact(p->page, "warning", p->c->warning);
    for (size_t i = 0; i < p->c->file_count; i++)
        status(p, &p->c->files[i]);
    for (size_t i = 0; p->c->options.force && i < p->c->pair_count; i++)
        if (p->c->pairs[i].withheld && !told_before(p->c, i))
            page_fact(p->page, "forced",
                      arena_format(&p->c->arena,
                                   STYLE_BAD "forced" STYLE_OFF ": times are judged although %s",
                                   p->c->pairs[i].withheld));
    if (p->c->options.force && !any_withheld(p->c))
        page_fact(p->page, "forced", "--force changes nothing here: nothing is withheld");
    emulated(p);
}
