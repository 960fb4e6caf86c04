/* arena.c - memory and clean strings for one report: everything is freed at once */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "reports/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *next;
    max_align_t data[];
};

void *arena_alloc(struct arena *a, size_t bytes)
{
    struct arena_block *block = calloc(1, sizeof *block + bytes);
    if (!block) {
        a->failed = true;
        return NULL;
    }
    block->next = a->blocks;
    a->blocks = block;
    return block->data;
}

void *arena_grow(struct arena *a, void *array, size_t count, size_t bytes)
{
    if (count && (count & (count - 1)))
        return array;
    void *larger = arena_alloc(a, (count ? 2 * count : 1) * bytes);
    if (larger && count)
        memcpy(larger, array, count * bytes);
    return larger;
}

const char *arena_format(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (!text)
        return "";
    va_start(args, format);
    vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    return text;
}

const char *arena_clean(struct arena *a, const char *text)
{
    char *clean = arena_alloc(a, strlen(text) + 1);
    if (!clean)
        return "";
    char *to = clean;
    for (const unsigned char *from = (const unsigned char *)text; *from; from++) {
        if (*from >= 0x80 && *from < 0xc0) /* the rest of a UTF-8 sequence */
            continue;
        *to++ = *from < 0x20 || *from >= 0x7f ? '?' : (char)*from;
    }
    return clean;
}

void arena_free(struct arena *a)
{
    while (a->blocks) {
        struct arena_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
}
