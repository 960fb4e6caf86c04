/* tuning_names.c - situations and flips of a tuning by name: in full, and as short as a table needs */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "reports/format.h"
#include "reports/tuning_parts.h"

/* Values that say what they are without the name of their axis. */
static const struct value_name {
    enum axis_id axis;
    const char *value, *words, *brief;
} value_names[] = {
    {AXIS_dest, "own", "destination as it was left", "dest own"},
    {AXIS_dest, "absent", "destination not cached", "dest absent"},
    {AXIS_dest, "read", "destination cached", "dest cached"},
    {AXIS_dest, "dirty", "destination dirty", "dest dirty"},
    {AXIS_source, "warm", "source warm", "src warm"},
    {AXIS_source, "cold", "source cold", "src cold"},
    {AXIS_offset, "0", "aligned", "aligned"},
    {AXIS_threads, "1", "1 thread", "1 thr"},
    {AXIS_dirty, "size", "fsync after each write", "fsync each"},
    {AXIS_dirty, "auto", "fsync after many", "fsync after many"},
    {AXIS_dirty, "never", "no fsync", "no fsync"},
    {AXIS_file_size, "auto", "small file", "small file"},
    {AXIS_overwrite, "1", "written once", "once"},
    {AXIS_access, "seq", "in order", "in order"},
    {AXIS_access, "random", "at random", "at random"},
    {AXIS_access, "sparse", "one write a granule", "sparse"},
    {AXIS_files, "shared", "one file", "one file"},
    {AXIS_files, "own", "a file a thread", "own files"},
};

/* How other values are said; %s is the value. */
static const struct axis_name {
    enum axis_id axis;
    const char *before, *after, *brief_before, *brief_after;
} axis_names[] = {
    {AXIS_threads, "", " threads", "", " thr"},
    {AXIS_overwrite, "written ", " times", "written ", "x"},
    {AXIS_offset, "", " off", "+", ""},
    {AXIS_dirty, "fsync after ", "", "fsync per ", ""},
    {AXIS_file_size, "file of ", "", "file ", ""},
    {AXIS_footprint, "footprint ", "", "range ", ""},
};

static const char *axis_words(struct arena *a, enum axis_id axis, const char *value, bool brief)
{
    for (size_t i = 0; i < sizeof value_names / sizeof *value_names; i++)
        if (value_names[i].axis == axis && !strcmp(value_names[i].value, value))
            return brief ? value_names[i].brief : value_names[i].words;
    const char *shown = show_axis(axis, value, a);
    for (size_t i = 0; i < sizeof axis_names / sizeof *axis_names; i++) {
        const struct axis_name *n = &axis_names[i];
        if (n->axis == axis)
            return arena_format(a, "%s%s%s", brief ? n->brief_before : n->before, shown,
                                brief ? n->brief_after : n->after);
    }
    return arena_format(a, "%s %s", model_axis_name(axis), shown);
}

/* Whether situations of this question differ in the axis. */
static bool axis_differs(const struct tuned *t, const struct tuned_situation *s, int axis)
{
    for (size_t i = 0; i < t->situation_count; i++)
        if (!strcmp(t->situations[i].question, s->question) &&
            strcmp(t->situations[i].axis[axis], s->axis[axis]))
            return true;
    return false;
}

/* "source=cold/threads=2" in words; what is no axis stays as it is. */
static const char *key_words(struct arena *a, const char *key, bool brief)
{
    struct line line = {0};
    while (*key) {
        size_t n = strcspn(key, "/");
        const char *part = arena_format(a, "%.*s", (int)n, key), *is = strchr(part, '='), *words = part;
        for (int i = 0; is && i < AXES; i++)
            if (strlen(model_axis_name((enum axis_id)i)) == (size_t)(is - part) &&
                !strncmp(part, model_axis_name((enum axis_id)i), (size_t)(is - part)))
                words = axis_words(a, (enum axis_id)i, is + 1, brief);
        line_add(&line, "%s%s", line.used ? ", " : "", words);
        key += n + (key[n] == '/');
    }
    return arena_format(a, "%s", line.text);
}

/* What differs between the situations of its question; of a single one what its id names. */
static const char *where(struct tuned *t, const struct tuned_situation *s, bool brief)
{
    struct line differing = {0};
    for (int i = 0; i < AXES; i++)
        if (i != AXIS_size && *s->axis[i] && axis_differs(t, s, i))
            line_add(&differing, "%s%s", differing.used ? ", " : "",
                     axis_words(&t->model.arena, (enum axis_id)i, s->axis[i], brief));
    const char *named = strchr(s->id, '/');
    if (!differing.used && named)
        return key_words(&t->model.arena, named + 1, brief);
    return arena_format(&t->model.arena, "%s", differing.text);
}

const char *tuned_where(struct tuned *t, const struct tuned_situation *s)
{
    return where(t, s, false);
}

static const char *off(struct tuned *t, const struct tuned_situation *s, bool brief)
{
    const struct tuned_situation *primary = s->first;
    struct line line = {0};
    if (s == primary || !primary)
        return primary ? "as above" : where(t, s, brief);
    for (int i = 0; i < AXES; i++)
        if (i != AXIS_size && strcmp(s->axis[i], primary->axis[i]))
            line_add(&line, "%s%s", line.used ? ", " : "",
                     axis_words(&t->model.arena, (enum axis_id)i, s->axis[i], brief));
    return arena_format(&t->model.arena, "%s", line.text);
}

const char *tuned_off(struct tuned *t, const struct tuned_situation *s)
{
    return off(t, s, false);
}

const char *tuned_off_brief(struct tuned *t, const struct tuned_situation *s)
{
    return off(t, s, true);
}

const char *tuned_flip_name(struct tuned *t, const struct tuned_crossover *c)
{
    struct arena *a = &t->model.arena;
    const struct tuned_program *program = tuned_program(c);
    if (program)
        return arena_format(a, "%s: %s", program->name, key_words(a, c->id + strlen(program->prefix), false));
    const struct tuned_situation *s = c->at;
    if (!s)
        return *c->id ? c->id : c->situation;
    return s->primary ? s->question : arena_format(a, "%s: %s", s->question, off(t, s, false));
}

const char *tuned_flip_brief(struct tuned *t, const struct tuned_crossover *c)
{
    struct arena *a = &t->model.arena;
    const struct tuned_program *program = tuned_program(c);
    const struct tuned_situation *s = c->at;
    if (!s || !s->first)
        return program ? arena_format(a, "%s: %s", program->name,
                                      key_words(a, c->id + strlen(program->prefix), true))
                       : tuned_flip_name(t, c);
    const char *name = program ? program->name : s->question;
    return s->primary ? name : arena_format(a, "%s: %s", name, off(t, s, true));
}
