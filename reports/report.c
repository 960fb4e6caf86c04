/* report.c - the report of a result: its sections, fitted to a page, as text and as Markdown */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "reports/report.h"

#include <stdlib.h>
#include <string.h>

#include "reports/sections.h"

enum { LINES_MOST = 60, TEXT_COLUMNS = 100 };

static const struct room unlimited = {.blocks = 1000,
                                      .rows = 1000,
                                      .cells = 100000,
                                      .real = 1000,
                                      .ledgers = 2,
                                      .warnings = 1000,
                                      .failures = 100000,
                                      .both = true,
                                      .ranking = true,
                                      .hints = true,
                                      .spaced = true};

/* From all that is worth a page down to the bare answer: the first that fits is taken. */
static const struct room rooms[] = {
    {.blocks = 6,
     .rows = 9,
     .cells = 40,
     .real = 24,
     .ledgers = 2,
     .warnings = 8,
     .failures = 8,
     .ranking = true,
     .hints = true,
     .both = true,
     .spaced = true},
    {.blocks = 7,
     .rows = 8,
     .cells = 36,
     .real = 20,
     .ledgers = 2,
     .warnings = 8,
     .failures = 6,
     .ranking = true,
     .hints = true,
     .fold = true,
     .spaced = true},
    {.blocks = 5,
     .rows = 8,
     .cells = 30,
     .real = 18,
     .ledgers = 2,
     .warnings = 6,
     .failures = 6,
     .ranking = true,
     .hints = true,
     .fold = true},
    {.blocks = 3,
     .rows = 6,
     .cells = 24,
     .real = 16,
     .warnings = 6,
     .failures = 5,
     .ranking = true,
     .hints = true,
     .fold = true,
     .terse = true},
    {.blocks = 3,
     .rows = 5,
     .cells = 20,
     .real = 15,
     .warnings = 5,
     .failures = 4,
     .ranking = true,
     .fold = true,
     .terse = true},
    {.blocks = 3,
     .rows = 4,
     .cells = 16,
     .real = 15,
     .warnings = 4,
     .failures = 3,
     .fold = true,
     .terse = true},
    {.blocks = 1,
     .rows = 5,
     .cells = 12,
     .real = 12,
     .warnings = 3,
     .failures = 3,
     .fold = true,
     .terse = true},
    {.blocks = 1,
     .rows = 4,
     .cells = 8,
     .real = 10,
     .warnings = 2,
     .failures = 2,
     .fold = true,
     .terse = true},
    {.blocks = 1,
     .rows = 4,
     .cells = 8,
     .real = 8,
     .warnings = 1,
     .failures = 1,
     .fold = true,
     .terse = true},
    {.blocks = 1,
     .rows = 2,
     .cells = 3,
     .real = 5,
     .warnings = 1,
     .failures = 1,
     .fold = true,
     .terse = true},
};

static bool any_measured(const struct model *m)
{
    for (size_t i = 0; i < m->cell_count; i++)
        if (m->cells[i].status == CELL_MEASURED)
            return true;
    return false;
}

static void add_sections(const struct section *s)
{
    head_add(s);
    if (!any_measured(s->model)) {
        page_head(s->page, "No cell was measured: there is no answer in this result.");
        failures_add(s);
        return;
    }
    verdict_add(s);
    surface_add(s);
    points_add(s);
    real_add(s);
    mapped_add(s);
    ledger_add(s);
    latency_add(s);
    copies_add(s);
    tracks_add(s);
    if (s->options->all)
        cells_add(s);
    failures_add(s);
    repeat_add(s);
}

struct report {
    struct model model;
    struct surface surface;
    const struct model_cell *cell; /* --cell */
    struct report_options options;
};

static struct page build(struct report *r, const struct room *room)
{
    struct page page = {.arena = &r->model.arena, .spaced = room->spaced};
    struct section s = {&r->model, &r->surface, &page, room, &r->options};
    if (r->cell) {
        head_of_cell(&s, r->cell);
        cell_add(&s, r->cell);
    } else {
        add_sections(&s);
    }
    return page;
}

static int begin(struct report *r, const json_t *document, const struct report_options *options,
                 struct error *err)
{
    static const struct report_options standard = {0};
    *r = (struct report){.options = options ? *options : standard};
    if (model_load(&r->model, document, err))
        return -1;
    surface_find(&r->surface, &r->model);
    if (r->options.cell && !(r->cell = model_find(&r->model, r->options.cell, err))) {
        model_free(&r->model);
        return -1;
    }
    return 0;
}

static int end(struct report *r, FILE *out, struct error *err)
{
    bool failed = r->model.arena.failed;
    model_free(&r->model);
    if (failed)
        return error_set(err, EXIT_CANNOT, "report: out of memory: close other programs and try again");
    if (fflush(out) || ferror(out))
        return error_set(err, EXIT_CANNOT, "report: cannot write it: check the disk or the pipe it goes to");
    return 0;
}

static void write_fitted(struct report *r, FILE *out)
{
    struct page page = {0};
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        page = build(r, &rooms[i]);
        if (page_write_text(&page, TEXT_COLUMNS, false, NULL) > LINES_MOST)
            continue;
        page_write_text(&page, TEXT_COLUMNS, r->options.colour, out);
        return;
    }
    page_write_first(&page, LINES_MOST, TEXT_COLUMNS, r->options.colour, "pmembench report SOURCE --all",
                     out);
}

int report_text(const json_t *document, const struct report_options *options, FILE *out, struct error *err)
{
    struct report r;
    if (begin(&r, document, options, err))
        return -1;
    if (r.cell || r.options.all) {
        struct page page = build(&r, &unlimited);
        page.wide = true;
        page_write_text(&page, TEXT_COLUMNS, r.options.colour, out);
    } else {
        write_fitted(&r, out);
    }
    return end(&r, out, err);
}

int report_markdown(const json_t *document, const struct report_options *options, FILE *out,
                    struct error *err)
{
    struct report r;
    if (begin(&r, document, options, err))
        return -1;
    struct page page = build(&r, &unlimited);
    fputs("# pmembench report\n\n", out);
    page_write_markdown(&page, out);
    return end(&r, out, err);
}
