/* tuning_where.c - the situation that something is for, in words */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "reports/format.h"
#include "reports/tuning_parts.h"
#include "results/situation.h"

static void clause(struct line *line, const char *before, const char *value, const char *after)
{
    line_add(line, "%s%s%s%s", line->used ? ", " : "where ", before, value, after);
}

/* What an fsync follows is always said: it is what a program knows of itself. */
static void add_dirty(struct line *line, const char *value)
{
    if (!strcmp(value, "size"))
        clause(line, "an fsync follows each write", "", "");
    else if (!strcmp(value, "auto"))
        clause(line, "an fsync follows many writes", "", "");
    else if (!strcmp(value, "never"))
        clause(line, "no fsync follows", "", "");
    else
        clause(line, "an fsync follows ", shown_size(value).text, " of writes");
}

static void add_footprint(struct line *line, const char *value)
{
    if (!strcmp(value, "beyond"))
        clause(line, "the range is beyond the caches", "", "");
    else if (!strcmp(value, "llc"))
        clause(line, "the range fits the last-level cache", "", "");
    else
        clause(line, "the range is ", shown_size(value).text, "");
}

static void add_other(struct line *line, enum axis_id axis, const char *value)
{
    if (!strcmp(value, model_axis_standard(axis)))
        return;
    if (axis == AXIS_overwrite)
        clause(line, "each place is written ", value, " times");
    else if (axis == AXIS_footprint)
        add_footprint(line, value);
    else
        clause(line, model_axis_name(axis), " is ", value);
}

void report_tuning_where(const char *situation, char *out, size_t bytes)
{
    struct situation_part part;
    struct line line = {0};
    for (const char *rest = situation; situation_next(&rest, &part);)
        if (part.axis == AXIS_dirty)
            add_dirty(&line, part.value);
    for (const char *rest = situation; situation_next(&rest, &part);)
        if (part.axis >= 0 && part.axis != AXIS_dirty && part.axis != AXIS_size)
            add_other(&line, (enum axis_id)part.axis, part.value);
    snprintf(out, bytes, "%s", line.text);
}
