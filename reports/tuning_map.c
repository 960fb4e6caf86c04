/* tuning_map.c - what to use by situation and size, a letter for each: where the answer holds, and where not
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/tuning_parts.h"

enum { LETTERS_MOST = 52, QUESTIONS_MOST = 8, FOLDED_MOST = 256 };

static const char alphabet[LETTERS_MOST + 1] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static const char even[] = "=", unknown[] = ".";

struct map {
    const char *letters[LETTERS_MOST]; /* strategies, in the order in which they are shown */
    size_t letter_count;
    double sizes[SIZE_COLUMNS];
    size_t columns;
    bool even, unknown; /* is shown somewhere */
    size_t left;        /* situations that differ and have no room */
};

/* What to use in one situation: names of strategies, `even` where it does not matter, `unknown`. */
struct marks {
    const struct tuned_situation *s;
    const char *use[SIZE_COLUMNS];
    bool done; /* shown, or said to be as another */
};

static char letter_of(struct map *map, const char *use)
{
    map->even |= use == even;
    map->unknown |= use == unknown;
    if (use == even || use == unknown)
        return *use;
    for (size_t i = 0; i < map->letter_count; i++)
        if (!strcmp(map->letters[i], use))
            return alphabet[i];
    if (map->letter_count == LETTERS_MOST)
        return '#';
    map->letters[map->letter_count] = use;
    return alphabet[map->letter_count++];
}

static bool all_good(const struct tuned_point *point)
{
    size_t measured = 0;
    for (size_t i = 0; i < point->cell_count; i++) {
        measured += isfinite(point->cells[i].ratio.value);
        if (isfinite(point->cells[i].ratio.value) && !point->cells[i].good)
            return false;
    }
    return measured > 1;
}

/* Between two segments the flip decides, unless the size lies inside its interval. */
static const char *between(const struct tuned *t, const struct tuned_situation *s, double size)
{
    for (size_t i = 0; i + 1 < s->segment_count; i++) {
        const struct tuned_segment *g = &s->segments[i];
        if (!(size > g->to && size < g[1].from))
            continue;
        const struct tuned_crossover *c = tuned_flip(t, s, g->strategy, g[1].strategy);
        if (c && size <= c->low)
            return g->strategy;
        return c && size >= c->high ? g[1].strategy : unknown;
    }
    return unknown;
}

static const char *use_at(const struct tuned *t, const struct tuned_situation *s, double size)
{
    const struct tuned_point *point = tuned_point(s, size);
    const struct tuned_segment *g = tuned_segment_at(s, size);
    if ((point && all_good(point)) || (g && s->no_difference && s->strategy_count > 1))
        return even;
    return g ? g->strategy : between(t, s, size);
}

/* Whether a strategy is as good as what is used in the situation at this size. */
static bool is_as_good(const struct tuned_situation *s, double size, const char *strategy)
{
    const struct tuned_point *point = tuned_point(s, size);
    const struct tuned_segment *g = tuned_segment_at(s, size);
    const struct tuned_cell *cell = point ? tuned_cell(point, strategy) : NULL;
    if (cell)
        return cell->good;
    for (size_t i = 0; g && i < g->equal_count; i++)
        if (!strcmp(g->equal[i], strategy))
            return true;
    return false;
}

/* Whether what is used in a is right in b too, as far as both are known, and they are at some size. */
static bool holds(const struct map *map, const struct marks *a, const struct marks *b)
{
    bool any = false;
    for (size_t i = 0; i < map->columns; i++) {
        const char *use = a->use[i], *there = b->use[i];
        if (use == unknown || there == unknown)
            continue;
        bool same = !strcmp(use, there) || there == even;
        if (!same && (use == even || !is_as_good(b->s, map->sizes[i], use)))
            return false;
        any = true;
    }
    return any;
}

/* The situations of a question, the primary one first; returns how many. */
static size_t marks_of(const struct tuning_page *p, const struct map *map, const char *question,
                       struct marks *marks)
{
    const struct tuned *t = p->t;
    size_t n = 0;
    for (int primary = 1; primary >= 0; primary--)
        for (size_t i = 0; i < t->situation_count; i++) {
            const struct tuned_situation *s = &t->situations[i];
            if (s->primary != (primary == 1) || s->state == TUNED_NO || !s->segment_count ||
                strcmp(s->question, question))
                continue;
            marks[n] = (struct marks){.s = s};
            for (size_t c = 0; c < map->columns; c++)
                marks[n].use[c] = use_at(t, s, map->sizes[c]);
            n++;
        }
    return n;
}

/* In how many situations from `from` on these hold; they are done then. */
static size_t fold(const struct map *map, const struct marks *as, struct marks *marks, size_t from, size_t n)
{
    size_t same = 0;
    for (size_t i = from; i < n && i < FOLDED_MOST; i++)
        if (!marks[i].done && holds(map, as, &marks[i])) {
            marks[i].done = true;
            same++;
        }
    return same;
}

static void row(const struct tuning_page *p, struct map *map, const struct marks *m, size_t same)
{
    struct arena *a = &p->t->model.arena;
    const char *name = m->s->primary ? m->s->question : arena_format(a, "  %s", tuned_off_brief(p->t, m->s));
    page_field(p->page, same ? arena_format(a, "%s, and %zu %s", name, same,
                                            !m->s->primary ? "more"
                                            : same == 1    ? "variation"
                                                           : "variations")
                             : name);
    for (size_t i = 0; i < map->columns; i++)
        page_field(p->page, arena_format(a, "%c", letter_of(map, m->use[i])));
}

/* Returns how many rows it took. */
static size_t rows_of(const struct tuning_page *p, struct map *map, const char *question, size_t room)
{
    struct arena *a = &p->t->model.arena;
    size_t count = p->t->situation_count, shown = 0;
    struct marks *marks = count ? arena_alloc(a, count * sizeof *marks) : NULL;
    size_t n = marks ? marks_of(p, map, question, marks) : 0;
    for (size_t i = 0; i < n; i++) {
        if (marks[i].done)
            continue;
        if (shown++ < room)
            row(p, map, &marks[i], p->room->fold ? fold(map, &marks[i], marks, i + 1, n) : 0);
        else
            map->left++;
    }
    return shown < room ? shown : room;
}

static void legend(const struct tuning_page *p, const struct map *map)
{
    struct line line = {0};
    for (size_t i = 0; i < map->letter_count; i++)
        line_add(&line, "%s%c %s", i ? ", " : "", alphabet[i], map->letters[i]);
    if (map->even)
        line_add(&line, "%s= no difference", line.used ? "; " : "");
    if (map->unknown)
        line_add(&line, "%s. not known", line.used ? "; " : "");
    if (map->left)
        line_add(&line, "; %s", tuned_more(&p->t->model.arena, map->left, "situation", "situations"));
    page_text(p->page, arena_format(&p->t->model.arena, "%s", line.text));
}

/* Each question once. */
static size_t questions_of(const struct tuned *t, const char **questions)
{
    size_t n = 0;
    for (size_t i = 0; i < t->situation_count && n < QUESTIONS_MOST; i++) {
        bool known = t->situations[i].state == TUNED_NO || !t->situations[i].segment_count;
        for (size_t q = 0; q < n; q++)
            known |= !strcmp(questions[q], t->situations[i].question);
        if (!known)
            questions[n++] = t->situations[i].question;
    }
    return n;
}

void tuning_map_add(const struct tuning_page *p)
{
    const char *questions[QUESTIONS_MOST];
    struct map map = {.columns = 0};
    size_t n = questions_of(p->t, questions);
    if (!n || p->t->situation_count < 2 || !p->room->situations)
        return;
    page_head(p->page,
              "Map: what to use, by situation and size (lower lines: in what they differ from the first)");
    map.columns = tuning_size_table(p, NULL, map.sizes);
    for (size_t q = 0, used = 0; q < n; q++) {
        size_t kept = used + (n - q - 1); /* one for each question that is still to come */
        used += rows_of(p, &map, questions[q], p->room->situations > kept ? p->room->situations - kept : 1);
    }
    legend(p, &map);
}
