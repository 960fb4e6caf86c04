/* compare_table.c - the cells in both files, the most important first; one of them in full */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/compare_parts.h"
#include "reports/format.h"
#include "reports/sections.h"

/* Place in the table: what somebody must look at first. */
static int rank(const struct compare_item *item)
{
    static const int ranks[] = {[VERDICT_SLOWER] = 0,
                                [VERDICT_FASTER] = 1,
                                [VERDICT_BISTABLE] = 2,
                                [VERDICT_UNRESOLVED] = 3,
                                [VERDICT_EQUIVALENT] = 4};
    return ranks[item->verdict];
}

static double effect(const struct compare_item *item)
{
    double size = fabs(log(item->ratio.value));
    return isfinite(size) ? size : 0;
}

static int by_importance(const void *x, const void *y)
{
    const struct compare_item *a = *(const struct compare_item *const *)x;
    const struct compare_item *b = *(const struct compare_item *const *)y;
    if (rank(a) != rank(b))
        return rank(a) - rank(b);
    double larger = effect(b) - effect(a);
    if (larger > 0 || larger < 0)
        return larger > 0 ? 1 : -1;
    return (a > b) - (a < b);
}

static const char *verdict_word(const struct compare_item *item)
{
    static const char *const words[] = {[VERDICT_SLOWER] = STYLE_BAD "slower" STYLE_OFF,
                                        [VERDICT_FASTER] = STYLE_GOOD "faster" STYLE_OFF,
                                        [VERDICT_BISTABLE] = "bistable",
                                        [VERDICT_UNRESOLVED] = "unresolved",
                                        [VERDICT_EQUIVALENT] = "equal"};
    static const char *const reasons[WHYS] = {[WHY_WITHHELD] = "withheld",
                                              [WHY_DISTRUSTED] = "distrusted",
                                              [WHY_MANY] = "many repeats",
                                              [WHY_REPEATS] = "few repeats",
                                              [WHY_FLOOR] = "in the floor"};
    return reasons[item->why] ? reasons[item->why] : words[item->verdict];
}

static const char *ratio_text(struct arena *a, const struct compare_item *item, double ratio)
{
    static const char *const before[WHYS] = {
        [WHY_WITHHELD] = "(", [WHY_DISTRUSTED] = "!", [WHY_BISTABLE] = "?", [WHY_MANY] = "?",
        [WHY_REPEATS] = "?",  [WHY_FLOOR] = "?",      [WHY_WIDE] = "?"};
    const char *mark = before[item->why] ? before[item->why] : "";
    if (!isfinite(ratio))
        return "-";
    if (item->verdict == VERDICT_EQUIVALENT)
        mark = "~";
    return arena_format(a, "%s%s%s", mark, shown_ratio(ratio).text, item->why == WHY_WITHHELD ? ")" : "");
}

/* What a model adds is not judged: no mark. */
static const char *modelled_text(struct arena *a, const struct compare_item *item)
{
    const char *number = arena_format(a, "%s", shown_ratio(item->ratio_modelled).text);
    bool withheld = item->why == WHY_WITHHELD && isfinite(item->ratio_modelled);
    return withheld ? arena_format(a, "(%s)", number) : number;
}

static bool any_modelled(const struct compare_pair *pair)
{
    for (size_t i = 0; i < pair->count; i++)
        if (pair->items[i].shown && isfinite(pair->items[i].ratio_modelled))
            return true;
    return false;
}

/* What the ns/op of the shown items are. */
enum basis { OF_MEDIANS, OF_LEVELS, OF_BOTH };

static enum basis basis_of(const struct compare_pair *pair)
{
    size_t shown = 0, levels = 0;
    for (size_t i = 0; i < pair->count; i++) {
        shown += pair->items[i].shown;
        levels += pair->items[i].shown && pair->items[i].levels;
    }
    return !levels ? OF_MEDIANS : levels == shown ? OF_LEVELS : OF_BOTH;
}

static void add_basis(const struct compare_page *p, const struct compare_pair *pair)
{
    static const char *const words[] = {
        [OF_MEDIANS] = "ns/op: medians of the samples of a process.",
        [OF_LEVELS] = "ns/op: levels, the 4 % quantile of each code layout, averaged.",
        [OF_BOTH] = ("ns/op: levels (the 4 % quantile of each code layout, averaged), medians "
                     "where a side has none.")};
    page_text(p->page, words[basis_of(pair)]);
}

/* The last field of --all. */
static const char *remarks(struct arena *a, const struct compare_item *item, bool both)
{
    struct line line = {0};
    line_add(&line, "%s", item->reason);
    if (both)
        line_add(&line, "%sof %s", line.used ? "; " : "", item->levels ? "levels" : "medians");
    if (item->other_work)
        line_add(&line, "%sother work: %s", line.used ? "; " : "", item->other_work);
    return arena_format(a, "%s", line.text);
}

static void put_item(const struct compare_page *p, const struct compare_pair *pair,
                     const struct compare_item *item, bool modelled)
{
    struct arena *a = &p->c->arena;
    const char *point = p->room->every ? item->b->id : compare_point(a, pair, item);
    page_field(p->page, verdict_word(item));
    page_field(p->page, ratio_text(a, item, item->ratio.value));
    page_field(p->page, show_interval(a, item->ratio.low, item->ratio.high, false));
    if (modelled)
        page_field(p->page, modelled_text(a, item));
    page_field(p->page, arena_format(a, "%s", shown_number(item->median_a).text));
    page_field(p->page, arena_format(a, "%s", shown_number(item->median_b).text));
    page_field(p->page, item->other_work ? arena_format(a, "# %s", point) : point);
    if (p->room->every)
        page_field(p->page, remarks(a, item, basis_of(pair) == OF_BOTH));
}

static void put_header(const struct compare_page *p, const struct compare_pair *pair, bool modelled)
{
    struct arena *a = &p->c->arena;
    page_table(p->page, modelled         ? (p->room->every ? "lrrrrrll" : "lrrrrrl")
                        : p->room->every ? "lrrrrll"
                                         : "lrrrrl");
    page_field(p->page, "verdict");
    page_field(p->page, "ratio");
    page_field(p->page, "95 %");
    if (modelled)
        page_field(p->page, "+ modelled drain");
    page_field(p->page, arena_format(a, "%c ns/op", pair->a->letter));
    page_field(p->page, arena_format(a, "%c ns/op", pair->b->letter));
    page_field(p->page, p->room->every ? "cell" : "cell: path, size/footprint, what is not standard");
    if (p->room->every)
        page_field(p->page, "reason");
}

void compare_table_add(const struct compare_page *p, const struct compare_pair *pair)
{
    struct arena *a = &p->c->arena;
    const struct compare_item **items = arena_alloc(a, (pair->count + 1) * sizeof *items);
    size_t n = 0, told = 0, most = p->room->rows;
    for (size_t i = 0; items && i < pair->count; i++)
        if (pair->items[i].shown)
            items[n++] = &pair->items[i];
    if (!n)
        return;
    qsort(items, n, sizeof *items, by_importance);
    bool modelled = any_modelled(pair), cut = n > most;
    put_header(p, pair, modelled);
    for (size_t i = 0; i < n && i < most; i++) {
        if (cut && i >= 3 && items[i]->verdict == VERDICT_EQUIVALENT)
            break;
        put_item(p, pair, items[i], modelled);
        told++;
    }
    if (told < n)
        page_text(p->page, arena_format(a, "... %zu more: --all", n - told));
    add_basis(p, pair);
}

static void put_modelled(const struct compare_page *p, const struct compare_item *item)
{
    struct arena *a = &p->c->arena;
    double side = item->ratio_modelled, turn = item->ratio_modelled_serial;
    if (!isfinite(side))
        return;
    page_fact(p->page, "modelled",
              isfinite(turn) && turn != side
                  ? arena_format(a, "ratio %s with the modelled drains side by side, %s in turn",
                                 shown_ratio(side).text, shown_ratio(turn).text)
                  : arena_format(a, "ratio %s with the modelled drain", shown_ratio(side).text));
}

static void put_side(const struct compare_page *p, const struct compare_file *file,
                     const struct model_cell *cell, double ns, size_t repeats, bool levels)
{
    struct line line = {0};
    line_add(&line, "%s, %s of %zu process%s", shown_ns(ns).text, levels ? "level" : "median", repeats,
             repeats == 1 ? "" : "es");
    if (levels)
        line_add(&line, " (median %s)", shown_ns(cell->summary.median).text);
    line_add(&line, "; %s", cell->id);
    page_fact(p->page, arena_format(&p->c->arena, "in %c", file->letter),
              arena_format(&p->c->arena, "%s", line.text));
}

void compare_cell_add(const struct compare_page *p, const struct compare_pair *pair,
                      const struct compare_item *item)
{
    struct arena *a = &p->c->arena;
    struct line line = {0};
    line_add(&line, "%s, ratio %s (95 %% %s); p %.2g, after Holm over %zu comparison%s %.2g; %s",
             verdict_word(item), ratio_text(a, item, item->ratio.value),
             show_interval(a, item->ratio.low, item->ratio.high, false), item->p, pair->family,
             pair->family == 1 ? "" : "s", item->p_holm, item->method);
    if (item->floor_ratio > 1)
        line_add(&line, "; floor %.1f %%", (item->floor_ratio - 1) * 100);
    if (*item->reason)
        line_add(&line, "; %s", item->reason);
    page_fact(p->page, "verdict", arena_format(a, "%s", line.text));
    put_modelled(p, item);
    put_side(p, pair->a, item->a, item->median_a, item->repeats_a, item->levels);
    put_side(p, pair->b, item->b, item->median_b, item->repeats_b, item->levels);
    add_basis(p, pair);
    if (item->other_work)
        page_fact(p->page, "# beware", arena_format(a, "other work: %s", item->other_work));
    compare_ledger_add(p, pair, item);
}
