/* notes.c - the last lines of a report: what failed, what to beware of, how to repeat any line */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "reports/format.h"
#include "reports/sections.h"

static const char *reason(const struct model_cell *c)
{
    return *c->reason ? c->reason : "no reason given";
}

static void failed(const struct section *s)
{
    const struct model *m = s->model;
    size_t shown = 0, all = 0;
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct model_cell *c = &m->cells[i];
        if (c->status != CELL_FAILED || all++ >= s->room->failures)
            continue;
        shown++;
        page_text(s->page, arena_format(&s->model->arena, STYLE_BAD "FAILED" STYLE_OFF " %s, %s: %s", c->path,
                                        show_point(&s->model->arena, c), reason(c)));
    }
    if (shown < all)
        page_text(s->page, arena_format(&s->model->arena,
                                        STYLE_BAD "FAILED" STYLE_OFF " %zu more cells: --all", all - shown));
}

static bool said_before(const struct model *m, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (m->cells[j].status == CELL_SKIPPED && !strcmp(m->cells[j].reason, m->cells[i].reason))
            return true;
    return false;
}

/* One line for all cells that were skipped for one reason. */
static void skipped_for(const struct section *s, const struct model_cell *first)
{
    const struct model *m = s->model;
    size_t n = 0;
    bool one_path = true;
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct model_cell *c = &m->cells[i];
        if (c->status != CELL_SKIPPED || strcmp(c->reason, first->reason))
            continue;
        n++;
        one_path &= !strcmp(c->path, first->path);
    }
    page_text(s->page, arena_format(&s->model->arena, "skipped: %zu cell%s%s%s: %s", n, n == 1 ? "" : "s",
                                    one_path ? " of " : "", one_path ? first->path : "", reason(first)));
}

static void skipped(const struct section *s)
{
    const struct model *m = s->model;
    size_t reasons = 0;
    for (size_t i = 0; i < m->cell_count; i++) {
        if (m->cells[i].status != CELL_SKIPPED || said_before(m, i))
            continue;
        if (reasons++ < s->room->failures)
            skipped_for(s, &m->cells[i]);
    }
    if (reasons > s->room->failures)
        page_text(s->page, arena_format(&s->model->arena, "skipped: for %zu more reasons: --all",
                                        reasons - s->room->failures));
}

void warnings_add(const struct section *s)
{
    const struct model *m = s->model;
    for (size_t i = 0; i < m->warning_count && i < s->room->warnings; i++) {
        const struct model_warning *w = &m->warnings[i];
        bool hint = s->room->hints && *w->hint;
        page_text(s->page, arena_format(&s->model->arena, "%s: %s%s%s", w->code, w->message,
                                        hint ? " -> " : "", hint ? w->hint : ""));
    }
    if (m->warning_count > s->room->warnings)
        page_text(s->page, arena_format(&s->model->arena, "... %zu more warnings: --all",
                                        m->warning_count - s->room->warnings));
}

void failures_add(const struct section *s)
{
    const struct model *m = s->model;
    size_t bad = 0;
    for (size_t i = 0; i < m->cell_count; i++)
        bad += m->cells[i].status != CELL_MEASURED;
    if (!bad && !m->warning_count)
        return;
    page_head(s->page, "Beware");
    failed(s);
    skipped(s);
    warnings_add(s);
}

static const char *source(const struct section *s)
{
    const char *quoted = s->options->source ? show_quoted(&s->model->arena, s->options->source) : "SOURCE";
    return strlen(quoted) > 40 ? "SOURCE" : quoted;
}

/* By axes rather than by key: it fits a line, and it says what it does. */
static const char *run_again(const struct section *s, const struct model_cell *c)
{
    struct line line = {0};
    bool copy = !strcmp(c->kernel, "copy");
    const char *base = copy ? copies_baseline(s->model, c) : s->model->baseline;
    line_add(&line, "pmembench run%s --paths ", copy ? " --kernel copy" : "");
    if (base)
        line_add(&line, "%s,", show_quoted(&s->model->arena, base));
    line_add(&line, "%s", show_quoted(&s->model->arena, c->path));
    for (int i = 0; i < AXES; i++)
        if (strcmp(c->axis[i], model_axis_standard((enum axis_id)i)))
            line_add(&line, " --%s %s", model_axis_name((enum axis_id)i),
                     show_quoted(&s->model->arena, c->axis[i]));
    struct model *m = s->model;
    const char *kind = model_text(m, model_object(m->document, "region"), "path_kind");
    const char *source = model_text(m, model_object(m->document, "domain"), "source");
    if (!strcmp(kind, "file"))
        line_add(&line, " --path FILE");
    else if (!strcmp(kind, "devdax"))
        line_add(&line, " --path /dev/daxX.Y --destroy");
    if (strcmp(c->domain, "adr") && *c->domain && strcmp(source, "detected"))
        line_add(&line, " --domain %s", show_quoted(&s->model->arena, c->domain));
    return line.used > 98 ? NULL : arena_format(&s->model->arena, "%s", line.text);
}

void repeat_add(const struct section *s)
{
    struct arena *a = &s->model->arena;
    const struct model_cell *c = s->surface->headline ? s->surface->headline : copies_example(s);
    const char *again = c ? run_again(s, c) : NULL;
    page_head(s->page, arena_format(a, "Repeat any line (its KEY: pmembench report %s --all)", source(s)));
    if (again)
        page_command(s->page, again);
    page_command(s->page,
                 arena_format(a, "pmembench run --cell 'KEY'; pmembench report %s --cell 'KEY'", source(s)));
}
