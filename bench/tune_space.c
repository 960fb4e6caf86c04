/* tune_space.c - what a tuning searches: the strategies, the situations, the sizes */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/text.h"
#include "bench/tune_parts.h"
#include "kernels/paths.h"

/* A sample's unit of the small writes: enough for the clock, little enough to be brought into a state. */
#define PERIOD_BYTES "16384"

struct question {
    const char *name, *kernel, *kind;
    unsigned part;
    const uint64_t *sizes;
    size_t size_count;
};

static const uint64_t durable_sizes[] = {64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536},
                      fsync_sizes[] = {64, 256, 1024, 4096, 16384, 65536},
                      tracker_sizes[] = {64, 512, 4096, 32768};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct question questions[TUNE_QUESTIONS] = {
    [TUNE_DURABLE] = {"durable", "copy", "copy", TUNE_PART_DURABLE, durable_sizes, COUNT(durable_sizes)},
    [TUNE_FSYNC] = {"fsync", "write_fsync", "path", TUNE_PART_FSYNC, fsync_sizes, COUNT(fsync_sizes)},
    [TUNE_TRACKER] = {"tracker", "write_fsync", "tracker", TUNE_PART_TRACKER, tracker_sizes,
                      COUNT(tracker_sizes)},
};

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
    if (parts & TUNE_PART_DURABLE)
        json_array_append_new(blocks, json_pack("{s:s, s:o, s:i, s:i, s:s, s:s, s:s, s:O}", "kernel", "copy",
                                                "paths", paths_of(&t->choices[TUNE_DURABLE]), "size", 65536,
                                                "offset", 24, "source", "cold", "footprint", "l2", "dirty",
                                                PERIOD_BYTES, "threads", threads ? threads : one));
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
    text_copy(part->kind, sizeof(part->kind), questions[q].kind);
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
        if (strcmp(c->out.path, s->path) || strcmp(c->out.kernel, questions[q].kernel))
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
    if (t->options.parts & TUNE_PART_DURABLE && usable(&t->choices[TUNE_DURABLE]) == 1)
        fputs("pmembench: there is one copy to choose from: what it costs is measured, there is nothing to "
              "compare\n",
              stderr);
}

int tune_sort_out(struct tune *t, struct error *err)
{
    for (int q = 0; q < TUNE_QUESTIONS; q++) {
        struct tune_choices *c = &t->choices[q];
        for (size_t i = 0; i < c->count && t->options.parts & questions[q].part; i++) {
            look_at_cells(t, q, &c->list[i]);
            if (add_part(t, q, &c->list[i], err))
                return -1;
        }
        if (t->options.parts & questions[q].part && !usable(c))
            return error_set(err, EXIT_CANNOT, "tune: no %s can run here: %s", questions[q].kind,
                             c->count ? c->list[0].reason : "there is none");
    }
    say(t);
    return 0;
}

/* One axis that a question varies: its values, the first of which is the primary situation's. */
struct varied {
    enum axis_id axis;
    const char *values[5]; /* then NULL */
};

static const struct varied durable_axes[] = {{AXIS_offset, {"0", "24"}},
                                             {AXIS_dest, {"own", "absent", "read", "dirty"}},
                                             {AXIS_source, {"warm", "cold"}}},
                           fsync_axes[] = {{AXIS_footprint, {"l2", "llc", "beyond"}},
                                           {AXIS_overwrite, {"1", "8"}},
                                           {AXIS_dirty, {"size", PERIOD_BYTES}}},
                           tracker_axes[] = {{AXIS_dirty, {"size", PERIOD_BYTES}},
                                             {AXIS_file_size, {"auto", "16G"}}};

static const struct {
    const struct varied *axes;
    size_t count;
    struct {
        enum axis_id axis;
        const char *value;
    } fixed[4];
    size_t fixed_count;
} spaces[TUNE_QUESTIONS] = {
    [TUNE_DURABLE] = {durable_axes,
                      COUNT(durable_axes),
                      {{AXIS_footprint, "l2"}, {AXIS_dirty, PERIOD_BYTES}, {AXIS_surround, "none"}},
                      3},
    [TUNE_FSYNC] = {fsync_axes, COUNT(fsync_axes), {{AXIS_footprint, "l2"}}, 1},
    [TUNE_TRACKER] = {tracker_axes, COUNT(tracker_axes), {{AXIS_footprint, "l2"}}, 1},
};

static void add_to_id(struct tuning_situation *s, enum axis_id axis, const char *value)
{
    size_t length = strlen(s->id);
    snprintf(s->id + length, sizeof(s->id) - length, "/%s=%s", axis_info(axis)->name, value);
}

/* Situation number n of a question with so many threads. Returns by how many axes it is off the primary one;
 * -1: there is no such number. */
static int describe(enum tune_question q, size_t n, const char *threads, struct tuning_situation *s)
{
    int off = 0;
    *s = (struct tuning_situation){.state = "no"};
    text_copy(s->question, NAME_TEXT, questions[q].name);
    text_copy(s->kernel, NAME_TEXT, questions[q].kernel);
    text_copy(s->id, KEY_TEXT, questions[q].name);
    for (int a = 0; a < AXES; a++)
        text_copy(s->axis[a], AXIS_TEXT, a == AXIS_size ? "" : axis_info(a)->standard);
    for (size_t i = 0; i < spaces[q].fixed_count; i++)
        text_copy(s->axis[spaces[q].fixed[i].axis], AXIS_TEXT, spaces[q].fixed[i].value);
    for (size_t i = 0; i < spaces[q].count; i++) {
        const struct varied *v = &spaces[q].axes[i];
        size_t values = 0;
        while (values < COUNT(v->values) && v->values[values])
            values++;
        size_t which = n % values;
        n /= values;
        off += which != 0;
        text_copy(s->axis[v->axis], AXIS_TEXT, v->values[which]);
        add_to_id(s, v->axis, v->values[which]);
    }
    text_copy(s->axis[AXIS_threads], AXIS_TEXT, threads);
    if (q == TUNE_DURABLE)
        add_to_id(s, AXIS_threads, threads);
    return n ? -1 : off;
}

enum { OFF_MOST = 8 };

static int add_situations(struct tune *t, enum tune_question q, const char *threads, int off_wanted,
                          struct error *err)
{
    struct tuning_situation s;
    bool alone = !strcmp(threads, "1");
    for (size_t n = 0;; n++) {
        int off = describe(q, n, threads, &s);
        if (off < 0)
            return 0;
        if (off + (alone ? 0 : 2) != off_wanted)
            continue;
        struct tuning_situation *room =
            tune_add(&t->found.situations, &t->found.situation_count, sizeof(s), err);
        if (!room)
            return -1;
        s.primary = off_wanted == 0;
        *room = s;
    }
}

/* One thread, and all CPUs; or what was asked for. */
static size_t thread_texts(const struct tune *t, char texts[8][AXIS_TEXT])
{
    size_t n = 0, i;
    json_t *item;
    json_array_foreach(t->options.threads, i, item)
    {
        if (n < 8)
            text_copy(texts[n++], AXIS_TEXT, json_string_value(item));
    }
    if (n)
        return n;
    text_copy(texts[n++], AXIS_TEXT, "1");
    if (t->run.cpu_count > 1)
        snprintf(texts[n++], AXIS_TEXT, "%u", t->run.cpu_count);
    return n;
}

int tune_situations(struct tune *t, struct error *err)
{
    char threads[8][AXIS_TEXT];
    size_t n = thread_texts(t, threads);
    for (int off = 0; off < OFF_MOST; off++)
        for (int q = 0; q < TUNE_QUESTIONS; q++) {
            if (!(t->options.parts & questions[q].part))
                continue;
            for (size_t i = 0; i < (q == TUNE_DURABLE ? n : 1); i++)
                if (add_situations(t, q, q == TUNE_DURABLE ? threads[i] : "1", off, err))
                    return -1;
        }
    return 0;
}

int tune_off(const struct tune *t, const struct tuning_situation *s)
{
    int off = 0;
    for (size_t i = 0; i < t->found.situation_count; i++) {
        const struct tuning_situation *primary = &t->found.situations[i];
        if (!primary->primary || strcmp(primary->question, s->question) != 0)
            continue;
        for (int a = 0; a < AXES; a++)
            off += strcmp(primary->axis[a], s->axis[a]) ? 1 + (a == AXIS_threads) : 0;
        return off;
    }
    return off;
}

enum tune_question tune_question_of(const struct tuning_situation *s)
{
    enum tune_question q = TUNE_DURABLE;
    while (strcmp(questions[q].name, s->question) != 0)
        q++;
    return q;
}

size_t tune_sizes(enum tune_question question, const uint64_t **sizes)
{
    *sizes = questions[question].sizes;
    return questions[question].size_count;
}

int tune_strategy_find(const struct tune *t, enum tune_question question, const char *label)
{
    const struct tune_choices *c = &t->choices[question];
    for (size_t i = 0; i < c->count; i++)
        if (c->list[i].usable && !strcmp(c->list[i].label, label))
            return (int)i;
    return -1;
}
