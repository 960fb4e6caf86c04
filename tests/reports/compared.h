/* compared.h - pairs of small result documents with repeats, and what is made of them */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_REPORTS_COMPARED_H
#define TESTS_REPORTS_COMPARED_H

#include <math.h>

#include "tests/reports/documents.h"

#include "reports/compare_parts.h"

/* `n` processes whose medians lie around `ns`, `spread` (a share of it) from first to last. */
static inline void set_repeats(json_t *cell, size_t n, double ns, double spread)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        double place = n > 1 ? (double)i / (double)(n - 1) - 0.5 : 0;
        json_array_append_new(list, json_real(ns * (1 + spread * place)));
    }
    assert_int_equal(json_object_set_new(cell, "repeat", list), 0);
}

static inline json_t *sized_cell(json_t *d, const char *path, const char *size, size_t n, double ns)
{
    json_t *cell = add_cell(d, "write_fsync", path, "xarray", size, "l2", "1", ns);
    set_repeats(cell, n, ns, 0.004);
    return cell;
}

static inline void set_text(json_t *object, const char *name, const char *text)
{
    assert_int_equal(json_object_set_new(object, name, json_string(text)), 0);
}

static inline void set_member(json_t *d, const char *part, const char *name, const char *text)
{
    set_text(json_object_get(d, part), name, text);
}

static inline void set_cell_domain(json_t *cell, const char *domain)
{
    char id[800];
    snprintf(id, sizeof id, "%s/domain=%s", json_string_value(json_object_get(cell, "key")), domain);
    set_text(cell, "domain", domain);
    set_text(cell, "id", id);
}

/* A document of `count` cells of `n` processes each; cell i costs 1000 + i ns. */
static inline json_t *many_cells(size_t count, size_t n)
{
    json_t *d = new_document();
    char size[24];
    for (size_t i = 0; i < count; i++) {
        snprintf(size, sizeof size, "%zu", 64 * (i + 1));
        sized_cell(d, "deferred-xarray", size, n, 1000 + (double)i);
    }
    return d;
}

static inline json_t *cell_at(const json_t *d, size_t i)
{
    json_t *cell = json_array_get(json_object_get(d, "cells"), i);
    assert_non_null(cell);
    return cell;
}

static inline void warn(json_t *d, const char *code)
{
    json_array_append_new(json_object_get(d, "warnings"),
                          json_pack("{s:s, s:s, s:s}", "code", code, "message", "m", "hint", "h"));
}

static inline struct compare *compared(const json_t *a, const json_t *b,
                                       const struct compare_options *options)
{
    struct error err = {0};
    struct compare_source sources[] = {{"a.json", a}, {"b.json", b}};
    struct compare *c = compare_new(sources, 2, options, &err);
    if (!c)
        fail_msg("compare: %s", err.text);
    return c;
}

typedef int make_comparison(struct compare *c, FILE *out, struct error *err);

/* What it prints (to be freed). */
static inline char *printed(make_comparison *make, const json_t *a, const json_t *b,
                            const struct compare_options *options)
{
    struct compare *c = compared(a, b, options);
    struct error err = {0};
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    int rc = make(c, out, &err);
    fclose(out);
    compare_free(c);
    if (rc)
        fail_msg("compare: %s", err.text);
    return text;
}

static inline void assert_prints(make_comparison *make, const json_t *a, const json_t *b,
                                 const struct compare_options *options, const char *what, bool expected)
{
    char *text = printed(make, a, b, options), *plain = unwrapped(text);
    assert_clean(text);
    if (says(plain, what) != expected)
        fail_msg("%s%s in:\n%s", expected ? "" : "must not be: ", what, text);
    free(plain);
    free(text);
}

#endif
