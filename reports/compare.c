/* compare.c - result files side by side: loads, joins and judges them, and fits the page */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "reports/compare.h"

#include <stdlib.h>
#include <string.h>

#include "reports/compare_counts.h"

enum { LINES_MOST = 60, TEXT_COLUMNS = 100 };

static const struct compare_room unlimited = {.rows = 1000000,
                                              .differences = 1000,
                                              .unmatched = 1000000,
                                              .groups = 1000000,
                                              .ledger = true,
                                              .notes = true,
                                              .spaced = true};

/* From all that is worth a page down to the bare answer: the first that fits is taken. */
static const struct compare_room rooms[] = {
    {.rows = 24,
     .groups = 6,
     .differences = 26,
     .unmatched = 6,
     .ledger = true,
     .notes = true,
     .spaced = true},
    {.rows = 16,
     .groups = 6,
     .differences = 26,
     .unmatched = 6,
     .ledger = true,
     .notes = true,
     .spaced = true},
    {.rows = 12,
     .groups = 4,
     .differences = 26,
     .unmatched = 4,
     .ledger = true,
     .notes = true,
     .fold = true,
     .spaced = true},
    {.rows = 9, .groups = 3, .differences = 26, .unmatched = 4, .ledger = true, .fold = true},
    {.rows = 8, .groups = 2, .differences = 16, .unmatched = 3, .ledger = true, .fold = true},
    {.rows = 6, .groups = 1, .differences = 10, .unmatched = 2, .ledger = true, .fold = true},
    {.rows = 8, .groups = 1, .differences = 10, .unmatched = 2},
    {.rows = 5, .groups = 1, .differences = 6, .unmatched = 1},
    {.rows = 3, .groups = 1, .differences = 3, .unmatched = 1},
};

static int load_files(struct compare *c, const struct compare_source *sources, size_t count,
                      struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        struct compare_file *file = &c->files[i];
        if (model_load(&file->model, sources[i].document, err))
            return -1;
        c->file_count++;
        file->name = arena_clean(&c->arena, sources[i].name);
        file->letter = (char)('A' + i);
    }
    return 0;
}

/* A folder and the file in it, or a copy, are the same result too. */
static void find_same(struct compare *c)
{
    for (size_t i = 0; i < c->file_count; i++)
        for (size_t j = i + 1; j < c->file_count; j++)
            if (!c->warning && json_equal(c->files[i].model.document, c->files[j].model.document))
                c->warning = arena_format(
                    &c->arena, "%c and %c are the same result: a file compared with itself shows nothing",
                    c->files[i].letter, c->files[j].letter);
}

/* --cell: by name in the first file that has it; a whole key means the cell under each domain. */
static int select_cell(struct compare *c, const char *name, struct error *err)
{
    const struct model_cell *found = NULL;
    struct error first = {0};
    for (size_t i = 0; !found && i < c->file_count; i++)
        found = model_find(&c->files[i].model, name, &first);
    if (!found)
        return error_set(err, first.code, "%s", first.text);
    bool whole_key = !strcmp(found->key, name);
    for (size_t p = 0; p < c->pair_count; p++) {
        struct compare_pair *pair = &c->pairs[p];
        for (size_t i = 0; i < pair->count; i++) {
            const struct compare_item *item = &pair->items[i];
            pair->items[i].shown =
                !strcmp(item->a->key, found->key) &&
                (whole_key || item->a == found || item->b == found || !strcmp(item->a->id, found->id));
        }
        for (size_t i = 0; i < pair->unmatched_count; i++) {
            const struct model_cell *cell = pair->unmatched[i].cell;
            pair->unmatched[i].shown =
                !strcmp(cell->key, found->key) && (whole_key || !strcmp(cell->id, found->id));
        }
    }
    return 0;
}

static bool short_of_memory(const struct compare *c)
{
    bool failed = c->arena.failed;
    for (size_t i = 0; i < c->file_count; i++)
        failed |= c->files[i].model.arena.failed;
    return failed;
}

static int no_memory(struct error *err)
{
    return error_set(err, EXIT_CANNOT, "compare: out of memory: close other programs and try again");
}

static int fill(struct compare *c, const struct compare_source *sources, size_t count, struct error *err)
{
    if (load_files(c, sources, count, err))
        return -1;
    find_same(c);
    for (size_t i = 1; i < count; i++) {
        struct compare_pair *pair = &c->pairs[c->pair_count++];
        *pair = (struct compare_pair){.a = &c->files[0], .b = &c->files[i]};
        compare_find_differences(c, pair);
        compare_join(c, pair);
    }
    if (c->options.cell && select_cell(c, c->options.cell, err))
        return -1;
    for (size_t i = 0; i < c->pair_count; i++)
        compare_judge(c, &c->pairs[i]);
    compare_duties_find(c);
    return short_of_memory(c) ? no_memory(err) : 0;
}

struct compare *compare_new(const struct compare_source *sources, size_t count,
                            const struct compare_options *options, struct error *err)
{
    if (count < 2 || count > COMPARE_FILES) {
        error_set(err, EXIT_USAGE, "compare: takes 2 to %d result files, not %zu", COMPARE_FILES, count);
        return NULL;
    }
    struct compare *c = calloc(1, sizeof *c);
    if (!c) {
        no_memory(err);
        return NULL;
    }
    if (options)
        c->options = *options;
    if (fill(c, sources, count, err)) {
        compare_free(c);
        return NULL;
    }
    return c;
}

void compare_free(struct compare *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->file_count; i++)
        model_free(&c->files[i].model);
    arena_free(&c->arena);
    free(c);
}

const char *compare_warning(const struct compare *c)
{
    return c->warning;
}

static void add_pair(const struct compare_page *p, const struct compare_pair *pair)
{
    if (compare_times_hidden(p->c)) {
        compare_unmatched_add(p, pair);
        return;
    }
    compare_words_add(p, pair);
    if (p->c->options.cell) {
        for (size_t i = 0; i < pair->count; i++)
            if (pair->items[i].shown)
                compare_cell_add(p, pair, &pair->items[i]);
    } else {
        compare_table_add(p, pair);
        if (!compare_duties_matter(p->c))
            compare_counts_add(p, pair);
        const struct compare_item *chosen = compare_choose(p->c, pair);
        for (size_t i = 0; p->room->every && i < pair->count; i++)
            if (pair->items[i].a->row_count && pair->items[i].b->row_count)
                compare_ledger_add(p, pair, &pair->items[i]);
        if (p->room->ledger && chosen && !(p->room->every && chosen->a->row_count && chosen->b->row_count))
            compare_ledger_add(p, pair, chosen);
    }
    compare_unmatched_add(p, pair);
}

static struct page build(struct compare *c, const struct compare_room *room)
{
    struct page page = {.arena = &c->arena, .spaced = room->spaced};
    struct compare_page p = {c, &page, room};
    bool first = compare_emulated_letters(c, ", ") && !c->options.force;
    compare_head_add(&p);
    if (first)
        compare_duties_add(&p);
    for (size_t i = 0; i < c->pair_count; i++)
        add_pair(&p, &c->pairs[i]);
    if (!first)
        compare_duties_add(&p);
    if (!c->options.cell && !c->options.all)
        page_text(&page, "Every cell and its key: --all; one in full: --cell KEY; all numbers: --format csv "
                         "or json.");
    return page;
}

static struct page build_whole(struct compare *c)
{
    struct compare_room room = unlimited;
    room.every = c->options.all;
    return build(c, &room);
}

static int end(struct compare *c, FILE *out, struct error *err)
{
    if (short_of_memory(c))
        return no_memory(err);
    if (fflush(out) || ferror(out))
        return error_set(err, EXIT_CANNOT, "compare: cannot write it: check the disk or the pipe it goes to");
    return 0;
}

static void write_fitted(struct compare *c, FILE *out)
{
    struct page page = {0};
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        page = build(c, &rooms[i]);
        if (page_write_text(&page, TEXT_COLUMNS, false, NULL) > LINES_MOST)
            continue;
        page_write_text(&page, TEXT_COLUMNS, c->options.colour, out);
        return;
    }
    page_write_first(&page, LINES_MOST, TEXT_COLUMNS, c->options.colour, "--all", out);
}

int compare_text(struct compare *c, FILE *out, struct error *err)
{
    if (c->options.all || c->options.cell) {
        struct page page = build_whole(c);
        page.wide = true;
        page_write_text(&page, TEXT_COLUMNS, c->options.colour, out);
    } else {
        write_fitted(c, out);
    }
    return end(c, out, err);
}

int compare_markdown(struct compare *c, FILE *out, struct error *err)
{
    struct page page = build_whole(c);
    fputs("# pmembench compare\n\n", out);
    page_write_markdown(&page, out);
    return end(c, out, err);
}
