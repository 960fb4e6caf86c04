/* page_markdown.c - a page as Markdown (CommonMark with GitHub's tables), every special character escaped */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>
#include <strings.h>

#include "reports/page.h"

/* The point of www. makes a link of its own (GFM 6.9). */
static bool ends_www(const char *text, const char *point)
{
    return point - text >= 3 && !strncasecmp(point - 3, "www", 3);
}

/* All ASCII punctuation may be escaped by a backslash (CommonMark 2.4); '<', '>' and '&' go as entities, for
 * renderers that let HTML through. A colon is escaped before // so that no text of a document becomes a link.
 */
static void put(const char *text, FILE *out)
{
    const char *start = text;
    for (; *text; text++) {
        if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else if (*text == '&')
            fputs("&amp;", out);
        else if (*text == STYLE_SPAN[0])
            continue;
        else if (*text >= 1 && *text < STYLE_SPAN[0])
            fputs("**", out);
        else if (strchr("\\`*_[]{}#|~!@", *text) || (*text == ':' && text[1] == '/') ||
                 (*text == '.' && ends_www(start, text)))
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    }
}

static void put_table(const struct block *b, FILE *out)
{
    for (size_t i = 0; i < b->count; i++) {
        fputs(i % b->columns ? " | " : "| ", out);
        put(b->fields[i], out);
        if ((i + 1) % b->columns && i + 1 < b->count)
            continue;
        fputs(" |\n", out);
        for (size_t c = 0; i + 1 == b->columns && c < b->columns; c++)
            fprintf(out, "%s%s", b->alignment[c] == 'r' ? "|---:" : "|:---",
                    c + 1 == b->columns ? "|\n" : "");
    }
    fputc('\n', out);
}

/* What begins a paragraph may not make it a list, a rule or a heading (CommonMark 4.1, 4.3, 5.2). */
static void put_paragraph(const char *text, FILE *out)
{
    while (*text == ' ')
        text++;
    size_t digits = strspn(text, "0123456789");
    const char *marks = digits ? ".)" : "-+=";
    if (text[digits] && strchr(marks, text[digits])) {
        fprintf(out, "%.*s\\%c", (int)digits, text, text[digits]);
        text += digits + 1;
    }
    put(text, out);
    fputs("\n\n", out);
}

static size_t longest_run(const char *text, char of)
{
    size_t longest = 0, run = 0;
    for (; *text; text++) {
        run = *text == of ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* A fence ends any list before it, where an indented block would be a paragraph of the list's last item, and
 * is longer than what a command could end it with. */
static void put_fence(const struct page *page, FILE *out)
{
    size_t length = 2;
    for (size_t i = 0; i < page->count; i++) {
        size_t run = page->blocks[i].kind == BLOCK_COMMAND ? longest_run(page->blocks[i].text, '`') : 0;
        length = run > length ? run : length;
    }
    for (size_t i = 0; i < length + 1; i++)
        fputc('`', out);
    fputc('\n', out);
}

static void put_block(const struct block *b, const struct block *next, FILE *out)
{
    switch (b->kind) {
    case BLOCK_HEAD:
        fputs("## ", out);
        put(b->text, out);
        fputs("\n\n", out);
        break;
    case BLOCK_FACT:
        fputs("- **", out);
        put(b->label, out);
        fputs("**: ", out);
        put(b->text, out);
        fputs(next && next->kind == BLOCK_FACT ? "\n" : "\n\n", out);
        break;
    case BLOCK_TEXT:
        if (*b->text)
            put_paragraph(b->text, out);
        break;
    case BLOCK_TABLE:
        put_table(b, out);
        break;
    case BLOCK_COMMAND: /* within a fence, which needs no escapes */
        fprintf(out, "%s\n", b->text);
        break;
    }
}

void page_write_markdown(const struct page *page, FILE *out)
{
    bool open = false;
    for (size_t i = 0; i < page->count; i++) {
        bool command = page->blocks[i].kind == BLOCK_COMMAND;
        if (command && !open)
            put_fence(page, out);
        put_block(&page->blocks[i], i + 1 < page->count ? &page->blocks[i + 1] : NULL, out);
        open = command && i + 1 < page->count && page->blocks[i + 1].kind == BLOCK_COMMAND;
        if (command && !open) {
            put_fence(page, out);
            fputc('\n', out);
        }
    }
}
