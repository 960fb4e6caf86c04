/* compare_counts_words.c - what fsync has to do in words: cells with the same counts told at once */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/compare_counts.h"
#include "reports/format.h"
#include "reports/sections.h"
#include "reports/surface.h"

enum { NAMES_MOST = 6 };

const char *compare_emulated_letters(struct compare *c, const char *last)
{
    char letters[COMPARE_FILES];
    size_t n = 0;
    struct line line = {0};
    for (size_t i = 0; i < c->file_count; i++)
        if (compare_emulated(&c->files[i]))
            letters[n++] = c->files[i].letter;
    for (size_t i = 0; i < n; i++)
        line_add(&line, "%s%c", !i ? "" : i + 1 == n ? last : ", ", letters[i]);
    return n ? arena_format(&c->arena, "%s", line.text) : NULL;
}

/* Of `what` one, or several ("fences"); none is "no". */
static const char *many(struct arena *a, double n, const char *one, const char *several)
{
    static const char *const words[] = {"no", "one", "two", "three", "four"};
    if (n == 1)
        return arena_format(a, "one %s", one);
    if (n >= 0 && n <= 4 && n == floor(n))
        return arena_format(a, "%s %s", words[(int)n], several);
    return arena_format(a, "%s %s", shown_count(n).text, several);
}

static const char *drain_word(const char *kind)
{
    static const struct {
        const char *kind, *word;
    } words[] = {{"store-fence", "second fence"},
                 {"flush-hint", "flush hints"},
                 {"flush-request", "host flush"},
                 {"", "kind not known"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(kind, words[i].kind))
            return words[i].word;
    return kind;
}

static const char *state_word(enum duty_state state)
{
    static const char *const words[] = {[DUTY_COUNTED] = "",
                                        [DUTY_NOT_COUNTED] = "not counted",
                                        [DUTY_NO_FSYNC] = "no fsync",
                                        [DUTY_NO_PERIOD] = "not known"};
    return words[state];
}

const char *duty_shown(struct arena *a, const struct duty_side *side, enum duty_id id)
{
    const struct duty_count *n = &side->of[id];
    if (n->state != DUTY_COUNTED)
        return state_word(n->state);
    if (id != DUTY_FSYNC_DRAINS)
        return arena_format(a, n->value == floor(n->value) ? "%.0f" : "%.4g", n->value);
    if (n->value == 0)
        return "none";
    return n->value == 1 ? drain_word(side->drain)
                         : arena_format(a, "%s x %s", shown_count(n->value).text, drain_word(side->drain));
}

/* What one fsync does before its drain. */
static const char *flushes(struct arena *a, const struct duty_side *s)
{
    const struct duty_count *lines = &s->of[DUTY_FSYNC_LINES], *fences = &s->of[DUTY_FSYNC_FENCES];
    if (lines->state == DUTY_NO_FSYNC || lines->state == DUTY_NO_PERIOD)
        return lines->state == DUTY_NO_FSYNC ? "no fsync" : "work an fsync not known";
    return arena_format(
        a, "%s, %s",
        lines->state != DUTY_COUNTED ? "lines not counted"
        : lines->value == 0          ? "no lines"
        : lines->value == 1          ? "one line flushed"
                                     : arena_format(a, "%s lines flushed", shown_count(lines->value).text),
        fences->state != DUTY_COUNTED ? "fences not counted" : many(a, fences->value, "fence", "fences"));
}

/* A second fence is among the fences. */
static const char *drains(struct arena *a, const struct duty_side *s)
{
    static const struct {
        const char *kind, *words;
    } kinds[] = {{"store-fence", ""},
                 {"none", ""},
                 {"flush-hint", ", and a write to each DIMM's flush hint"},
                 {"flush-request", ", then a flush request to the host"},
                 {"pcommit", ", and a pcommit"}};
    const struct duty_count *n = &s->of[DUTY_FSYNC_DRAINS];
    if (n->state != DUTY_COUNTED)
        return n->state == DUTY_NOT_COUNTED ? ", drains not counted" : "";
    if (n->value == 0)
        return "";
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(s->drain, kinds[i].kind))
            return kinds[i].words;
    return arena_format(a, ", then a drain (%s)", drain_word(s->drain));
}

/* `first`: the sides of the sentence, which may say "the same"; NULL: in full. */
static const char *phrase(struct arena *a, const struct duty_side *s, const struct duty_side *first)
{
    const char *own = flushes(a, s), *drain = drains(a, s);
    const char *guess = !strcmp(s->cell->domain, "unknown") ? " (what it really takes is not known)" : "";
    bool alike = first && s != first && !strcmp(own, flushes(a, first));
    return arena_format(a, "%s%s%s",
                        !alike           ? own
                        : s == first + 1 ? "the same"
                                         : "the same as A",
                        drain, guess);
}

/* The files from `from` on that do the same under the same domain are named together, each once. */
static void add_files(struct compare *c, struct line *line, const struct duty_group *g, size_t from,
                      bool *told)
{
    struct arena *a = &c->arena;
    const struct duty_side *sides = g->first->sides, *first = &sides[from];
    const char *text = phrase(a, first, &sides[0]);
    line_add(line, "%s%c", from ? "; " : " ", c->files[from].letter);
    for (size_t i = from + 1; i < c->file_count; i++) {
        if (strcmp(sides[i].cell->domain, first->cell->domain) ||
            strcmp(phrase(a, &sides[i], NULL), phrase(a, first, NULL)))
            continue;
        told[i] = true;
        line_add(line, ", %c", c->files[i].letter);
    }
    line_add(line, " (%.24s) %s", *first->cell->domain ? first->cell->domain : "domain unknown", text);
}

const char *duty_sentence(struct compare *c, const struct duty_group *g)
{
    struct arena *a = &c->arena;
    struct line line = {0};
    bool told[COMPARE_FILES] = {0};
    const struct model_cell *cell = g->first->sides[0].cell;
    line_add(&line, "fsync of " STYLE_BOLD "%.60s %.24s" STYLE_OFF, cell->path,
             show_axis(AXIS_size, cell->axis[AXIS_size], a));
    if (g->count > 1)
        line_add(&line, " (%zu more cell%s with the same differences)", g->count - 1,
                 g->count == 2 ? "" : "s");
    line_add(&line, ":");
    for (size_t i = 0; i < c->file_count; i++)
        if (!told[i])
            add_files(c, &line, g, i, told);
    line_add(&line, ".");
    return arena_format(a, "%s", line.text);
}

static bool same_differences(const struct compare *c, const struct compare_duty *x,
                             const struct compare_duty *y)
{
    for (int id = 0; id < DUTIES; id++) {
        if (x->differs[id] != y->differs[id])
            return false;
        for (size_t i = 0; x->differs[id] && i < c->file_count; i++) {
            const struct duty_count *p = &x->sides[i].of[id], *q = &y->sides[i].of[id];
            if (p->state != q->state || compare_count_differs(p->value, q->value) ||
                strcmp(x->sides[i].drain, y->sides[i].drain))
                return false;
        }
    }
    return true;
}

static size_t differing(const struct compare_duty *d)
{
    size_t n = 0;
    for (int id = 0; id < DUTIES; id++)
        n += d->differs[id];
    return n;
}

static int most_first(const void *x, const void *y)
{
    const struct duty_group *a = x, *b = y;
    size_t n = differing(a->duties[0]), m = differing(b->duties[0]);
    if (n != m)
        return n < m ? 1 : -1;
    return (a->duties[0] > b->duties[0]) - (a->duties[0] < b->duties[0]);
}

static struct duty_group *group_of(struct compare *c, struct duty_group *groups, size_t *n,
                                   const struct compare_duty *d)
{
    for (size_t i = 0; i < *n; i++)
        if (same_differences(c, groups[i].duties[0], d))
            return &groups[i];
    groups[*n].duties = arena_alloc(&c->arena, c->duty_count * sizeof *groups->duties);
    return groups[*n].duties ? &groups[(*n)++] : NULL;
}

size_t duty_groups(struct compare *c, struct duty_group **groups)
{
    struct surface surface;
    struct duty_group *list = arena_alloc(&c->arena, (c->duty_count + 1) * sizeof *list);
    size_t n = 0;
    surface_find(&surface, &c->files[0].model);
    for (size_t i = 0; list && i < c->duty_count; i++) {
        const struct compare_duty *d = &c->duties[i];
        struct duty_group *g = d->other_work ? NULL : group_of(c, list, &n, d);
        if (!g)
            continue;
        g->duties[g->count++] = d;
        if (!g->first || d->sides[0].cell == surface.headline)
            g->first = d;
    }
    if (n)
        qsort(list, n, sizeof *list, most_first);
    *groups = list;
    return n;
}

/* Each once, in the order of the cells. */
static void add_names(struct line *line, struct arena *a, const struct duty_group *g,
                      const char *(*name)(struct arena *, const struct model_cell *))
{
    const char *seen[NAMES_MOST];
    size_t n = 0;
    for (size_t i = 0; i < g->count; i++) {
        const char *text = name(a, g->duties[i]->sides[0].cell);
        size_t k = 0;
        while (k < n && strcmp(seen[k], text))
            k++;
        if (k < n)
            continue;
        line_add(line, "%s%.60s", n ? ", " : "", n < NAMES_MOST ? text : "...");
        if (n == NAMES_MOST)
            return;
        seen[n++] = text;
    }
}

static const char *path_name(struct arena *a, const struct model_cell *cell)
{
    return strcmp(cell->kernel, "write_fsync") ? arena_format(a, "%s %s", cell->kernel, cell->path)
                                               : cell->path;
}

static const char *size_name(struct arena *a, const struct model_cell *cell)
{
    return show_axis(AXIS_size, cell->axis[AXIS_size], a);
}

static int by_size(const void *x, const void *y)
{
    const struct compare_duty *a = *(const struct compare_duty *const *)x;
    const struct compare_duty *b = *(const struct compare_duty *const *)y;
    double m = strtod(a->sides[0].cell->axis[AXIS_size], NULL);
    double n = strtod(b->sides[0].cell->axis[AXIS_size], NULL);
    return m < n || m > n ? (m > n) - (m < n) : (a > b) - (a < b);
}

const char *duty_group_cells(struct arena *a, const struct duty_group *g)
{
    struct line line = {0};
    struct duty_group sorted = {.duties = arena_alloc(a, g->count * sizeof *g->duties), .count = g->count};
    if (g->count == 1 || !sorted.duties)
        return compare_cell_point(a, g->duties[0]->sides[0].cell);
    memcpy(sorted.duties, g->duties, g->count * sizeof *g->duties);
    qsort(sorted.duties, g->count, sizeof *sorted.duties, by_size);
    add_names(&line, a, g, path_name);
    line_add(&line, ": ");
    add_names(&line, a, &sorted, size_name);
    line_add(&line, " (%zu cells)", g->count);
    return arena_format(a, "%s", line.text);
}
