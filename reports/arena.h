/* arena.h - memory and clean strings for one report: everything is freed at once */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef REPORTS_ARENA_H
#define REPORTS_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Short of memory an arena sets `failed` and goes on with empty strings; who made it asks once, at the end.
 * One thread at a time. */
struct arena {
    struct arena_block *blocks;
    bool failed;
};

/* Zeroed memory, or NULL (then failed is set). */
void *arena_alloc(struct arena *a, size_t bytes);
/* An array grown to hold one more of `bytes` each: doubles at powers of two; the old one stays until the end.
 */
void *arena_grow(struct arena *a, void *array, size_t count, size_t bytes);
/* As printf. Never NULL. */
const char *arena_format(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A copy fit for any terminal: control characters and all that is not ASCII become '?', one each. Never NULL.
 */
const char *arena_clean(struct arena *a, const char *text);
void arena_free(struct arena *a);

#endif
