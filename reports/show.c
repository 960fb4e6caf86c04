/* show.c - how ratios, points and intervals are written in every section */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/sections.h"

const char *show_ratio(struct arena *a, const struct model_cell *cell)
{
    static const struct {
        const char *before, *after;
    } marks[MODEL_VERDICTS] = {
        [MODEL_NONE] = {"", ""},
        [MODEL_FASTER] = {STYLE_GOOD, " faster" STYLE_OFF},
        [MODEL_SLOWER] = {STYLE_BAD, " slower" STYLE_OFF},
        [MODEL_EQUIVALENT] = {"~", " equal"},
        [MODEL_UNRESOLVED] = {"?", ""},
        [MODEL_BISTABLE] = {"?", " bistable"},
        [MODEL_DISTRUSTED] = {"!", ""},
    };
    if (!cell)
        return "";
    if (cell->status != CELL_MEASURED)
        return cell->status == CELL_FAILED ? STYLE_BAD "FAILED" STYLE_OFF : "skipped";
    enum model_verdict v = model_verdict(cell);
    if (v == MODEL_NONE)
        return "-";
    return arena_format(a, "%s%s%s", marks[v].before, shown_ratio(cell->vs->ratio.value).text,
                        marks[v].after);
}

const char *show_ratio_short(struct arena *a, const struct model_cell *cell)
{
    const char *ratio = show_ratio(a, cell), *word = strchr(ratio, ' ');
    if (!word || model_verdict(cell) == MODEL_BISTABLE)
        return ratio;
    return arena_format(a, "%.*s%s", (int)(word - ratio), ratio, strchr(word, STYLE_OFF[0]) ? STYLE_OFF : "");
}

static bool axis_is_bytes(enum axis_id axis)
{
    return axis == AXIS_size || axis == AXIS_offset || axis == AXIS_footprint || axis == AXIS_dirty ||
           axis == AXIS_granule || axis == AXIS_file_size || axis == AXIS_delay;
}

const char *show_axis(enum axis_id axis, const char *value, struct arena *a)
{
    return axis_is_bytes(axis) ? arena_format(a, "%s", shown_size(value).text) : value;
}

const char *show_point(struct arena *a, const struct model_cell *cell)
{
    struct line line = {0};
    line_add(&line, "%s, footprint %s", show_axis(AXIS_size, cell->axis[AXIS_size], a),
             show_axis(AXIS_footprint, cell->axis[AXIS_footprint], a));
    for (int i = 0; i < AXES; i++)
        if (i != AXIS_size && i != AXIS_footprint &&
            strcmp(cell->axis[i], model_axis_standard((enum axis_id)i)))
            line_add(&line, ", %s %s", model_axis_name((enum axis_id)i),
                     show_axis((enum axis_id)i, cell->axis[i], a));
    return arena_format(a, "%s", line.text);
}

const char *show_interval(struct arena *a, double low, double high, bool as_ns)
{
    if (!isfinite(low) || !isfinite(high))
        return "-";
    if (as_ns)
        return arena_format(a, "%s..%s", shown_number(low).text, shown_number(high).text);
    return arena_format(a, "%s..%s", shown_ratio(low).text, shown_ratio(high).text);
}

const char *show_modelled(struct arena *a, const struct model_cell *c)
{
    double side = c->vs->ratio_modelled, turn = c->vs->ratio_modelled_serial;
    if (!isfinite(turn) || turn == side)
        return arena_format(a, "%s", shown_ratio(side).text);
    return arena_format(a, "%s (drains side by side) to %s (in turn)", shown_ratio(side).text,
                        shown_ratio(turn).text);
}

static bool needs_quotes(const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+=,:@%";
    return !*text || text[strspn(text, plain)];
}

/* Bytes that a terminal may take amiss are written as $'\xHH' (bash, ksh, zsh, POSIX 2024). */
const char *show_quoted(struct arena *a, const char *text)
{
    bool escapes = false;
    struct line line = {0};
    if (!needs_quotes(text))
        return text;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        escapes |= *c < 0x20 || *c >= 0x7f;
    line_add(&line, escapes ? "$'" : "'");
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (escapes && (*c < 0x20 || *c >= 0x7f || *c == '\'' || *c == '\\'))
            line_add(&line, "\\x%02x", *c);
        else if (*c == '\'')
            line_add(&line, "'\\''");
        else
            line_add(&line, "%c", *c);
    }
    line_add(&line, "'");
    if (line.used + 1 >= sizeof line.text)
        return "SOURCE";
    return arena_format(a, "%s", line.text);
}
