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

/* One cell, B costing `ratio` times A, `n` processes a side. */
struct one {
    json_t *a, *b;
};

static inline struct one one_cell(double ratio, size_t n)
{
    struct one o = {many_cells(1, n), many_cells(1, n)};
    set_repeats(cell_at(o.b, 0), n, 1000 * ratio, 0.004);
    return o;
}

static inline void drop(struct one o)
{
    json_decref(o.a);
    json_decref(o.b);
}

static inline void judged_with(struct one o, const struct compare_options *options, enum verdict verdict,
                               enum compare_why why, const char *reason)
{
    struct compare *c = compared(o.a, o.b, options);
    const struct compare_item *item = &c->pairs[0].items[0];
    assert_int_equal(c->pairs[0].count, 1);
    if (item->verdict != verdict || item->why != why || !strstr(item->reason, reason))
        fail_msg("%s, why %d: '%s'; expected %s, %d, '%s'", stats_verdict_name(item->verdict), (int)item->why,
                 item->reason, stats_verdict_name(verdict), (int)why, reason);
    assert_true(isfinite(item->ratio.value));
    compare_free(c);
}

static inline void judged(struct one o, enum verdict verdict, enum compare_why why, const char *reason)
{
    judged_with(o, NULL, verdict, why, reason);
}

static inline void set_levels(json_t *cell, size_t n, double ns)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_real(ns * (1 + 0.0001 * (double)i)));
    json_object_set_new(cell, "level", list);
}

static inline void set_group(json_t *d, double low, double high, bool held)
{
    json_t *controls = json_object_get(d, "controls");
    char group[700];
    snprintf(group, sizeof group, "write_fsync/size=64/offset=0/footprint=l2/dirty=size/overwrite=1%s", tail);
    json_t *groups =
        json_pack("[{s:s, s:{s:f, s:f, s:f}, s:{}, s:f, s:b}]", "group", group, "same", "ratio", 1.0,
                  "ci_low", low, "ci_high", high, "different", "expected_different", 1.05, "held", (int)held);
    assert_non_null(groups);
    json_object_set_new(controls, "groups", groups);
    json_object_set_new(controls, "held", json_boolean(held));
}

#endif
