/* tune_threads.c - how the bandwidth of durable writes grows with threads, and where it peaks */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/signals.h"
#include "base/text.h"
#include "bench/tune_parts.h"
#include "results/stats.h"

/* Numbers of threads differ in their streams, so that they are no group: their groups take turns. */
enum { TURNS = 8, THREADS_MOST = 16, CONTENDERS = 2 };
static const uint64_t sizes[] = {256, 4096, 65536};
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

struct counts {
    unsigned n[THREADS_MOST];
    size_t count;
};

static void thread_counts(const struct tune *t, struct counts *c)
{
    size_t i;
    json_t *item;
    json_array_foreach(t->options.threads, i, item)
    {
        if (c->count < THREADS_MOST)
            c->n[c->count++] = (unsigned)strtoul(json_string_value(item), NULL, 10);
    }
    for (unsigned n = 1; !t->options.threads && n <= t->run.cpu_count && c->count < THREADS_MOST - 1; n *= 2)
        c->n[c->count++] = n;
    if (!t->options.threads && c->count && c->n[c->count - 1] < t->run.cpu_count)
        c->n[c->count++] = t->run.cpu_count;
}

/* The copy's own name, of a combination its first part. */
static const struct copy *copy_of(const char *label)
{
    size_t length = strcspn(label, ":");
    for (unsigned id = 0; id < COPIES; id++)
        if (strlen(copy_get(id, 0)->name) == length && !strncmp(copy_get(id, 0)->name, label, length))
            return copy_get(id, 0);
    return NULL;
}

/* The cheapest of the primary situation's copies from a page on that leave the line cached, or that do not.
 * -1: there is none. */
static int champion(const struct tune *t, bool cached)
{
    const struct tune_choices *c = &t->choices[TUNE_DURABLE];
    double best = INFINITY;
    int found = -1;
    for (size_t i = 0; i < c->count; i++) {
        const struct copy *copy = copy_of(c->list[i].label);
        double sum = 0;
        size_t n = 0;
        if (!c->list[i].usable || !copy || (copy->resident != RESIDENT_NO) != cached)
            continue;
        for (size_t s = 0; s < t->found.situation_count; s++) {
            const struct tuning_situation *of = &t->found.situations[s];
            for (size_t z = 0; of->primary && tune_question_of(of) == TUNE_DURABLE && z < of->point_count;
                 z++)
                for (size_t k = 0; k < of->points[z].cell_count && of->points[z].size >= 4096; k++)
                    if (!strcmp(of->points[z].cells[k].strategy, c->list[i].label)) {
                        sum += log(of->points[z].cells[k].ratio.value);
                        n++;
                    }
        }
        if (n && sum / (double)n < best) {
            best = sum / (double)n;
            found = (int)i;
        }
    }
    return found;
}

/* The streaming situation: lines come from memory and go there. */
static void describe(struct tuning_situation *s, unsigned threads)
{
    *s = (struct tuning_situation){.question = "durable", .kernel = "copy", .id = "threads"};
    for (int a = 0; a < AXES; a++)
        text_copy(s->axis[a], AXIS_TEXT, a == AXIS_size ? "" : axis_info(a)->standard);
    text_copy(s->axis[AXIS_footprint], AXIS_TEXT, "beyond");
    text_copy(s->axis[AXIS_dirty], AXIS_TEXT, "65536");
    text_copy(s->axis[AXIS_surround], AXIS_TEXT, "none");
    snprintf(s->axis[AXIS_threads], AXIS_TEXT, "%u", threads);
}

/* GB/s of each turn of each number of threads. */
struct series {
    double rate[THREADS_MOST][TURNS];
    size_t turns;
};

static double turn_rate(const struct tune_point *p, size_t member, unsigned from)
{
    unsigned rounds;
    const double *ns = tune_point_samples(p, member, &rounds);
    double median = rounds > from ? stats_median(ns + from, rounds - from) : NAN;
    return (double)p->cells.cells[0].spec.stream.size / median;
}

/* All numbers of threads in turn, forwards and backwards. */
static int take_turns(struct tune *t, struct tune_point *points, const struct counts *c, struct series *of,
                      struct error *err)
{
    for (size_t turn = 0; turn < TURNS && !signals_stop() && tune_left(t->search_end) > 0; turn++) {
        for (size_t k = 0; k < c->count; k++) {
            struct tune_point *p = &points[turn % 2 ? c->count - 1 - k : k];
            unsigned before = p->group->rounds;
            if (tune_point_visit(t, p, ROUNDS_BLOCK, err))
                return -1;
            for (size_t m = 0; m < p->cells.count; m++)
                of[m].rate[p - points][turn] = turn_rate(p, m, before);
        }
        for (size_t m = 0; m < CONTENDERS && !signals_stop(); m++)
            of[m].turns = turn + 1;
    }
    return 0;
}

/* The fewest threads that are as good as the best; all fewer are provably below it. 0: it cannot be told. */
static unsigned peak(const struct series *s, const struct counts *c)
{
    size_t best = 0;
    for (size_t k = 1; k < c->count; k++)
        if (stats_median(s->rate[k], s->turns) > stats_median(s->rate[best], s->turns))
            best = k;
    for (size_t k = 0; k < c->count; k++) {
        struct interval more = stats_paired_ratio(s->rate[k], s->rate[best], s->turns, 0.95).ratio;
        if (k == best || more.high <= TUNING_MARGIN)
            return c->n[k];
        if (k < best && !(more.low > 1))
            return 0;
    }
    return 0;
}

static int keep(struct tune *t, const char *label, uint64_t size, const struct counts *c,
                const struct series *s, struct error *err)
{
    struct tuning_threads *out = tune_add(&t->found.threads, &t->found.thread_count, sizeof(*out), err);
    if (!out)
        return -1;
    snprintf(out->id, sizeof(out->id), "threads/size=%llu/%s", (unsigned long long)size, label);
    text_copy(out->strategy, NAME_TEXT, label);
    out->size = size;
    out->peak = peak(s, c);
    for (size_t k = 0; k < c->count; k++) {
        struct tuning_rate *rate = tune_add(&out->rates, &out->rate_count, sizeof(*rate), err);
        if (!rate)
            return -1;
        *rate = (struct tuning_rate){c->n[k], stats_median_interval(s->rate[k], s->turns, 0.95)};
    }
    return 0;
}

static int one_size(struct tune *t, uint64_t size, const size_t *strategies, size_t count,
                    const struct counts *c, struct error *err)
{
    struct tune_point points[THREADS_MOST] = {{.group = NULL}};
    struct series *of = calloc(CONTENDERS, sizeof(*of));
    int result = of ? 0 : error_set(err, EXIT_CANNOT, "tune: no memory");
    for (size_t k = 0; k < c->count && !result; k++) {
        struct tuning_situation s;
        describe(&s, c->n[k]);
        result = tune_point_open(t, &s, size, strategies, count, &points[k], err);
    }
    if (!result)
        result = take_turns(t, points, c, of, err);
    for (size_t m = 0; m < count && !result && of->turns >= TURNS - 2; m++)
        result = keep(t, t->choices[TUNE_DURABLE].list[strategies[m]].label, size, c, &of[m], err);
    t->out_of_time |= !result && of->turns < TURNS - 2;
    for (size_t k = 0; k < c->count; k++)
        tune_point_close(&points[k]);
    free(of);
    return result;
}

int tune_bandwidth(struct tune *t, struct error *err)
{
    struct counts c = {.count = 0};
    size_t strategies[CONTENDERS], count = 0;
    int of[CONTENDERS] = {champion(t, false), champion(t, true)};
    thread_counts(t, &c);
    for (size_t i = 0; i < CONTENDERS; i++)
        if (of[i] >= 0)
            strategies[count++] = (size_t)of[i];
    t->run.progress.phase = "threads";
    t->run.progress.groups = SIZES;
    for (size_t z = 0; z < SIZES && count && c.count > 1 && !signals_stop(); z++) {
        t->run.progress.group = z;
        if (one_size(t, sizes[z], strategies, count, &c, err))
            return -1;
    }
    return 0;
}
