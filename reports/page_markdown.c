/* page_markdown.c - a page as Markdown (CommonMark with GitHub's tables), every special character escaped */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "reports/page.h"

/* All ASCII punctuation may be escaped by a backslash (CommonMark 2.4); '<', '>' and '&' go as entities, for
 * renderers that let HTML through. A colon is escaped before // so that no text of a document becomes a link.
 */
static void put(const char *text, FILE *out)
{
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
        else if (strchr("\\`*_[]{}#|~!@", *text) || (*text == ':' && text[1] == '/'))
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
        if (!*b->text)
            break;
        put(b->text, out);
        fputs("\n\n", out);
        break;
    case BLOCK_TABLE:
        put_table(b, out);
        break;
    case BLOCK_COMMAND: /* an indented block needs no escapes */
        fprintf(out, "    %s\n%s", b->text, next && next->kind == BLOCK_COMMAND ? "" : "\n");
        break;
    }
}

void page_write_markdown(const struct page *page, FILE *out)
{
    for (size_t i = 0; i < page->count; i++)
        put_block(&page->blocks[i], i + 1 < page->count ? &page->blocks[i + 1] : NULL, out);
}
