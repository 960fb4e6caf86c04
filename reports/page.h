/* page.h - a report before it has a format: headings, facts, paragraphs, tables, commands */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef REPORTS_PAGE_H
#define REPORTS_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "reports/arena.h"

/* Strings that go in are clean (arena_clean) but for these marks, which the renderers turn into colours,
 * bold, or nothing. Each ends with STYLE_OFF; they do not nest. */
#define STYLE_BOLD "\001"
#define STYLE_GOOD "\002"
#define STYLE_BAD  "\003"
#define STYLE_OFF  "\004"
/* First in a table's field: it runs on over the empty fields to its right, and widens no column. */
#define STYLE_SPAN "\005"

enum block_kind {
    BLOCK_HEAD,
    BLOCK_FACT, /* label and text */
    BLOCK_TEXT, /* a paragraph */
    BLOCK_TABLE,
    BLOCK_COMMAND /* a line for the shell: never wrapped or shortened */
};

struct block {
    enum block_kind kind;
    const char *label, *text;
    const char *alignment; /* of a table: 'l' or 'r' a column */
    const char **fields;   /* row by row; the first row is the header */
    size_t columns, count;
};

struct page {
    struct arena *arena;
    struct block *blocks;
    size_t count;
    bool spaced; /* text: an empty line before each heading */
    bool wide;   /* text: tables as wide as they are, whatever the columns */
};

/* All copy nothing: strings live in the page's arena or are constant. */
void page_head(struct page *page, const char *text);
void page_fact(struct page *page, const char *label, const char *text);
void page_text(struct page *page, const char *text);
void page_command(struct page *page, const char *text);
/* Begins a table; page_field then fills it from left to right, header first. */
void page_table(struct page *page, const char *alignment);
void page_field(struct page *page, const char *text);

/* Renders at most `columns` wide. Returns the lines; writes nothing when out is NULL. */
size_t page_write_text(const struct page *page, size_t columns, bool colour, FILE *out);
/* What does not fit at all: the first lines - 1, and in one more how many are left and where they are to be
 * had. */
void page_write_first(const struct page *page, size_t lines, size_t columns, bool colour, const char *where,
                      FILE *out);
void page_write_markdown(const struct page *page, FILE *out);

#endif
