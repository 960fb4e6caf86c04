/* tuning_flips.c - the sizes at which one strategy takes over from another, beside what programs do */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/tuning_parts.h"

/* The first lines of the table are what the first lines of the report speak of. */
enum rank { RANK_PROGRAM, RANK_PRIMARY, RANK_OTHER, RANKS };

static enum rank rank_of(const struct tuned_crossover *c)
{
    const struct tuned_situation *s = c->at;
    if (tuned_program(c))
        return RANK_PROGRAM;
    return s && s->primary ? RANK_PRIMARY : RANK_OTHER;
}

static void row(const struct tuning_page *p, const struct tuned_crossover *c)
{
    struct arena *a = &p->t->model.arena;
    const struct tuned_program *program = tuned_program(c);
    page_field(p->page, tuned_flip_brief(p->t, c));
    page_field(p->page, c->below);
    page_field(p->page, c->above);
    page_field(p->page, tuned_short(a, c->size));
    page_field(p->page, tuned_short(a, c->low));
    page_field(p->page, tuned_short(a, c->high));
    page_field(p->page, program ? tuned_short(a, program->from) : "");
}

/* Returns how many were left out. */
static size_t table(const struct tuning_page *p)
{
    static const char *const heads[] = {"situation", "below", "above", "flips at", "from", "to", "own"};
    const struct tuned *t = p->t;
    size_t shown = 0, all = 0;
    page_table(p->page, "lllrrrr");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        page_field(p->page, heads[i]);
    for (int rank = 0; rank < RANKS; rank++)
        for (size_t i = 0; i < t->crossover_count; i++) {
            const struct tuned_crossover *c = &t->crossovers[i];
            if (!c->found || rank_of(c) != (enum rank)rank)
                continue;
            if (all++ < p->room->flips) {
                row(p, c);
                shown++;
            }
        }
    return all - shown;
}

/* A program's constant against what was found. */
static void add_own(struct line *line, const struct tuning_page *p, const struct tuned_crossover *c)
{
    struct arena *a = &p->t->model.arena;
    const struct tuned_program *program = tuned_program(c);
    double low = isfinite(c->low) ? c->low : c->size, high = isfinite(c->high) ? c->high : c->size;
    bool elsewhere = c->found && c->at && c->at->first && !c->at->primary;
    line_add(line, "%s%s goes to %s at %s%s%s%s: ", line->used ? " " : "", program->name, program->takes,
             shown_bytes(program->from).text, elsewhere ? " (found for: " : "",
             elsewhere ? tuned_off(p->t, c->at) : "", elsewhere ? ")" : "");
    if (!c->found)
        line_add(line, "here no flip was found, %s.", *c->reason ? c->reason : "for no reason given");
    else if (program->from < low)
        line_add(line, "too early here, %s is cheaper up to %s.", c->below, tuned_bytes(a, low));
    else if (program->from > high)
        line_add(line, "too late here, %s is cheaper from %s on.", c->above, tuned_bytes(a, high));
    else
        line_add(line, "that is right here.");
}

/* The crossover that speaks for a program: the first that was found, else the first. */
static const struct tuned_crossover *of_program(const struct tuned *t, const char *name)
{
    const struct tuned_crossover *first = NULL;
    for (size_t i = 0; i < t->crossover_count; i++) {
        const struct tuned_program *program = tuned_program(&t->crossovers[i]);
        if (!program || strcmp(program->name, name))
            continue;
        if (t->crossovers[i].found)
            return &t->crossovers[i];
        first = first ? first : &t->crossovers[i];
    }
    return first;
}

static bool goes_past_the_cache(const char *strategy)
{
    static const char *const parts[] = {"movnt", "movdir64b", "-nt", "flushcache", "bypass"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(strategy, parts[i]))
            return true;
    return false;
}

/* What libpmem and the kernel's dm-writecache do, against each other and against this machine. */
static void programs(const struct tuning_page *p)
{
    const struct tuned_crossover *a = of_program(p->t, "libpmem"), *b = of_program(p->t, "dm-writecache");
    struct line line = {0};
    if (a)
        add_own(&line, p, a);
    if (b)
        add_own(&line, p, b);
    if (a && b && a->found && b->found && goes_past_the_cache(a->above) != goes_past_the_cache(b->above))
        line_add(&line,
                 " Opposite policies: libpmem takes large writes past the cache, dm-writecache through "
                 "it.");
    if (line.used)
        page_text(p->page, arena_format(&p->t->model.arena, "%s", line.text));
}

static bool any_found(const struct tuned *t)
{
    for (size_t i = 0; i < t->crossover_count; i++)
        if (t->crossovers[i].found)
            return true;
    return false;
}

static void missing(const struct tuning_page *p, const struct tuned_crossover *c)
{
    const struct tuned_program *program = tuned_program(c);
    bool named = strstr(c->reason, c->below) || strstr(c->reason, c->above);
    struct line line = {0};
    line_add(&line, "%s", tuned_flip_name(p->t, c));
    if (program)
        line_add(&line, " (own %s)", shown_bytes(program->from).text);
    if (!named)
        line_add(&line, ", %s to %s", c->below, c->above);
    line_add(&line, ": %s", *c->reason ? c->reason : "no reason given");
    page_fact(p->page, "no flip", arena_format(&p->t->model.arena, "%s", line.text));
}

/* Not found, and not what programs() speaks of. */
static bool is_missing(const struct tuned *t, const struct tuned_crossover *c)
{
    const struct tuned_program *program = tuned_program(c);
    return !c->found && !(program && of_program(t, program->name) == c);
}

/* Returns how many were left out. */
static size_t all_missing(const struct tuning_page *p)
{
    const struct tuned *t = p->t;
    size_t all = 0, shown = 0;
    for (int rank = 0; rank < RANKS; rank++)
        for (size_t i = 0; i < t->crossover_count; i++) {
            const struct tuned_crossover *c = &t->crossovers[i];
            if (!is_missing(t, c) || rank_of(c) != (enum rank)rank || all++ >= p->room->missing)
                continue;
            missing(p, c);
            shown++;
        }
    return all - shown;
}

void tuning_flips_add(const struct tuning_page *p)
{
    if (!p->t->crossover_count)
        return;
    page_head(p->page, arena_format(&p->t->model.arena,
                                    "Flips (below FROM the one is over %.0f %% cheaper, above TO the other; "
                                    "own: the program's choice)",
                                    (p->t->margin - 1) * 100));
    size_t flips = any_found(p->t) ? table(p) : 0;
    programs(p);
    size_t without = all_missing(p);
    if (flips || without)
        page_text(p->page, tuned_more(&p->t->model.arena, flips + without, "flip, found or not",
                                      "flips, found or not"));
}
