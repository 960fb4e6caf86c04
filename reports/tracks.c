/* tracks.c - the trackers alone, without a copy: what one mark and its share of the scan cost */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/sections.h"

enum { NAMES_MOST = 16, PLACES_MOST = 5 };

struct tracks { /* rows: trackers; columns: a cell of each place */
    const char *names[NAMES_MOST];
    const struct model_cell *places[PLACES_MOST];
    size_t name_count, place_count, left_out;
};

static bool is_track(const struct model_cell *c)
{
    return !strcmp(c->kernel, "track") && c->status == CELL_MEASURED;
}

static bool same_place(const struct model_cell *a, const struct model_cell *b)
{
    for (int i = 0; i < AXES; i++)
        if (strcmp(a->axis[i], b->axis[i]))
            return false;
    return true;
}

static void collect(const struct model *m, struct tracks *t)
{
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct model_cell *c = &m->cells[i];
        size_t n = 0, p = 0;
        if (!is_track(c))
            continue;
        while (n < t->name_count && strcmp(t->names[n], c->track))
            n++;
        if (n == t->name_count && n < NAMES_MOST)
            t->names[t->name_count++] = c->track;
        while (p < t->place_count && !same_place(t->places[p], c))
            p++;
        if (p < t->place_count)
            continue;
        if (p < PLACES_MOST)
            t->places[t->place_count++] = c;
        else
            t->left_out++;
    }
}

static const struct model_cell *at(const struct model *m, const struct model_cell *place, const char *name)
{
    for (size_t i = 0; i < m->cell_count; i++)
        if (is_track(&m->cells[i]) && !strcmp(m->cells[i].track, name) && same_place(&m->cells[i], place))
            return &m->cells[i];
    return NULL;
}

static const char *place_name(const struct section *s, const struct tracks *t, const struct model_cell *place)
{
    struct line line = {0};
    for (int i = 0; i < AXES; i++) {
        bool differs = false;
        for (size_t p = 0; p < t->place_count; p++)
            differs |= strcmp(place->axis[i], t->places[p]->axis[i]) != 0;
        if (!differs)
            continue;
        const char *name = i == AXIS_file_size && !strcmp(place->axis[i], "auto")
                               ? "auto file"
                               : show_axis((enum axis_id)i, place->axis[i], &s->model->arena);
        line_add(&line, "%s%s", line.used ? ", " : "",
                 i == AXIS_access && !strcmp(place->axis[i], "seq") ? "dense" : name);
    }
    return arena_format(&s->model->arena, "%s", line.used ? line.text : "ns");
}

static void put_row(const struct section *s, const struct tracks *t, const char *name)
{
    page_field(s->page, name);
    for (size_t p = 0; p < t->place_count; p++) {
        const struct model_cell *c = at(s->model, t->places[p], name);
        const struct model_cell *xarray = at(s->model, t->places[p], "xarray");
        double ratio = c && xarray ? c->summary.median / xarray->summary.median : NAN;
        page_field(s->page, !c ? ""
                            : isfinite(ratio)
                                ? arena_format(&s->model->arena, "%s (%s)",
                                               shown_number(c->summary.median).text, shown_ratio(ratio).text)
                                : arena_format(&s->model->arena, "%s", shown_number(c->summary.median).text));
    }
}

void tracks_add(const struct section *s)
{
    static const char *const alignments[PLACES_MOST + 1] = {"l", "lr", "lrr", "lrrr", "lrrrr", "lrrrrr"};
    struct tracks t = {0};
    collect(s->model, &t);
    if (!t.name_count)
        return;
    page_head(s->page, arena_format(&s->model->arena,
                                    "Trackers alone: ns a mark with its share of the scan (times xarray)%s",
                                    t.left_out ? "; more with --all" : ""));
    page_table(s->page, alignments[t.place_count]);
    page_field(s->page, "");
    for (size_t p = 0; p < t.place_count; p++)
        page_field(s->page, place_name(s, &t, t.places[p]));
    for (size_t n = 0; n < t.name_count; n++)
        put_row(s, &t, t.names[n]);
}
