/* page.c - a report before it has a format: headings, facts, paragraphs, tables, commands */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "reports/page.h"

#include <string.h>

static struct block *add(struct page *page, enum block_kind kind, const char *text)
{
    struct block *blocks = arena_grow(page->arena, page->blocks, page->count, sizeof *blocks);
    if (!blocks)
        return NULL;
    page->blocks = blocks;
    blocks[page->count] = (struct block){.kind = kind, .text = text};
    return &blocks[page->count++];
}

void page_head(struct page *page, const char *text)
{
    add(page, BLOCK_HEAD, text);
}

void page_fact(struct page *page, const char *label, const char *text)
{
    struct block *b = add(page, BLOCK_FACT, text);
    if (b)
        b->label = label;
}

void page_text(struct page *page, const char *text)
{
    add(page, BLOCK_TEXT, text);
}

void page_command(struct page *page, const char *text)
{
    add(page, BLOCK_COMMAND, text);
}

void page_table(struct page *page, const char *alignment)
{
    struct block *b = add(page, BLOCK_TABLE, "");
    if (b) {
        b->alignment = alignment;
        b->columns = strlen(alignment);
    }
}

void page_field(struct page *page, const char *text)
{
    struct block *b = page->count ? &page->blocks[page->count - 1] : NULL;
    if (!b || b->kind != BLOCK_TABLE)
        return;
    const char **fields = arena_grow(page->arena, b->fields, b->count, sizeof *fields);
    if (!fields)
        return;
    b->fields = fields;
    fields[b->count++] = text;
}
