/* test_copies.c - what a report says of copies alone: MB/s by size and strategy, which is cheaper from where
 * on */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/documents.h"

static char *text_of(const json_t *d, bool all)
{
    return report_string(report_text, d, &(struct report_options){.source = "runs/x", .all = all}, NULL);
}

static void report_says(const json_t *d, const char *what, bool expected)
{
    char *text = text_of(d, false), *plain = unwrapped(text);
    if (says(plain, what) != expected)
        fail_msg("%s%s in:\n%s", expected ? "" : "must not be: ", what, text);
    assert_fits(text);
    assert_clean(text);
    free(plain);
    free(text);
}

static json_t *add_copy(json_t *d, const char *path, const char *size, const char *footprint, double median)
{
    json_t *cell = add_cell(d, "copy", path, "none", size, footprint, "1", median);
    json_object_set_new(cell, "gb_per_s", json_real(atof(size) / median));
    return cell;
}

/* `a` always at 1 GB/s, `b` by ratio and verdict at 512, 1024, 2048 and 4096 bytes. */
static json_t *copies(const char *a, const char *b, const char *const verdicts[4], const double ratios[4])
{
    static const char *const sizes[] = {"512", "1024", "2048", "4096"};
    json_t *d = new_document();
    for (unsigned i = 0; i < 4; i++) {
        json_t *base = add_copy(d, a, sizes[i], "l2", atof(sizes[i]));
        json_t *cell = add_copy(d, b, sizes[i], "l2", atof(sizes[i]) * ratios[i]);
        add_comparison(d, base, cell, ratios[i], verdicts[i]);
    }
    return d;
}

static const char nt[] = "memcpy-flushcache:none:none", line[] = "line+clflushopt:none:none";

static void two_strategies_by_size(void **state)
{
    (void)state;
    json_t *d = copies(nt, line, (const char *const[]){"slower", "faster", "faster", "faster"},
                       (const double[]){2, 0.5, 0.4, 0.25});
    report_says(
        d, "Copies alone, each write durable at once: MB/s (10^6), cost relative to memcpy-flushcache", true);
    report_says(
        d,
        "size memcpy-flushcache line+clflushopt - footprint l2 512 B 1000 500 2.00 slower 1 KiB 1000 2000 "
        "0.50 faster",
        true);
    report_says(d, "Cheaper with footprint l2: line+clflushopt from 1 KiB on, memcpy-flushcache up to 512 B.",
                true);
    report_says(d, "each write flushes and fences for itself; no fsync, no drain", true);
    json_decref(d);
}

/* No sentence about what was not asked, no heading without a line. */
static void nothing_else_is_said(void **state)
{
    (void)state;
    json_t *d = copies("bypass", "eager", (const char *const[]){"slower", "slower", "slower", "slower"},
                       (const double[]){2, 2, 2, 2});
    static const char *const never[] = {"No answer", "Where does",     "Every path", "Parts of",
                                        "fsync()",   "Where it moved", "drain rows"};
    for (unsigned i = 0; i < sizeof never / sizeof *never; i++)
        report_says(d, never[i], false);
    report_says(d, "Cheaper with footprint l2: bypass at every size.", true);
    report_says(d, "pmembench run --kernel copy --paths bypass,eager --dirty size", true);
    char *markdown = report_string(report_markdown, d, NULL, NULL);
    assert_true(says(markdown, "| size | bypass | eager |"));
    assert_false(says(markdown, "No answer"));
    free(markdown);
    json_decref(d);
}

static void what_is_not_resolved_is_no_win(void **state)
{
    (void)state;
    json_t *d = copies(nt, line, (const char *const[]){"equivalent", "unresolved", "faster", "unresolved"},
                       (const double[]){1, 0.5, 0.4, 0.9});
    report_says(d, "Cheaper with footprint l2: line+clflushopt at 2 KiB; 2 sizes are not resolved.", true);
    json_decref(d);
    d = copies(nt, line, (const char *const[]){"equivalent", "equivalent", "equivalent", "equivalent"},
               (const double[]){1, 1, 1, 1});
    report_says(d, "Cheaper with footprint l2: neither.", true);
    json_decref(d);
    d = copies(nt, line, (const char *const[]){"faster", "faster", "slower", "faster"},
               (const double[]){0.5, 0.5, 2, 0.5});
    report_says(d, "line+clflushopt at 512 B and 1 KiB and 4 KiB, memcpy-flushcache at 2 KiB.", true);
    json_decref(d);
    d = copies(nt, line, (const char *const[]){"faster", "slower", "slower", "slower"},
               (const double[]){0.5, 2, 2, 2});
    report_says(d, "Cheaper with footprint l2: line+clflushopt up to 512 B, memcpy-flushcache from 1 KiB on.",
                true);
    json_decref(d);
}

/* Many: one below the other, sizes beside, and those with one answer together. */
static void many_strategies_fit(void **state)
{
    (void)state;
    static const char *const paths[] = {"bypass-wide",
                                        "eager",
                                        "eager-range",
                                        "libpmem-nt",
                                        "libpmem-t",
                                        "avx2+clwb:none:auto",
                                        "movnti+clflushopt:none:auto"};
    static const char *const sizes[] = {"64", "512", "1024", "2048", "4096", "65536", "1048576"};
    static const char *const footprints[] = {"l2", "llc", "beyond"};
    json_t *d = new_document();
    for (unsigned f = 0; f < 3; f++)
        for (unsigned i = 0; i < 7; i++) {
            json_t *base = add_copy(d, "bypass", sizes[i], footprints[f], 1000);
            for (unsigned p = 0; p < 7; p++)
                add_comparison(d, base, add_copy(d, paths[p], sizes[i], footprints[f], p % 2 ? 2000 : 500),
                               p % 2 ? 2 : 0.5, p % 2 ? "slower" : "faster");
        }
    report_says(d, "Copies alone", true);
    report_says(d, "MB/s 64 B", true);
    report_says(d, "... 2 more sizes: --all", true);
    char *text = text_of(d, true), *plain = unwrapped(text);
    assert_true(says(
        plain, "Cheaper than bypass with footprint llc: at every size bypass-wide, eager-range, libpmem-t, "
               "movnti+clflushopt; at no size eager, libpmem-nt, avx2+clwb."));
    assert_true(says(plain, "MB/s 64 KiB 1 MiB - footprint l2 bypass 65536 1048576"));
    free(plain);
    free(text);
    json_decref(d);
}

static void one_alone_and_beside_write(void **state)
{
    (void)state;
    json_t *d = new_document();
    add_copy(d, "eager", "4096", "l2", 1024);
    report_says(d, "size eager - footprint l2 4 KiB 4000", true);
    report_says(d, "pmembench run --kernel copy --paths eager --dirty size", true);
    add_pair(d, "4096", "l2", "1", 1.6, "slower");
    report_says(d, "1.60 times bypass", true);
    report_says(d, "size eager - footprint l2 4 KiB 4000", true);
    report_says(d, "pmembench run --paths bypass,deferred-xarray", true);
    report_says(d, "no fsync, no drain", false);
    json_decref(d);
}

/* Two paths of one copy keep their names; a failed cell is said. */
static void odd_cells(void **state)
{
    (void)state;
    json_t *d =
        copies("movnti:none:none", "movnti:none:auto",
               (const char *const[]){"slower", "slower", "slower", "slower"}, (const double[]){2, 2, 2, 2});
    json_t *failed = json_array_get(json_object_get(d, "cells"), 3);
    json_object_set_new(failed, "status", json_string("failed"));
    report_says(d, "size movnti:none:none movnti:none:auto", true);
    report_says(d, "1 KiB 1000 FAILED", true);
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_strategies_by_size),         cmocka_unit_test(nothing_else_is_said),
        cmocka_unit_test(what_is_not_resolved_is_no_win), cmocka_unit_test(many_strategies_fit),
        cmocka_unit_test(one_alone_and_beside_write),     cmocka_unit_test(odd_cells),
    };
    return cmocka_run_group_tests_name("copies", tests, NULL, NULL);
}
