/* tune_situations.c - the situations of a tuning: those that matter most first */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bench/tune_questions.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

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
                                           {AXIS_dirty, {"size", TUNE_PERIOD}}},
                           tracker_axes[] = {{AXIS_dirty, {"size", TUNE_PERIOD}},
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
                      {{AXIS_footprint, "l2"}, {AXIS_dirty, TUNE_PERIOD}, {AXIS_surround, "none"}},
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
    text_copy(s->question, NAME_TEXT, tune_question_info(q)->name);
    text_copy(s->kernel, NAME_TEXT, tune_question_info(q)->kernel);
    text_copy(s->id, KEY_TEXT, tune_question_info(q)->name);
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

/* `others`: not the number of threads that is the primary situation's. */
static int add_situations(struct tune *t, enum tune_question q, const char *threads, bool others,
                          int off_wanted, struct error *err)
{
    struct tuning_situation s;
    for (size_t n = 0;; n++) {
        int off = describe(q, n, threads, &s);
        if (off < 0)
            return 0;
        if (off + (others ? 2 : 0) != off_wanted)
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
static size_t thread_texts(const struct tune *t, char texts[TUNE_THREADS][AXIS_TEXT])
{
    size_t n = 0, i;
    json_t *item;
    json_array_foreach(t->options.threads, i, item) text_copy(texts[n++], AXIS_TEXT, json_string_value(item));
    if (n)
        return n;
    text_copy(texts[n++], AXIS_TEXT, "1");
    if (t->run.cpu_count > 1)
        snprintf(texts[n++], AXIS_TEXT, "%u", t->run.cpu_count);
    return n;
}

int tune_situations(struct tune *t, struct error *err)
{
    char threads[TUNE_THREADS][AXIS_TEXT] = {"1"};
    size_t n = thread_texts(t, threads);
    for (int off = 0; off < (t->options.primary ? 1 : OFF_MOST); off++)
        for (int q = 0; q < TUNE_QUESTIONS; q++) {
            bool copies = q == TUNE_DURABLE, for_threads = copies && t->options.parts & TUNE_PART_THREADS;
            if (!(t->options.parts & tune_question_info(q)->part) && !(for_threads && off == 0))
                continue;
            for (size_t i = 0; i < (copies ? n : 1); i++)
                if (add_situations(t, q, copies ? threads[i] : "1", i > 0, off, err))
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
