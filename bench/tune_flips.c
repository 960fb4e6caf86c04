/* tune_flips.c - measures the sizes at which one strategy takes over from another */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/signals.h"
#include "base/text.h"
#include "bench/tune_parts.h"
#include "results/flip.h"

enum { FIRST_ROUNDS = 24, TRIES_MOST = 4 };
/* A size may be judged TRIES_MOST times: together they are wrong by chance in 1 % at most. */
static const double FACTOR = 1.25, CONFIDENCE = 1 - 0.01 / TRIES_MOST, FLIP_SECONDS = 2.5;

/* One flip to be found. */
struct wanted {
    size_t situation;
    size_t a, b; /* strategies: expected below, above */
    char id[KEY_TEXT];
};

/* Sizes measured for one flip, with their groups: more rounds go to the same. */
struct probes {
    struct {
        uint64_t size;
        unsigned tries;
        struct tune_point point;
    } at[FLIP_PROBES];
    size_t count;
};

/* Pairs that somebody's constant stands for. */
static const struct fixed_pair {
    const char *name;
    enum tune_question question;
    const char *below, *above;
} pairs[] = {
    {"libpmem", TUNE_DURABLE, "pmem2-t", "pmem2-nt"},
    {"dm-writecache", TUNE_DURABLE, "memcpy-flushcache", "line+clflushopt"},
    {"hybrid", TUNE_FSYNC, "deferred-bitmap2", "bypass"},
};
enum { PAIRS = sizeof(pairs) / sizeof(pairs[0]) };

bool tune_is_of_pair(const char *label)
{
    for (size_t i = 0; i < PAIRS; i++)
        if (!strcmp(pairs[i].below, label) || !strcmp(pairs[i].above, label))
            return true;
    return false;
}

static int want(struct wanted **list, size_t *count, const struct wanted *w, struct error *err)
{
    struct wanted *room = tune_add(list, count, sizeof(*w), err);
    if (!room)
        return -1;
    *room = *w;
    return 0;
}

/* Whoever switches there copies with one thread; hybrid is of all its situations. */
static bool asks_for(const struct fixed_pair *p, const struct tuning_situation *s)
{
    return p->question != TUNE_DURABLE || !strcmp(s->axis[AXIS_threads], "1");
}

static int want_pairs(const struct tune *t, size_t situation, struct wanted **list, size_t *count,
                      struct error *err)
{
    const struct tuning_situation *s = &t->found.situations[situation];
    for (size_t i = 0; i < PAIRS; i++) {
        int a = tune_strategy_find(t, pairs[i].question, pairs[i].below);
        int b = tune_strategy_find(t, pairs[i].question, pairs[i].above);
        if (pairs[i].question != tune_question_of(s) || a < 0 || b < 0 || !asks_for(&pairs[i], s))
            continue;
        struct wanted w = {.situation = situation, .a = (size_t)a, .b = (size_t)b};
        snprintf(w.id, sizeof(w.id), "%.16s%.600s", pairs[i].name, strchr(s->id, '/'));
        if (want(list, count, &w, err))
            return -1;
    }
    return 0;
}

/* Where the fewest good strategies of a situation meet. */
static int want_borders(const struct tune *t, size_t situation, struct wanted **list, size_t *count,
                        struct error *err)
{
    const struct tuning_situation *s = &t->found.situations[situation];
    for (size_t i = 0; i + 1 < s->segment_count; i++) {
        const char *below = s->segments[i].strategy, *above = s->segments[i + 1].strategy;
        struct wanted w = {.situation = situation,
                           .a = (size_t)tune_strategy_find(t, tune_question_of(s), below),
                           .b = (size_t)tune_strategy_find(t, tune_question_of(s), above)};
        snprintf(w.id, sizeof(w.id), "%.500s/%s>%s", s->id, below, above);
        if (want(list, count, &w, err))
            return -1;
    }
    return 0;
}

/* The primary situations' first. */
static int want_all(const struct tune *t, struct wanted **list, size_t *count, struct error *err)
{
    for (int primary = 1; primary >= 0; primary--)
        for (size_t i = 0; i < t->found.situation_count; i++)
            if (t->found.situations[i].primary == primary && t->found.situations[i].point_count > 1 &&
                (want_pairs(t, i, list, count, err) || want_borders(t, i, list, count, err)))
                return -1;
    return 0;
}

static size_t member_of(const struct tune_point *p, size_t strategy)
{
    for (size_t m = 0; m < p->cells.count; m++)
        if (p->strategy[m] == strategy)
            return m;
    return p->cells.count;
}

/* What the coarse sizes tell of the two. */
static void add_coarse(const struct tune *t, const struct wanted *w, struct flip *f)
{
    for (size_t i = 0; i < t->look_count; i++) {
        const struct tune_look *look = &t->looks[i];
        if (look->situation != w->situation || !look->point.group || look->point.group->rounds < ROUNDS_LEAST)
            continue;
        size_t a = member_of(&look->point, w->a), b = member_of(&look->point, w->b);
        if (a < look->point.cells.count && b < look->point.cells.count)
            flip_add(f, (struct flip_probe){look->size, tune_point_ratio(&look->point, a, b, CONFIDENCE)});
    }
}

static bool flip_has(const struct flip *f, uint64_t size)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->probes[i].size == size)
            return true;
    return false;
}

static int probe(struct tune *t, const struct wanted *w, uint64_t size, struct probes *probes, struct flip *f,
                 struct error *err)
{
    size_t i = 0;
    const size_t two[2] = {w->a, w->b};
    while (i < probes->count && probes->at[i].size != size)
        i++;
    if (i == FLIP_PROBES)
        return 1;
    struct tune_point *p = &probes->at[i].point;
    if (i == probes->count) {
        if (tune_point_open(t, &t->found.situations[w->situation], size, two, 2, p, err))
            return -1;
        uint64_t *kept = tune_add(&t->found.probed, &t->found.probed_count, sizeof(*kept), err);
        if (!kept)
            return -1;
        probes->at[i].size = *kept = size;
        probes->at[i].tries = flip_has(f, size); /* the coarse look was the first */
        probes->count++;
    }
    if (tune_point_visit(t, p, FIRST_ROUNDS << probes->at[i].tries, err))
        return -1;
    probes->at[i].tries++;
    if (p->group->rounds < ROUNDS_LEAST || p->cells.count < 2)
        return 1;
    return flip_add(f, (struct flip_probe){size, tune_point_ratio(p, 0, 1, CONFIDENCE)}) ? 0 : 1;
}

/* How often each of the flip's probes was measured by us, in its order. */
static void tries_of(const struct probes *probes, const struct flip *f, unsigned *tries)
{
    for (size_t i = 0; i < f->count; i++) {
        tries[i] = 0;
        for (size_t k = 0; k < probes->count; k++)
            if (probes->at[k].size == f->probes[i].size)
                tries[i] = probes->at[k].tries;
    }
}

/* "the first is ..." in names. */
static void reason_text(const char *reason, const char *a, const char *b, char out[LINE_TEXT])
{
    bool first = !strncmp(reason, "the first ", 10), second = !strncmp(reason, "the second ", 11);
    if (first || second)
        snprintf(out, LINE_TEXT, "%s %s", first ? a : b, reason + (first ? 10 : 11));
    else
        text_copy(out, LINE_TEXT, reason);
}

static int keep(struct tune *t, const struct wanted *w, const struct flip *f, bool cut_short,
                struct error *err)
{
    const struct tuning_situation *s = &t->found.situations[w->situation];
    const struct tune_choices *c = &t->choices[tune_question_of(s)];
    struct flip_end end = flip_end(f);
    struct tuning_crossover *x = tune_add(&t->found.crossovers, &t->found.crossover_count, sizeof(*x), err);
    if (!x)
        return -1;
    text_copy(x->id, KEY_TEXT, w->id);
    text_copy(x->situation, KEY_TEXT, s->id);
    text_copy(x->below, NAME_TEXT, c->list[w->a].label);
    text_copy(x->above, NAME_TEXT, c->list[w->b].label);
    x->size = end.found ? end.size : NAN;
    x->ci_low = end.low;
    x->ci_high = end.high;
    x->probes = (unsigned)f->count;
    if (!end.found)
        reason_text(end.reason, x->below, x->above, x->reason);
    size_t length = strlen(x->reason);
    if (!end.found && cut_short && length < LINE_TEXT - 40)
        text_copy(x->reason + length, LINE_TEXT - length, "; the time was spent");
    return 0;
}

static int find(struct tune *t, const struct wanted *w, double seconds, struct error *err)
{
    struct flip f = {.margin = TUNING_MARGIN};
    struct probes *probes = calloc(1, sizeof(*probes));
    unsigned tries[FLIP_PROBES] = {0};
    uint64_t end = clock_now_ns() + (uint64_t)(seconds * 1e9), size;
    int result = probes ? 0 : error_set(err, EXIT_CANNOT, "tune: no memory");
    bool late = false;
    if (probes)
        add_coarse(t, w, &f);
    while (!result && f.count && (size = flip_next(&f, FACTOR, tries, TRIES_MOST))) {
        late = signals_stop() || tune_left(end) < 0;
        if (late)
            break;
        result = probe(t, w, size, probes, &f, err);
        tries_of(probes, &f, tries);
    }
    t->out_of_time |= late;
    if (result >= 0)
        result = keep(t, w, &f, late, err);
    for (size_t i = 0; probes && i < probes->count; i++)
        tune_point_close(&probes->at[i].point);
    free(probes);
    return result;
}

int tune_flips(struct tune *t, struct error *err)
{
    struct wanted *list = NULL;
    size_t count = 0;
    int result = want_all(t, &list, &count, err);
    t->run.progress.phase = "flips";
    t->run.progress.groups = count;
    for (size_t i = 0; !result && i < count; i++) {
        double left = fmax(tune_left(t->search_end), 0);
        t->run.progress.group = i;
        /* what earlier ones did not need goes to all that follow; none takes more than a few times its share
         */
        result = find(t, &list[i], fmin(FLIP_SECONDS, 4 * left / (double)(count - i)), err);
    }
    free(list);
    return result;
}
