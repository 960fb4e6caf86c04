/* test_real.c - what a report says of the system's own calls beside the model, and of stores beside write()
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/documents.h"

static char *text_of(const json_t *d)
{
    return report_string(report_text, d, &(struct report_options){.source = "runs/x"}, NULL);
}

static void report_says(const json_t *d, const char *what, bool expected)
{
    char *text = text_of(d), *plain = unwrapped(text);
    if (says(plain, what) != expected)
        fail_msg("%s%s in:\n%s", expected ? "" : "must not be: ", what, text);
    free(plain);
    free(text);
}

static void set_difference(json_t *comparison, double ns, double low, double high)
{
    json_object_set_new(comparison, "difference_ns",
                        json_pack("{s:f, s:f, s:f}", "value", ns, "low", low, "high", high));
}

static json_t *last(const json_t *d, const char *list)
{
    const json_t *all = json_object_get(d, list);
    return json_array_get(all, json_array_size(all) - 1);
}

/* bypass 1000 ns, deferred-xarray 1500, sys-fsync 2300 with a residual of 1311. */
static json_t *real_run(void)
{
    json_t *d = new_document();
    json_t *base = add_cell(d, "write_fsync", "bypass", "none", "4096", "l2", "1", 1000);
    json_t *deferred = add_cell(d, "write_fsync", "deferred-xarray", "xarray", "4096", "l2", "1", 1500);
    json_t *real = add_cell(d, "sys_write_fsync", "sys-fsync", "none", "4096", "l2", "1", 2300);
    add_row(real, "sys-write", "write", 1717, 34);
    add_row(real, "sys-fsync", "fsync", 577, 11);
    add_comparison(d, base, deferred, 1.5, "slower");
    add_comparison(d, base, real, 2.3, "slower");
    set_difference(last(d, "comparisons"), 1311, 1289, 1333);
    return d;
}

static void the_residual_stands_beside_the_model(void **state)
{
    (void)state;
    json_t *d = real_run();
    report_says(d, "The real calls beside the model, in ns an op", true);
    report_says(d, "4 KiB sys-fsync 2300 1000 1311 1289..1333 1717 577", true);
    report_says(d, "residual: what Linux does besides what the model", true);
    json_decref(d);
}

static void the_file_system_and_the_page_cache_are_named(void **state)
{
    (void)state;
    json_t *d = real_run();
    json_object_set_new(json_object_get(d, "domain"), "evidence",
                        json_pack("[s, s]", "x", "file system ext4"));
    report_says(d, "has, on ext4.", true);
    json_object_set_new(json_object_get(d, "region"), "medium", json_string("page-cache"));
    report_says(d, "on ext4: the page cache and its disk instead of DAX.", true);
    json_object_set_new(json_object_get(d, "domain"), "evidence", json_pack("[s]", "file system tmpfs"));
    report_says(d, "on tmpfs, which is memory: its fsync() does nothing, and no store faults", true);
    json_decref(d);
}

/* Two calls of the system alone: one of them is no model of the other. */
static void a_real_call_is_no_model(void **state)
{
    (void)state;
    json_t *d = new_document();
    json_t *first = add_cell(d, "sys_write_fsync", "sys-fsync", "none", "4096", "l2", "1", 853);
    json_t *other = add_cell(d, "sys_write_fsync", "sys-fdatasync", "none", "4096", "l2", "1", 852);
    add_row(other, "sys-write", "write", 700, 10);
    add_row(other, "sys-fsync", "fsync", 140, 10);
    add_comparison(d, first, other, 1, "equivalent");
    set_difference(last(d, "comparisons"), -1, -5, 4);
    report_says(d, "== The real calls, in ns an op", true);
    report_says(d, "4 KiB sys-fsync 853 - - -", true);
    report_says(d, "4 KiB sys-fdatasync 852 - - - 700 140", true);
    report_says(d, "residual: what", false);
    report_says(d, "Below 0", false);
    json_decref(d);
}

static void each_model_is_said_with_its_surround(void **state)
{
    (void)state;
    json_t *d = real_run();
    report_says(d, "the model (bypass, with the surround of a system call) has", true);
    json_t *base = add_cell(d, "mmap_fsync", "mmap-xarray", "xarray", "4096", "l2", "1", 6000);
    json_t *stores = add_cell(d, "sys_mmap_fsync", "sys-mmap-fsync", "none", "4096", "l2", "1", 3000);
    add_row(stores, "fault", "write", 1200, 34);
    add_row(stores, "sys-write", "write", 300, 34);
    add_row(stores, "sys-fsync", "fsync", 1500, 34);
    add_comparison(d, base, stores, 0.5, "faster");
    set_difference(last(d, "comparisons"), -3000, -3010, -2990);
    report_says(d, "(bypass, with the surround of a system call; for stores mmap-xarray, without one) has",
                true);
    report_says(d, "95 % fault write/store sys-fsync", true);
    report_says(d, "4 KiB sys-mmap-fsync 3000 6000 -3000 -3010..-2990 1200 300 1500", true);
    report_says(d, "Below 0: delivered", true);
    json_object_set_new(json_array_get(json_object_get(d, "cells"), 0), "surround", json_string("none"));
    report_says(d, "(bypass; for stores mmap-xarray, without the surround of a system call) has", true);
    json_decref(d);
}

/* A field is empty only where nothing was looked at. */
static void a_durable_write_has_its_fsync_in_it(void **state)
{
    (void)state;
    json_t *d = real_run(), *bypass = json_array_get(json_object_get(d, "cells"), 0);
    static const char *const paths[] = {"sys-o-dsync", "sys-rwf-dsync@append", "sys-fdatasync"};
    for (size_t i = 0; i < 3; i++) {
        json_t *c = add_cell(d, "sys_write_fsync", paths[i], "none", "4096", "l2", "1", 1800);
        add_row(c, "sys-write", "write", 1790, 10);
        add_comparison(d, bypass, c, 1.8, "slower");
        set_difference(last(d, "comparisons"), 800, 790, 810);
    }
    report_says(d, "4 KiB sys-o-dsync 1800 1000 800 790..810 1790 in write", true);
    report_says(d, "4 KiB sys-rwf-dsync@append 1800 1000 800 790..810 1790 in write", true);
    report_says(d, "4 KiB sys-fdatasync 1800 1000 800 790..810 1790 -", true);
    json_decref(d);
}

static void an_older_file_has_medians_only(void **state)
{
    (void)state;
    json_t *d = real_run();
    json_object_del(last(d, "comparisons"), "difference_ns");
    report_says(d, "4 KiB sys-fsync 2300 1000 1300 - 1717 577", true);
    json_decref(d);
}

static void what_may_be_nothing_and_what_is_not_trusted_is_marked(void **state)
{
    (void)state;
    json_t *d = real_run();
    set_difference(last(d, "comparisons"), 5, -7, 12);
    report_says(d, "2300 1000 ?5", true);
    json_object_set_new(json_object_get(d, "controls"), "groups",
                        json_pack("[{s:s, s:b}]", "group", "", "held", 0));
    report_says(d, "2300 1000 !5", true);
    json_decref(d);
}

/* The verdict is about our paths: a real call is not the cheapest of them, nor a point of the surface. */
static void the_verdict_leaves_real_calls_out(void **state)
{
    (void)state;
    json_t *d = real_run();
    report_says(d, "costs 1.50 times bypass with deferred-xarray", true);
    report_says(d, "Cheapest of the others is sys-fsync", false);
    json_decref(d);
}

static void alone_they_are_the_answer(void **state)
{
    (void)state;
    json_t *d = new_document();
    json_t *base = add_cell(d, "write_fsync", "bypass", "none", "4096", "l2", "1", 1000);
    json_t *real = add_cell(d, "sys_write_fsync", "sys-fsync", "none", "4096", "l2", "1", 2300);
    add_comparison(d, base, real, 2.3, "slower");
    report_says(d, "No answer", false);
    report_says(d, "The real calls beside the model", true);
    json_decref(d);
}

static void add_mapped(json_t *d)
{
    json_t *base = add_cell(d, "mmap_fsync", "mmap-xarray", "xarray", "4096", "l2", "1", 6000);
    json_t *other = add_cell(d, "mmap_fsync", "mmap-bitmap", "bitmap", "4096", "l2", "1", 5400);
    add_row(base, "fault", "write", 4200, 84);
    add_row(base, "write-protect", "fsync", 990, 19);
    add_comparison(d, base, other, 0.9, "faster");
}

static void stores_are_told_beside_write(void **state)
{
    (void)state;
    json_t *d = real_run();
    add_mapped(d);
    report_says(d, "Stores through a mapping (times mmap-xarray): 4 KiB, footprint l2, dirty size", true);
    report_says(d, "Of 6000 ns with mmap-xarray: fault 4200, write-protect 990.", true);
    report_says(d, "mmap-bitmap 0.90 faster.", true);
    report_says(d, "costs 1.50 times bypass with deferred-xarray", true);
    json_decref(d);
}

static void stores_alone_have_their_own_verdict(void **state)
{
    (void)state;
    json_t *d = new_document();
    add_mapped(d);
    report_says(d, "bare fault", false);
    json_t *table = add_cell(d, "mmap_fsync", "mmap-pagemap", "none", "4096", "l2", "1", 4200);
    add_row(table, "fault", "write", 1010, 20);
    report_says(d, "The kernel's bare fault, delivered to nobody: 1010 (mmap-pagemap).", true);
    report_says(d, "What does a store through a mapping cost, with its fault and fsync(), by tracker?", true);
    report_says(
        d, "One 4 KiB store through a mapping and its fsync() (footprint l2) costs 0.90 times mmap-xarray",
        true);
    report_says(d, "Stores through a mapping (times", false);
    json_decref(d);
}

/* A page without room for explanations: one sentence, which ends. */
static void a_full_page_has_stores_in_one_sentence(void **state)
{
    (void)state;
    static const char *const sizes[] = {"64", "512", "1024", "2048", "4096", "16384", "65536", "262144"};
    json_t *d = real_run();
    for (size_t i = 0; i < 64; i++)
        add_pair(d, sizes[i % 8],
                 i < 8    ? "l2"
                 : i < 16 ? "llc"
                 : i < 24 ? "1G"
                          : "l1",
                 i < 32   ? "2"
                 : i < 48 ? "4"
                          : "8",
                 1.5, "slower");
    json_t *base = add_cell(d, "mmap_fsync", "mmap-xarray", "xarray", "4096", "l2", "1", 6000);
    add_row(base, "fault", "write", 4200, 84);
    add_row(base, "write-protect", "fsync", 990, 19);
    report_says(d, "By mmap(): 6000 ns with mmap-xarray (fault 4200, write-protect 990).", true);
    json_t *other = add_cell(d, "mmap_fsync", "mmap-bitmap", "bitmap", "4096", "l2", "1", 5400);
    add_comparison(d, base, other, 0.9, "faster");
    report_says(d, "with mmap-xarray (fault 4200, write-protect 990); mmap-bitmap 0.90 faster.", true);
    json_array_clear(json_object_get(base, "ledger"));
    report_says(d, "By mmap(): mmap-bitmap 0.90 faster.", true);
    json_decref(d);
}

static void the_report_fits_its_page(void **state)
{
    (void)state;
    static const char *const sizes[] = {"64", "512", "4096", "65536"};
    static const char *const paths[] = {"sys-fsync",   "sys-fdatasync",    "sys-rwf-dsync",
                                        "sys-o-dsync", "sys-fsync@append", "sys-fsync@unwritten"};
    json_t *d = real_run();
    add_mapped(d);
    for (size_t i = 0; i < 24; i++) {
        json_t *base = add_cell(d, "write_fsync", "bypass", "none", sizes[i / 6], "llc", "1", 1000);
        json_t *real = add_cell(d, "sys_write_fsync", paths[i % 6], "none", sizes[i / 6], "llc", "1", 2000);
        add_row(real, "fault", "write", 123456, 10);
        add_row(real, "sys-write", "write", 123456, 10);
        add_comparison(d, base, real, 2, "slower");
        set_difference(last(d, "comparisons"), 1000, 990, 1010);
    }
    char *text = text_of(d);
    assert_fits(text);
    free(text);
    report_says(d, "more: --all", true);
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_residual_stands_beside_the_model),
        cmocka_unit_test(the_file_system_and_the_page_cache_are_named),
        cmocka_unit_test(a_real_call_is_no_model),
        cmocka_unit_test(each_model_is_said_with_its_surround),
        cmocka_unit_test(a_durable_write_has_its_fsync_in_it),
        cmocka_unit_test(an_older_file_has_medians_only),
        cmocka_unit_test(what_may_be_nothing_and_what_is_not_trusted_is_marked),
        cmocka_unit_test(the_verdict_leaves_real_calls_out),
        cmocka_unit_test(alone_they_are_the_answer),
        cmocka_unit_test(stores_are_told_beside_write),
        cmocka_unit_test(stores_alone_have_their_own_verdict),
        cmocka_unit_test(a_full_page_has_stores_in_one_sentence),
        cmocka_unit_test(the_report_fits_its_page),
    };
    return cmocka_run_group_tests_name("real", tests, NULL, NULL);
}
