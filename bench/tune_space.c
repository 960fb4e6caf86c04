/* tune_space.c - what a tuning chooses from: copies, paths and trackers, and which of them can run */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/text.h"
#include "bench/tune_questions.h"
#include "kernels/paths.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *const fsync_paths[] = {"bypass",          "bypass-wide",     "eager",
                                          "eager-range",     "deferred-xarray", "deferred-bitmap",
                                          "deferred-bitmap2"};

/* A tracker with the granule that its marks stand for. */
static const struct {
    enum track_id track;
    const char *granule; /* NULL: that of the kernel */
} trackers[] = {{TRACK_xarray, NULL},   {TRACK_xarray_order, NULL}, {TRACK_radix, NULL},
                {TRACK_bitmap, NULL},   {TRACK_bitmap2, NULL},      {TRACK_bitmap2, "64"},
                {TRACK_bitmap2, "256"}, {TRACK_bitmap, "64"},       {TRACK_bitmap2, "2M"}};

/* Not to choose from: a policy over two others, and history. */
static bool is_choice(enum copy_id copy)
{
    return copy != COPY_pmem2 && copy != COPY_movnti_6_1;
}

static int add_choice(struct tune_choices *c, const char *label, const char *path, const char *granule,
                      struct error *err)
{
    struct tune_strategy *s = &c->list[c->count];
    for (size_t i = 0; i < c->count; i++)
        if (!strcmp(c->list[i].label, label))
            return 0;
    if (c->count == TUNE_STRATEGIES)
        return error_set(err, EXIT_USAGE, "more than %d strategies to choose from: name fewer",
                         TUNE_STRATEGIES);
    text_copy(s->label, NAME_TEXT, label);
    text_copy(s->path, NAME_TEXT, path);
    text_copy(s->granule, AXIS_TEXT, granule ? granule : "");
    c->count++;
    return 0;
}

static int add_copy(struct tune_choices *c, const char *name, struct error *err)
{
    char path[NAME_TEXT];
    if (snprintf(path, sizeof(path), strchr(name, ':') ? "%s" : "%s:none:none", name) >= NAME_TEXT)
        return error_set(err, EXIT_USAGE, "--copy: '%.60s' is no copy; `pmembench list` shows them", name);
    return add_choice(c, name, path, NULL, err);
}

/* A copy is durable at once when it writes back by itself, or where the caches are inside the domain; whether
 * they are is known when the memory is open: then what does not fit is sorted out. */
static int choose_copies(struct tune *t, struct error *err)
{
    struct tune_choices *c = &t->choices[TUNE_DURABLE];
    size_t i;
    json_t *name;
    json_array_foreach(t->options.copies, i, name)
    {
        if (add_copy(c, json_string_value(name), err))
            return -1;
    }
    bool cached = !strcmp(t->run.options.domain, "eadr");
    for (unsigned id = 0; !t->options.copies && id < COPIES; id++)
        if (is_choice(id) && (copy_get(id, 0)->durable || cached) && add_copy(c, copy_get(id, 0)->name, err))
            return -1;
    return 0;
}

static int choose_paths(struct tune *t, struct error *err)
{
    struct tune_choices *c = &t->choices[TUNE_FSYNC];
    size_t i;
    json_t *name;
    json_array_foreach(t->options.paths, i, name)
    {
        const char *path = json_string_value(name);
        if (strlen(path) >= NAME_TEXT)
            return error_set(err, EXIT_USAGE, "--paths: '%.60s' is no path; `pmembench list` shows them",
                             path);
        if (add_choice(c, path, path, NULL, err))
            return -1;
    }
    for (i = 0; !t->options.paths && i < COUNT(fsync_paths); i++)
        if (add_choice(c, fsync_paths[i], fsync_paths[i], NULL, err))
            return -1;
    return 0;
}

static int choose_trackers(struct tune *t, struct error *err)
{
    bool erms = t->spec.features & copy_get(COPY_rep_movsb, 0)->features;
    for (size_t i = 0; i < COUNT(trackers); i++) {
        char label[NAME_TEXT], path[NAME_TEXT];
        const char *name = track_get(trackers[i].track, 0)->name, *granule = trackers[i].granule;
        snprintf(label, sizeof(label), "%s%s%s", name, granule ? "@" : "", granule ? granule : "");
        snprintf(path, sizeof(path), "%s:%s:auto", copy_get(erms ? COPY_rep_movsb : COPY_movq, 0)->name,
                 name);
        if (add_choice(&t->choices[TUNE_TRACKER], label, path, granule, err))
            return -1;
    }
    return 0;
}

int tune_choose(struct tune *t, struct error *err)
{
    memset(t->choices, 0, sizeof(t->choices));
    return choose_copies(t, err) || choose_paths(t, err) || choose_trackers(t, err) ? -1 : 0;
}

static json_t *paths_of(const struct tune_choices *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->count; i++)
        json_array_append_new(list, json_string(c->list[i].path));
    return list;
}

json_t *tune_largest(const struct tune *t, struct error *err)
{
    unsigned parts = t->options.parts;
    const json_t *threads = t->options.threads;
    json_t *blocks = json_array(), *one = json_string("1");
    if (parts & TUNE_COPIES)
        json_array_append_new(blocks, json_pack("{s:s, s:o, s:i, s:i, s:s, s:s, s:s, s:O}", "kernel", "copy",
                                                "paths", paths_of(&t->choices[TUNE_DURABLE]), "size", 65536,
                                                "offset", 24, "source", "cold", "footprint", "l2", "dirty",
                                                TUNE_PERIOD, "threads", threads ? threads : one));
    if (parts & TUNE_PART_FSYNC)
        json_array_append_new(blocks, json_pack("{s:s, s:o, s:i, s:s, s:s}", "kernel", "write_fsync", "paths",
                                                paths_of(&t->choices[TUNE_FSYNC]), "size", 65536, "footprint",
                                                "beyond", "dirty", "size"));
    if (parts & TUNE_PART_TRACKER)
        json_array_append_new(blocks, json_pack("{s:s, s:o, s:i, s:s, s:s, s:s}", "kernel", "write_fsync",
                                                "paths", paths_of(&t->choices[TUNE_TRACKER]), "size", 32768,
                                                "footprint", "l2", "dirty", "size", "granule", "2M"));
    if (parts & TUNE_PART_THREADS)
        json_array_append_new(blocks,
                              json_pack("{s:s, s:o, s:i, s:s, s:s, s:O}", "kernel", "copy", "paths",
                                        paths_of(&t->choices[TUNE_DURABLE]), "size", 65536, "footprint",
                                        "beyond", "dirty", "65536", "threads", threads ? threads : one));
    if (!json_array_size(blocks)) /* processes measure all: one cell looks at machine and memory */
        json_array_append_new(blocks,
                              json_pack("{s:s, s:[s], s:i, s:s, s:s}", "kernel", "write_fsync", "paths",
                                        "bypass", "size", 4096, "footprint", "l2", "dirty", "size"));
    json_decref(one);
    json_t *plan = json_pack("{s:s, s:o}", "name", "tune", "blocks", blocks);
    if (!plan)
        error_set(err, EXIT_CANNOT, "tune: no memory");
    return plan;
}

static int add_part(struct tune *t, enum tune_question q, const struct tune_strategy *s, struct error *err)
{
    struct tuning_part *part = tune_add(&t->found.parts, &t->found.part_count, sizeof(*part), err);
    if (!part)
        return -1;
    text_copy(part->kind, sizeof(part->kind), tune_question_info(q)->kind);
    text_copy(part->name, sizeof(part->name), s->label);
    part->used = s->usable;
    text_copy(part->reason, sizeof(part->reason), s->reason);
    return 0;
}

/* What the largest cell of this strategy says of it. */
static void look_at_cells(const struct tune *t, enum tune_question q, struct tune_strategy *s)
{
    for (size_t i = 0; i < t->run.cells.count; i++) {
        const struct run_cell *c = &t->run.cells.cells[i];
        if (strcmp(c->out.path, s->path) || strcmp(c->out.kernel, tune_question_info(q)->kernel))
            continue;
        s->usable = c->runnable;
        text_copy(s->reason, sizeof(s->reason), c->runnable ? "" : c->out.reason);
        return;
    }
    text_copy(s->reason, sizeof(s->reason), "not asked for");
}

static size_t usable(const struct tune_choices *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++)
        n += c->list[i].usable;
    return n;
}

/* What decides how much there is to find is said at once. */
static void say(const struct tune *t)
{
    for (char **variable = environ; *variable; variable++)
        if (!strncmp(*variable, "PMEM_", 5) || !strncmp(*variable, "PMEM2_", 6))
            fprintf(
                stderr,
                "pmembench: %.*s is set: the search sees libpmem2 as it says; unset it to see libpmem2's own "
                "choices (the proof takes it away)\n",
                (int)strcspn(*variable, "="), *variable);
    if (!(t->spec.features & CPU_CLWB))
        fprintf(stderr,
                "pmembench: this CPU has no CLWB: lines are written back by %s, which also drops them from "
                "the cache\n",
                t->spec.features & CPU_CLFLUSHOPT ? "CLFLUSHOPT" : "CLFLUSH");
    if (t->options.parts & TUNE_COPIES && usable(&t->choices[TUNE_DURABLE]) == 1)
        fputs("pmembench: there is one copy to choose from: what it costs is measured, there is nothing to "
              "compare\n",
              stderr);
}

/* A question that cannot be answered here is left out, with a line; one that was named is an error. */
static int leave_out(struct tune *t, enum tune_question q, struct error *err)
{
    const struct tune_choices *c = &t->choices[q];
    const struct tune_question_info *info = tune_question_info(q);
    const char *why = c->count ? c->list[0].reason : "there is none";
    if (t->options.parts_named)
        return error_set(err, EXIT_CANNOT, "--only: no %s can run here: %s", info->kind, why);
    t->options.parts &= ~(q == TUNE_DURABLE ? TUNE_COPIES : info->part);
    fprintf(stderr, "pmembench: %s is left out: no %s can run here: %s\n", info->name, info->kind, why);
    return 0;
}

int tune_sort_out(struct tune *t, struct error *err)
{
    for (int q = 0; q < TUNE_QUESTIONS; q++) {
        struct tune_choices *c = &t->choices[q];
        unsigned parts = q == TUNE_DURABLE ? TUNE_COPIES : tune_question_info(q)->part;
        bool asked = t->options.parts & parts;
        for (size_t i = 0; i < c->count && asked; i++) {
            look_at_cells(t, q, &c->list[i]);
            if (add_part(t, q, &c->list[i], err))
                return -1;
        }
        if (asked && !usable(c) && leave_out(t, q, err))
            return -1;
    }
    if (!(t->options.parts & ~TUNE_PART_PROOF))
        return error_set(err, EXIT_CANNOT, "tune: nothing can be searched here");
    say(t);
    return 0;
}

int tune_strategy_find(const struct tune *t, enum tune_question question, const char *label)
{
    const struct tune_choices *c = &t->choices[question];
    for (size_t i = 0; i < c->count; i++)
        if (c->list[i].usable && !strcmp(c->list[i].label, label))
            return (int)i;
    return -1;
}
