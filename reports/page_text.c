/* page_text.c - a page as plain text of a given width, with colours if asked */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reports/page.h"

enum { LABEL_WIDTH = 10, HEAD_WIDTH = 3, GAP = 2, COLUMNS_MOST = 24 };

struct text_out {
    FILE *out; /* NULL: count only */
    bool colour;
    size_t columns, lines;
};

static bool is_style(char c)
{
    return c >= 1 && c <= 5;
}

static size_t shown_width(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += !is_style(*text);
    return n;
}

static void put_style(struct text_out *to, char style)
{
    static const char *const codes[] = {"", "\033[1m", "\033[32m", "\033[31m", "\033[0m", ""};
    if (to->out && to->colour)
        fputs(codes[(unsigned char)style], to->out);
}

/* Puts the first `width` visible characters, closing a style that is cut. */
static void put(struct text_out *to, const char *text, size_t width)
{
    bool open = false;
    for (; *text && (width || is_style(*text)); text++) {
        if (is_style(*text)) {
            put_style(to, *text);
            open = *text != STYLE_OFF[0];
            continue;
        }
        if (to->out)
            fputc(*text, to->out);
        width--;
    }
    if (open)
        put_style(to, STYLE_OFF[0]);
}

static void pad(struct text_out *to, size_t n)
{
    if (to->out && n)
        fprintf(to->out, "%*s", (int)n, "");
}

static void end_line(struct text_out *to)
{
    if (to->out)
        fputc('\n', to->out);
    to->lines++;
}

/* The end of the next word, spaces before it included. */
static const char *word_end(const char *text)
{
    while (*text == ' ')
        text++;
    while (*text && *text != ' ')
        text++;
    return text;
}

static void put_word(struct text_out *to, const char *from, const char *end, size_t *at, size_t indent,
                     char *style)
{
    for (; from < end; from++) {
        if (is_style(*from)) {
            put_style(to, *from);
            *style = *from == STYLE_OFF[0] ? 0 : *from;
            continue;
        }
        if (*at == to->columns) {
            end_line(to);
            pad(to, indent);
            *at = indent;
        }
        if (to->out)
            fputc(*from, to->out);
        ++*at;
    }
}

/* Wraps at spaces; a word longer than a line is cut where the line ends. */
static void put_wrapped(struct text_out *to, const char *text, size_t at, size_t indent)
{
    char style = 0;
    while (*text) {
        const char *end = word_end(text);
        size_t width = 0;
        for (const char *c = text; c < end; c++)
            width += !is_style(*c);
        if (at + width > to->columns && at > indent) {
            end_line(to);
            pad(to, indent);
            at = indent;
            while (*text == ' ')
                text++;
        }
        put_word(to, text, end, &at, indent, &style);
        text = end;
    }
    if (style)
        put_style(to, STYLE_OFF[0]);
    end_line(to);
}

static void measure(const struct block *b, size_t *widths)
{
    for (size_t i = 0; i < b->count; i++) {
        if (b->fields[i][0] == STYLE_SPAN[0])
            continue;
        size_t w = shown_width(b->fields[i]);
        if (w > widths[i % b->columns])
            widths[i % b->columns] = w;
    }
}

/* Narrows the widest column until the table fits. */
static void fit(size_t *widths, size_t columns, size_t most)
{
    for (;;) {
        size_t total = 0, widest = 0;
        for (size_t c = 0; c < columns; c++) {
            total += widths[c] + (c ? GAP : 0);
            if (widths[c] > widths[widest])
                widest = c;
        }
        if (total <= most || !widths[widest])
            return;
        widths[widest]--;
    }
}

/* The columns that the field at c takes: itself, and with STYLE_SPAN the empty ones after it. */
static size_t taken_columns(const struct block *b, size_t first, size_t c)
{
    size_t n = 1;
    if (b->fields[first + c][0] != STYLE_SPAN[0])
        return n;
    while (c + n < b->columns && (first + c + n >= b->count || !*b->fields[first + c + n]))
        n++;
    return n;
}

static size_t room_of(const size_t *widths, size_t n)
{
    size_t room = (n - 1) * GAP;
    for (size_t i = 0; i < n; i++)
        room += widths[i];
    return room;
}

static void put_row(struct text_out *to, const struct block *b, size_t first, const size_t *widths)
{
    size_t blank = 0; /* held back, so that no line ends in spaces */
    for (size_t c = 0; c < b->columns && first + c < b->count;) {
        const char *field = b->fields[first + c];
        size_t n = taken_columns(b, first, c);
        size_t room = room_of(widths + c, n), before = c ? room_of(widths, c) + GAP : 0;
        if (c + n == b->columns && n > 1 && before + room < to->columns)
            room = to->columns - before;
        size_t width = shown_width(field), shown = width < room ? width : room;
        blank += c ? GAP : 0;
        if (b->alignment[c] == 'r' && n == 1)
            blank += room - shown;
        if (shown) {
            pad(to, blank);
            blank = 0;
            put(to, field, shown);
        }
        if (b->alignment[c] != 'r' || n > 1)
            blank += room - shown;
        c += n;
    }
    end_line(to);
}

static void put_table(struct text_out *to, const struct block *b, bool wide)
{
    size_t widths[COLUMNS_MOST] = {0};
    if (!b->columns || b->columns > COLUMNS_MOST)
        return;
    measure(b, widths);
    fit(widths, b->columns, wide ? SIZE_MAX : to->columns);
    for (size_t i = 0; i < b->count; i += b->columns)
        put_row(to, b, i, widths);
}

static void put_block(struct text_out *to, const struct block *b, bool wide)
{
    switch (b->kind) {
    case BLOCK_HEAD:
        put_style(to, STYLE_BOLD[0]);
        put(to, "== ", HEAD_WIDTH);
        put_wrapped(to, b->text, HEAD_WIDTH, HEAD_WIDTH);
        put_style(to, STYLE_OFF[0]);
        break;
    case BLOCK_FACT:
        put(to, b->label, LABEL_WIDTH - 1);
        pad(to,
            LABEL_WIDTH - (shown_width(b->label) < LABEL_WIDTH ? shown_width(b->label) : LABEL_WIDTH - 1));
        put_wrapped(to, b->text, LABEL_WIDTH, LABEL_WIDTH);
        break;
    case BLOCK_TEXT:
        put_wrapped(to, b->text, 0, 2);
        break;
    case BLOCK_TABLE:
        put_table(to, b, wide);
        break;
    case BLOCK_COMMAND:
        pad(to, 2);
        put(to, b->text, SIZE_MAX);
        end_line(to);
        break;
    }
}

size_t page_write_text(const struct page *page, size_t columns, bool colour, FILE *out)
{
    struct text_out to = {.out = out, .colour = colour, .columns = columns};
    for (size_t i = 0; i < page->count; i++) {
        if (page->spaced && i && page->blocks[i].kind == BLOCK_HEAD)
            end_line(&to);
        put_block(&to, &page->blocks[i], page->wide);
    }
    return to.lines;
}

void page_write_first(const struct page *page, size_t lines, size_t columns, bool colour, const char *where,
                      FILE *out)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *memory = open_memstream(&text, &bytes);
    if (!memory)
        return;
    size_t all = page_write_text(page, columns, colour, memory);
    fclose(memory);
    const char *at = text;
    for (size_t i = 0; at && i + 1 < lines; i++)
        at = strchr(at, '\n') + 1;
    if (at) {
        fwrite(text, 1, (size_t)(at - text), out);
        fprintf(out, "... %zu more lines: %s\n", all - lines + 1, where);
    }
    free(text);
}
