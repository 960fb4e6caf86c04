/* documents.h - small result documents made by hand, and reports of them as strings */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_REPORTS_DOCUMENTS_H
#define TESTS_REPORTS_DOCUMENTS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>
#include <jansson.h>

#include "reports/report.h"

typedef int make_report(const json_t *document, const struct report_options *options, FILE *out,
                        struct error *err);

static const char tail[] =
    "/overwrite-order=pass/access=seq/surround=kernel/dest=own/source=warm/granule=4096/"
    "file-size=auto/extents=64/threads=1/files=shared/delay=0";

static inline json_t *load_fixture(void)
{
    json_error_t error;
    json_t *d = json_load_file(SOURCE_DIR "/tests/reports/fixture/result.json", 0, &error);
    if (!d)
        fail_msg("fixture: %s", error.text);
    return d;
}

static inline json_t *new_document(void)
{
    json_t *d = json_pack(
        "{s:s, s:i, s:s, s:{s:s, s:s, s:i, s:s}, s:{s:{s:s, s:s}, s:[{s:i, s:i}], s:s, s:s}, s:{s:s, s:s},"
        " s:{s:s, s:s, s:{s:s}}, s:{s:[{s:s, s:b}], s:f, s:b}, s:[], s:[], s:[]}",
        "schema", "pmembench-result", "schema_version", 1, "status", "complete", "run", "plan", "by-hand",
        "started", "2026-01-01T00:00:00Z", "seed", 1, "version", "0.1.0", "machine", "cpu", "model",
        "Hand-made", "clwb", "retains", "caches", "level", 2, "bytes", 2097152, "kernel", "6.1.0",
        "hypervisor", "none", "region", "medium", "dram", "provenance", "stand-in", "domain", "name", "adr",
        "source", "chosen", "drain", "provenance", "not known", "controls", "groups", "group", "elsewhere",
        "held", 1, "floor_ratio", 1.008, "held", 1, "warnings", "cells", "comparisons");
    assert_non_null(d);
    return d;
}

/* Appends a measured cell; returns it (borrowed). */
static inline json_t *add_cell(json_t *document, const char *kernel, const char *path, const char *track,
                               const char *size, const char *footprint, const char *overwrite, double median)
{
    char key[700], id[740];
    snprintf(key, sizeof key, "%s/%s/size=%s/offset=0/footprint=%s/dirty=size/overwrite=%s%s", kernel, path,
             size, footprint, overwrite, tail);
    snprintf(id, sizeof id, "%s/domain=adr", key);
    json_t *cell = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:[], s:{}"
        " s:{s:f, s:f, s:f, s:i, s:i}}",
        "key", key, "id", id, "kernel", kernel, "path", path, "track", track, "domain", "adr", "copy", "x",
        "size", size, "footprint", footprint, "dirty", "size", "overwrite", overwrite, "status", "measured",
        "reason", "", "rounds", 16, "ended_by", "precision", "ledger", "counts", "summary", "median", median,
        "ci_low", median * 0.99, "ci_high", median * 1.01, "n", 16, "outliers", 0);
    assert_non_null(cell);
    assert_int_equal(json_array_append_new(json_object_get(document, "cells"), cell), 0);
    return cell;
}

static inline json_t *add_comparison(json_t *document, const json_t *a, const json_t *b, double ratio,
                                     const char *verdict)
{
    json_t *c =
        json_pack("{s:O, s:{s:n, s:O}, s:{s:n, s:O}, s:f, s:f, s:f, s:s, s:s, s:i, s:i}", "key",
                  json_object_get(b, "key"), "a", "file", "id", json_object_get(a, "id"), "b", "file", "id",
                  json_object_get(b, "id"), "ratio", ratio, "ci_low", ratio * 0.99, "ci_high", ratio * 1.01,
                  "verdict", verdict, "method", "paired-sign", "rounds", 16, "more_rounds", 0);
    assert_non_null(c);
    assert_int_equal(json_array_append_new(json_object_get(document, "comparisons"), c), 0);
    return c;
}

static inline void add_row(json_t *cell, const char *stage, const char *side, double ns, double half)
{
    json_t *row = json_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:b, s:b, s:s, s:s}", "stage", stage,
                            "side", side, "ns_added", ns, "added_low", ns - half, "added_high", ns + half,
                            "ns_saved", ns, "saved_low", ns - half, "saved_high", ns + half, "overlaps", 0,
                            "first_fence", 0, "how", "ladder", "provenance", "real");
    assert_non_null(row);
    assert_int_equal(json_array_append_new(json_object_get(cell, "ledger"), row), 0);
}

/* bypass and deferred-xarray at one point, with a comparison. The last comparison is the one of the last
 * pair. */
static inline void add_pair(json_t *document, const char *size, const char *footprint, const char *overwrite,
                            double ratio, const char *verdict)
{
    json_t *a = add_cell(document, "write_fsync", "bypass", "none", size, footprint, overwrite, 1000);
    json_t *b = add_cell(document, "write_fsync", "deferred-xarray", "xarray", size, footprint, overwrite,
                         1000 * ratio);
    add_comparison(document, a, b, ratio, verdict);
}

/* A pair with a ledger whose copy saves `saved` +- 5 ns and whose tracking and fsync bring 400 ns. */
static inline json_t *document_with_ledger(double ratio, const char *verdict, double saved)
{
    json_t *d = new_document();
    add_pair(d, "4096", "l2", "1", ratio, verdict);
    json_t *bypass = json_array_get(json_object_get(d, "cells"), 0);
    json_t *deferred = json_array_get(json_object_get(d, "cells"), 1);
    add_row(bypass, "surround", "write", 300, 3);
    add_row(bypass, "copy", "write", 600, 3);
    add_row(deferred, "surround", "write", 300, 3);
    add_row(deferred, "entry-lock", "write", 50, 3);
    add_row(deferred, "copy", "write", 600 - saved, 3);
    add_row(deferred, "mark", "write", 40, 3);
    add_row(deferred, "scan", "fsync", 60, 3);
    add_row(deferred, "entry-lock", "fsync", 30, 3);
    add_row(deferred, "writeback", "fsync", 200, 3);
    add_row(deferred, "fence", "fsync", 20, 3);
    return d;
}

/* The report as a string (to be freed); NULL when it failed, with the error kept if err is given. */
static inline char *report_string(make_report *make, const json_t *d, const struct report_options *options,
                                  struct error *err)
{
    struct error own = {0};
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    int rc = make(d, options, out, err ? err : &own);
    fclose(out);
    if (!err && rc)
        fail_msg("report: %s", own.text);
    if (rc) {
        free(text);
        return NULL;
    }
    return text;
}

static inline bool says(const char *report, const char *what)
{
    return strstr(report, what) != NULL;
}

/* The same report with every stretch of white space as one space: a sentence is found however it is wrapped.
 */
static inline char *unwrapped(const char *report)
{
    char *text = strdup(report), *to = text;
    assert_non_null(text);
    for (; *report; report++) {
        bool white = *report == ' ' || *report == '\n';
        if (!white || (to > text && to[-1] != ' '))
            *to++ = white ? ' ' : *report;
    }
    *to = 0;
    return text;
}

/* Nothing but printable ASCII and ends of lines. */
static inline void assert_clean(const char *report)
{
    for (const unsigned char *c = (const unsigned char *)report; *c; c++)
        if (*c != '\n' && (*c < 0x20 || *c > 0x7e))
            fail_msg("byte 0x%02x in a report", *c);
}

static inline void assert_fits(const char *report)
{
    size_t lines = 0;
    while (*report) {
        size_t width = strcspn(report, "\n");
        if (width > 100)
            fail_msg("a line of %zu columns: %.*s", width, (int)width, report);
        report += width + (report[width] == '\n');
        lines++;
    }
    if (lines > 60)
        fail_msg("%zu lines", lines);
}

/* Sets every member of the document to null, one after another, and hands each document to `check`. */
static inline void each_null(json_t *document, json_t *at, void (*check)(const json_t *document))
{
    if (json_is_object(at)) {
        const char *name;
        void *next;
        json_t *value;
        json_object_foreach_safe(at, next, name, value)
        {
            json_incref(value);
            each_null(document, value, check);
            assert_int_equal(json_object_set_new(at, name, json_null()), 0);
            check(document);
            assert_int_equal(json_object_set_new(at, name, value), 0);
        }
    }
    for (size_t i = 0; json_is_array(at) && i < json_array_size(at); i++) {
        json_t *value = json_incref(json_array_get(at, i));
        each_null(document, value, check);
        assert_int_equal(json_array_set_new(at, i, json_null()), 0);
        check(document);
        assert_int_equal(json_array_set_new(at, i, value), 0);
    }
}

#endif
