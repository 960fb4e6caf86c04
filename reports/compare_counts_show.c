/* compare_counts_show.c - the section on what fsync has to do: sentences first, then counts by file */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/compare_counts.h"
#include "reports/format.h"

enum { BLOCK_FILES = 4, SPAN_MOST = 94, DOMAIN_MOST = 14 };

struct block_of { /* some files' columns of the table */
    const struct compare_page *p;
    size_t from, end;
    bool whole; /* what is the same on all is not folded */
};

static struct arena *arena_of(const struct block_of *b)
{
    return &b->p->c->arena;
}

static void put_span(const struct block_of *b, const char *text)
{
    page_field(b->p->page, arena_format(arena_of(b), STYLE_SPAN "%s", text));
    for (size_t i = b->from; i < b->end; i++)
        page_field(b->p->page, "");
}

/* Over as many rows as it takes. */
static void put_long(const struct block_of *b, const char *text, const char *indent)
{
    while (strlen(text) > SPAN_MOST) {
        size_t n = SPAN_MOST;
        while (n && text[n] != ' ')
            n--;
        n = n ? n : SPAN_MOST;
        put_span(b, arena_format(arena_of(b), "%s%.*s", indent, (int)n, text));
        text += n + (text[n] == ' ');
        indent = "    ";
    }
    put_span(b, arena_format(arena_of(b), "%s%s", indent, text));
}

struct fact {
    const char *label;
    const char *(*of)(struct arena *a, const struct duty_platform *platform);
};

static const char *known(const char *text)
{
    return *text ? text : "unknown";
}

static const char *domain_fact(struct arena *a, const struct duty_platform *p)
{
    bool other = *p->detected && strcmp(p->detected, p->domain);
    return other ? arena_format(a, "%s (it is %s)", known(p->source), p->detected) : known(p->source);
}

static const char *provider_fact(struct arena *a, const struct duty_platform *p)
{
    (void)a;
    return known(p->provider);
}

static const char *provenance_fact(struct arena *a, const struct duty_platform *p)
{
    (void)a;
    return known(p->provenance);
}

static const char *map_sync_fact(struct arena *a, const struct duty_platform *p)
{
    (void)a;
    return !strcmp(p->map_sync, "true") ? "yes" : !strcmp(p->map_sync, "false") ? "no" : known(p->map_sync);
}

static const char *granularity_fact(struct arena *a, const struct duty_platform *p)
{
    (void)a;
    return known(p->granularity);
}

static const char *drain_fact(struct arena *a, const struct duty_platform *p)
{
    (void)a;
    return !strcmp(p->drain, "none") ? "no drain" : known(p->drain_time);
}

static const struct fact facts[] = {
    {"domain", domain_fact},     {"memory", provenance_fact},       {"provider", provider_fact},
    {"MAP_SYNC", map_sync_fact}, {"granularity", granularity_fact}, {"time of the drain", drain_fact},
};

static bool fact_differs(const struct compare *c, struct arena *a, const struct fact *f)
{
    for (size_t i = 1; i < c->file_count; i++)
        if (strcmp(f->of(a, &c->platforms[0]), f->of(a, &c->platforms[i])))
            return true;
    return false;
}

static void put_facts(const struct block_of *b)
{
    struct compare *c = b->p->c;
    struct line same = {0};
    for (size_t k = 0; k < sizeof facts / sizeof *facts; k++) {
        const struct fact *f = &facts[k];
        if (!fact_differs(c, &c->arena, f)) {
            line_add(&same, "%s%s %.40s", same.used ? ", " : "the same on all: ", f->label,
                     f->of(&c->arena, &c->platforms[0]));
            continue;
        }
        page_field(b->p->page, arena_format(&c->arena, "  %s", f->label));
        for (size_t i = b->from; i < b->end; i++)
            page_field(b->p->page, f->of(&c->arena, &c->platforms[i]));
    }
    if (same.used)
        put_long(b, arena_format(&c->arena, "%s", same.text), "  ");
}

static void put_count(const struct block_of *b, const struct compare_duty *d, enum duty_id id)
{
    struct arena *a = arena_of(b);
    page_field(b->p->page, arena_format(a, "  %s", duty_name(id)));
    for (size_t i = b->from; i < b->end; i++) {
        bool bold =
            d->differs[id] && strcmp(duty_shown(a, &d->sides[i], id), duty_shown(a, &d->sides[0], id));
        page_field(b->p->page,
                   arena_format(a, bold ? STYLE_BOLD "%s" STYLE_OFF : "%s", duty_shown(a, &d->sides[i], id)));
    }
}

/* "entries scanned by fsync 1..16": over the cells of the group. */
static const char *range(struct arena *a, const struct duty_group *g, enum duty_id id)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < g->count; i++) {
        const struct duty_count *n = &g->duties[i]->sides[0].of[id];
        if (n->state != DUTY_COUNTED)
            return duty_shown(a, &g->duties[i]->sides[0], id);
        low = fmin(low, n->value);
        high = fmax(high, n->value);
    }
    if (id == DUTY_FSYNC_DRAINS || !(high > low))
        return duty_shown(a, &g->duties[0]->sides[0], id);
    return arena_format(a, "%s..%s", shown_count(low).text, shown_count(high).text);
}

/* What no file of the group differs in; what nobody does at all is told last. */
static void put_same(const struct block_of *b, const struct duty_group *g)
{
    struct arena *a = arena_of(b);
    struct line same = {0}, none = {0}, out = {0};
    for (int id = 0; id < DUTIES; id++) {
        if (g->duties[0]->differs[id])
            continue;
        const char *text = range(a, g, (enum duty_id)id);
        if (!strcmp(text, "0") || !strcmp(text, "none"))
            line_add(&none, "%s%s", none.used ? ", " : "", duty_name((enum duty_id)id));
        else
            line_add(&same, "%s%s %s", same.used ? ", " : "", duty_name((enum duty_id)id), text);
    }
    line_add(&out, "%s%s%s%s%s", same.used || none.used ? "the same on all: " : "", same.text,
             same.used && none.used ? "; " : "", none.used ? "none: " : "", none.text);
    if (out.used)
        put_long(b, arena_format(a, "%s", out.text), "  ");
}

static void put_group(const struct block_of *b, const struct duty_group *g)
{
    put_long(b, arena_format(arena_of(b), "- %s", duty_group_cells(arena_of(b), g)), "");
    for (int id = 0; id < DUTIES; id++)
        if (b->whole || g->duties[0]->differs[id])
            put_count(b, g->first, (enum duty_id)id);
    if (!b->whole)
        put_same(b, g);
    for (size_t i = 0; b->p->room->every && g->count > 1 && i < g->count; i++)
        put_long(b, compare_cell_point(arena_of(b), g->duties[i]->sides[0].cell), "    ");
}

static void put_block(const struct block_of *b, const struct duty_group *groups, size_t count)
{
    static const char *const alignments[] = {"l", "ll", "lll", "llll", "lllll"};
    struct compare *c = b->p->c;
    page_table(b->p->page, alignments[b->end - b->from]);
    page_field(b->p->page, "");
    for (size_t i = b->from; i < b->end; i++)
        page_field(b->p->page, arena_format(&c->arena, "%c: %.*s", c->files[i].letter, DOMAIN_MOST,
                                            known(c->platforms[i].domain)));
    put_facts(b);
    for (size_t i = 0; i < count; i++)
        put_group(b, &groups[i]);
}

static void put_tables(const struct compare_page *p, const struct duty_group *groups, size_t count)
{
    struct block_of b = {.p = p, .whole = p->c->options.cell};
    for (b.from = 0; b.from < p->c->file_count; b.from = b.end) {
        b.end = b.from + BLOCK_FILES < p->c->file_count ? b.from + BLOCK_FILES : p->c->file_count;
        put_block(&b, groups, count);
    }
}

/* Cells that are not compared by counts, and why. */
static void put_left_out(const struct compare_page *p)
{
    struct compare *c = p->c;
    size_t other = 0, missing = c->duty_questions - c->duty_count;
    const struct compare_duty *first = NULL;
    for (size_t i = 0; i < c->duty_count; i++) {
        other += c->duties[i].other_work != NULL;
        if (!first && c->duties[i].other_work)
            first = &c->duties[i];
    }
    if (other)
        page_text(p->page,
                  arena_format(&c->arena,
                               "Other work, so that counts are not compared: %zu cell%s; first: %s: %s.",
                               other, other == 1 ? "" : "s",
                               compare_cell_point(&c->arena, first->sides[0].cell), first->other_work));
    if (missing)
        page_text(p->page, arena_format(&c->arena, "Not in all files: %zu more cell%s.", missing,
                                        missing == 1 ? "" : "s"));
}

static bool is_same(const struct duty_group *g)
{
    return g->duties[0]->same;
}

static bool any_not_counted(const struct compare *c)
{
    for (size_t i = 0; i < c->duty_count; i++)
        for (size_t k = 0; k < c->file_count * DUTIES; k++)
            if (c->duties[i].sides[k / DUTIES].of[k % DUTIES].state == DUTY_NOT_COUNTED)
                return true;
    return false;
}

static void put_notes(const struct compare_page *p, const struct duty_group *groups, size_t n, size_t told)
{
    struct arena *a = &p->c->arena;
    size_t more = 0, same = 0;
    for (size_t i = told; i < n; i++) {
        same += is_same(&groups[i]) ? groups[i].count : 0;
        more += is_same(&groups[i]) ? 0 : groups[i].count;
    }
    if (more)
        page_text(p->page, arena_format(a, "... %zu more cells differ: --all", more));
    if (same)
        page_text(p->page,
                  arena_format(a, "The same on all files in %zu more cell%s.", same, same == 1 ? "" : "s"));
    if (p->room->notes && n)
        page_text(
            p->page,
            arena_format(a,
                         "Page faults and LOCKed operations: of one fsync and the writes before it. a..b: "
                         "from cell to cell.%s",
                         any_not_counted(p->c) ? " not counted: code whose instructions are not "
                                                 "traced, a library's or the kernel's."
                                               : ""));
}

void compare_duties_add(const struct compare_page *p)
{
    struct compare *c = p->c;
    struct duty_group *groups;
    if (!compare_duties_matter(c))
        return;
    size_t n = duty_groups(c, &groups), differ = 0, told = 0;
    while (differ < n && !is_same(&groups[differ]))
        differ++;
    page_head(p->page, "What fsync has to do, by counts");
    if (!c->duty_count)
        page_text(p->page, "No cell is measured in all files: run the same plan on each.");
    else if (!differ && n)
        page_text(p->page,
                  arena_format(&c->arena, "fsync has the same to do on all files, in each of %zu cells.",
                               c->duty_count));
    for (; told < differ && told < p->room->groups; told++)
        page_text(p->page, duty_sentence(c, &groups[told]));
    if (!differ || c->options.cell)
        told = n < p->room->groups ? n : p->room->groups;
    if (c->platforms)
        put_tables(p, groups, told);
    put_notes(p, groups, n, told);
    put_left_out(p);
}
