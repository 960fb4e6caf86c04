/* tuning_notes.c - the last lines of a tuning's report: what was left out, what to beware of, how to use it
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "reports/format.h"
#include "reports/tuning_parts.h"

static bool said_before(const struct tuned *t, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (!t->parts[j].used && !strcmp(t->parts[j].reason, t->parts[i].reason))
            return true;
    return false;
}

/* All parts that lack the same. */
static void left_out(struct line *line, const struct tuned *t, size_t first)
{
    bool any = false;
    line_add(line, "%s", line->used ? "; " : "not searched: ");
    for (size_t i = first; i < t->part_count; i++)
        if (!t->parts[i].used && !strcmp(t->parts[i].reason, t->parts[first].reason)) {
            line_add(line, "%s%s", any ? ", " : "", t->parts[i].name);
            any = true;
        }
    line_add(line, " (%s)", *t->parts[first].reason ? t->parts[first].reason : "no reason given");
}

static void parts(const struct tuning_page *p)
{
    const struct tuned *t = p->t;
    size_t all = 0;
    struct line line = {0};
    for (size_t i = 0; i < t->part_count; i++)
        if (!t->parts[i].used && !said_before(t, i) && all++ < p->room->parts)
            left_out(&line, t, i);
    if (all > p->room->parts)
        line_add(&line, "%s; %s", line.used ? "" : "not searched",
                 tuned_more(&p->t->model.arena, all - p->room->parts, "reason", "reasons"));
    if (line.used)
        page_text(p->page, arena_format(&p->t->model.arena, "%s", line.text));
}

static bool any_left_out(const struct tuned *t)
{
    for (size_t i = 0; i < t->part_count; i++)
        if (!t->parts[i].used)
            return true;
    return false;
}

/* The folder of a tuning.json, which the verbs take as well as the file. */
static const char *source(const struct tuning_page *p)
{
    const char *quoted = p->options->source ? show_quoted(&p->t->model.arena, p->options->source) : "DIR";
    return strlen(quoted) > 40 ? "DIR" : quoted;
}

static bool any_environment(const struct tuned *t)
{
    for (size_t i = 0; i < t->proposal_count; i++)
        if (t->proposals[i].kept && !strcmp(t->proposals[i].kind, "environment"))
            return true;
    return false;
}

void tuning_notes_add(const struct tuning_page *p)
{
    const struct section s = {
        .model = &p->t->model, .page = p->page, .room = &p->room->shared, .options = p->options};
    struct arena *a = &p->t->model.arena;
    if (any_left_out(p->t) || p->t->model.warning_count)
        page_head(p->page, "Beware");
    parts(p);
    warnings_add(&s);
    page_head(p->page, "Prove it again, use it");
    page_command(p->page, arena_format(a, "pmembench tune --check %s; pmembench run --tuning %s", source(p),
                                       source(p)));
    if (any_environment(p->t))
        page_command(p->page, "env $(grep -v '^#' libpmem.env) PROGRAM");
}
