/* tuning_find.c - questions to a loaded tuning: which situation, segment, flip, strategy, size */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/tuning_parts.h"

enum { STRATEGIES_MOST = 64, SIZES_MOST = 256 };

const struct tuned_situation *tuned_primary(const struct tuned *t, const char *question)
{
    for (size_t i = 0; i < t->situation_count; i++)
        if (t->situations[i].primary && !strcmp(t->situations[i].question, question))
            return &t->situations[i];
    return NULL;
}

static const struct tuned_situation *named(const struct tuned *t, const char *id)
{
    for (size_t i = 0; i < t->situation_count; i++)
        if (!strcmp(t->situations[i].id, id))
            return &t->situations[i];
    return NULL;
}

void tuned_link(struct tuned *t)
{
    for (size_t i = 0; i < t->situation_count; i++)
        t->situations[i].first = tuned_primary(t, t->situations[i].question);
    for (size_t i = 0; i < t->crossover_count; i++)
        t->crossovers[i].at = named(t, t->crossovers[i].situation);
}

const struct tuned_segment *tuned_segment_at(const struct tuned_situation *s, double size)
{
    for (size_t i = 0; i < s->segment_count; i++)
        if (size >= s->segments[i].from && size <= s->segments[i].to)
            return &s->segments[i];
    return NULL;
}

const struct tuned_point *tuned_point(const struct tuned_situation *s, double size)
{
    for (size_t i = 0; i < s->point_count; i++)
        if (s->points[i].size == size)
            return &s->points[i];
    return NULL;
}

const struct tuned_cell *tuned_cell(const struct tuned_point *p, const char *strategy)
{
    for (size_t i = 0; i < p->cell_count; i++)
        if (!strcmp(p->cells[i].strategy, strategy))
            return &p->cells[i];
    return NULL;
}

const struct tuned_crossover *tuned_flip(const struct tuned *t, const struct tuned_situation *s,
                                         const char *below, const char *above)
{
    for (size_t i = 0; i < t->crossover_count; i++) {
        const struct tuned_crossover *c = &t->crossovers[i];
        if (c->found && c->at == s && !strcmp(c->below, below) && !strcmp(c->above, above))
            return c;
    }
    return NULL;
}

/* libpmem2 1.12: MOVNT_THRESHOLD 256 (libpmem2/x86_64/init.c); Linux: dm-writecache.c,
 * memcpy_flushcache_optimized, "if (size >= 768)". */
const struct tuned_program *tuned_program(const struct tuned_crossover *c)
{
    static const struct tuned_program programs[] = {
        {"libpmem/", "libpmem", 256, "non-temporal stores"},
        {"dm-writecache/", "dm-writecache", 768, "cached stores with a flush"},
    };
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (!strncmp(c->id, programs[i].prefix, strlen(programs[i].prefix)))
            return &programs[i];
    return NULL;
}

/* Mean log cost over the points that have the strategy; INFINITY: none. */
static double mean_cost(const struct tuned_situation *s, const char *strategy)
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < s->point_count; i++) {
        const struct tuned_cell *c = tuned_cell(&s->points[i], strategy);
        if (c && c->ratio.value > 0 && isfinite(c->ratio.value)) {
            sum += log(c->ratio.value);
            n++;
        }
    }
    return n ? sum / (double)n : INFINITY;
}

static void add_strategy(struct tuned_situation *s, const char *strategy)
{
    for (size_t i = 0; i < s->strategy_count; i++)
        if (!strcmp(s->strategies[i], strategy))
            return;
    if (s->strategy_count < STRATEGIES_MOST)
        s->strategies[s->strategy_count++] = strategy;
}

void tuned_strategies(struct tuned *t, struct tuned_situation *s)
{
    double cost[STRATEGIES_MOST];
    s->strategies = arena_alloc(&t->model.arena, STRATEGIES_MOST * sizeof *s->strategies);
    if (!s->strategies)
        return;
    for (size_t i = 0; i < s->segment_count; i++)
        add_strategy(s, s->segments[i].strategy);
    size_t used = s->strategy_count;
    for (size_t i = 0; i < s->point_count; i++)
        for (size_t c = 0; c < s->points[i].cell_count; c++)
            add_strategy(s, s->points[i].cells[c].strategy);
    for (size_t i = used; i < s->strategy_count; i++) {
        const char *moved = s->strategies[i];
        double own = mean_cost(s, moved);
        size_t to = i;
        for (; to > used && cost[to - 1] > own; to--) {
            cost[to] = cost[to - 1];
            s->strategies[to] = s->strategies[to - 1];
        }
        cost[to] = own;
        s->strategies[to] = moved;
    }
}

static bool is_power_of_two(double size)
{
    int exponent;
    return size > 0 && frexp(size, &exponent) == 0.5;
}

static size_t insert(double *sizes, size_t n, double size)
{
    size_t at = 0;
    while (at < n && sizes[at] < size)
        at++;
    if ((at < n && sizes[at] == size) || n == SIZES_MOST)
        return n;
    memmove(sizes + at + 1, sizes + at, (n - at) * sizeof *sizes);
    sizes[at] = size;
    return n + 1;
}

static size_t sizes_of(const struct tuned *t, const struct tuned_situation *only, bool powers, double *sizes)
{
    size_t n = 0;
    for (size_t i = 0; i < t->situation_count; i++) {
        const struct tuned_situation *s = &t->situations[i];
        for (size_t p = 0; (!only || s == only) && p < s->point_count; p++)
            if (!powers || is_power_of_two(s->points[p].size))
                n = insert(sizes, n, s->points[p].size);
    }
    return n;
}

size_t tuned_sizes(const struct tuned *t, const struct tuned_situation *s, size_t most, double *out)
{
    double sizes[SIZES_MOST + 1];
    size_t n = sizes_of(t, s, false, sizes), count = 0;
    if (n > most) {
        size_t powers = sizes_of(t, s, true, sizes);
        n = powers >= 3 ? powers : sizes_of(t, s, false, sizes);
    }
    for (size_t i = 0; i < n; i++)
        if (tuned_is_shown(i, n, most) && count < most)
            out[count++] = sizes[i];
    return count;
}
