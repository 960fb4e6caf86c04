/* test_compare_counts.c - what fsync has to do on each platform: counts side by side, times withheld */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/compared.h"

static const struct compare_options all = {.all = true};

static void set_counts(json_t *cell, double lines, double nt, double fences, double locked, double scanned,
                       double drains)
{
    json_t *counts = json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "bytes_copied", 4096.0,
                               "lines_dirtied", 64.0, "lines_flushed", lines, "nt_bytes", nt, "fences",
                               fences, "locked_ops", locked, "entries_marked", scanned, "entries_scanned",
                               scanned, "faults", 0.0, "drains", drains);
    assert_non_null(counts);
    json_object_set_new(cell, "counts", counts);
    set_text(cell, "stream_hash", "00112233445566aa");
    json_object_set_new(cell, "dirty_bytes", json_integer(4096));
}

struct made { /* what a lab's machine of this domain says and counts */
    const char *domain, *provider, *map_sync, *drain, *drain_time;
    double flushes, fences; /* of a deferred fsync; fences: of any */
    double drains;
};

static const struct made adr = {"adr", "ACPI.NFIT", "true", "store-fence", "measured", 64, 2, 1};
static const struct made device = {
    "flush-device", "virtio-pmem", "false", "flush-request", "not known", 64, 2, 1};
static const struct made eadr = {"eadr", "ACPI.NFIT", "true", "none", "measured", 0, 1, 0};
static const struct made lost = {"unknown", "e820", "true", "store-fence", "measured", 64, 2, 1};

/* bypass and deferred-xarray 4 KiB, one write an fsync. */
static json_t *platform(const struct made *m, const char *provenance)
{
    json_t *d = new_document(), *domain = json_object_get(d, "domain");
    json_t *bypass = add_cell(d, "write_fsync", "bypass", "none", "4096", "l2", "1", 1000);
    json_t *deferred = add_cell(d, "write_fsync", "deferred-xarray", "xarray", "4096", "l2", "1", 2000);
    set_counts(bypass, 0, 4096, 1 + m->fences, 8, 0, m->drains);
    set_counts(deferred, m->flushes, 0, m->fences, 15, 1, m->drains);
    set_cell_domain(bypass, m->domain);
    set_cell_domain(deferred, m->domain);
    set_text(domain, "name", m->domain);
    set_text(domain, "source", "detected");
    set_text(json_object_get(domain, "drain"), "kind", m->drain);
    set_text(json_object_get(domain, "drain"), "provenance", m->drain_time);
    set_member(d, "region", "provider", m->provider);
    set_member(d, "region", "map_sync", m->map_sync);
    set_member(d, "region", "granularity", "cache-line");
    set_member(d, "region", "provenance", provenance);
    return d;
}

static char *print_files(make_comparison *make, json_t *const *documents, size_t n,
                         const struct compare_options *options)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    struct compare_source sources[6];
    struct error err = {0};
    char *text = NULL;
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        sources[i] = (struct compare_source){names[i], documents[i]};
    struct compare *c = compare_new(sources, n, options, &err);
    FILE *out = open_memstream(&text, &bytes);
    if (!c || make(c, out, &err))
        fail_msg("compare: %s", err.text);
    fclose(out);
    compare_free(c);
    assert_clean(text);
    return text;
}

static void text_says(json_t *const *documents, size_t n, const struct compare_options *options,
                      const char *what, bool expected)
{
    char *text = print_files(compare_text, documents, n, options), *plain = unwrapped(text);
    if (!options)
        assert_fits(text);
    if (says(plain, what) != expected)
        fail_msg("%s%s in:\n%s", expected ? "" : "must not be: ", what, text);
    free(plain);
    free(text);
}

static void drop_all(json_t **documents, size_t n)
{
    for (size_t i = 0; i < n; i++)
        json_decref(documents[i]);
}

static void each_platform_is_told_in_words_and_in_a_table(void **state)
{
    (void)state;
    json_t *d[] = {platform(&adr, "emulated"), platform(&device, "emulated"), platform(&eadr, "emulated")};
    static const char *const said[] = {
        ("fsync of deferred-xarray 4 KiB: A (adr) 64 lines flushed, two fences; B (flush-device) the same, "
         "then "
         "a flush request to the host; C (eadr) no lines, one fence."),
        "fsync of bypass 4 KiB: A (adr) no lines, two fences; B (flush-device) the same, then a flush "
        "request",
        "A: adr B: flush-device C: eadr",
        "provider ACPI.NFIT virtio-pmem ACPI.NFIT",
        "MAP_SYNC yes no yes",
        "time of the drain measured not known no drain",
        "the same on all: domain detected, memory emulated, granularity cache-line",
        "lines flushed by fsync 64 64 0",
        "fences by fsync 2 2 1",
        "drain by fsync second fence host flush none",
        "the same on all: entries scanned by fsync 1, LOCKed operations 15; none: non-temporal bytes a write",
        "the same on all: non-temporal bytes a write 4096, fences by a write 1, LOCKed operations 8; none:",
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        text_says(d, 3, NULL, said[i], true);
    text_says(d, 3, NULL, "not counted", false);
    drop_all(d, 3);
}

static void no_time_of_emulated_machines_is_shown_without_force(void **state)
{
    (void)state;
    static const struct compare_options force = {.force = true}, cell = {.cell = "/bypass/"};
    json_t *d[] = {platform(&adr, "emulated"), platform(&eadr, "emulated"), platform(&device, "emulated")};
    static const struct compare_options *const quiet[] = {NULL, &all, &cell};
    for (size_t i = 0; i < 3; i++) {
        text_says(
            d, 3, quiet[i],
            "times are withheld: results of an emulated machine (A, B, C): counts only; --force shows them",
            true);
        text_says(d, 3, quiet[i], "ns/op", false);
        text_says(d, 3, quiet[i], "ratio is", false);
    }
    text_says(d, 3, &force, "times are withheld", false);
    text_says(d, 3, &force, "forced: times are judged although A, B and C are emulated", true);
    text_says(d, 3, &force, "ns/op", true);
    text_says(d, 3, &force, "fsync of deferred-xarray 4 KiB: A (adr) 64", true);
    drop_all(d, 3);
}

static void gate_cannot_judge(const json_t *a, const json_t *b, bool force, const char *why)
{
    const struct compare_options options = {.force = force};
    struct compare *c = compared(a, b, &options);
    struct error err = {0};
    assert_int_equal(compare_gate(c, 5, &err), -1);
    assert_int_equal(err.code, EXIT_CANNOT);
    assert_true(says(err.text, why));
    compare_free(c);
}

static void one_emulated_file_withholds_the_times_of_all(void **state)
{
    (void)state;
    json_t *d[] = {platform(&adr, "real"), platform(&adr, "real"), platform(&device, "emulated")};
    text_says(d, 3, NULL, "times are withheld: results of an emulated machine (C): counts only", true);
    text_says(d, 3, NULL, "unresolved in 2 (2 withheld: C is emulated", true);
    text_says(d, 2, NULL, "withheld", false);
    text_says(d, 2, NULL, "What fsync has to do", false);
    gate_cannot_judge(d[0], d[2], false, "could not judge 2 of 2 cells: 2 withheld (B is emulated");
    gate_cannot_judge(d[2], d[2], false, "2 withheld (A and B are emulated");
    gate_cannot_judge(d[0], d[2], true, "run with --repeats"); /* of time it has too little */
    drop_all(d, 3);
}

static void real_machines_of_two_domains_have_it_below_the_times(void **state)
{
    (void)state;
    json_t *d[] = {platform(&adr, "real"), platform(&eadr, "real")};
    char *text = print_files(compare_text, d, 2, NULL);
    const char *times = strstr(text, "ns/op"), *section = strstr(text, "== What fsync has to do");
    assert_true(times && section && times < section);
    assert_fits(text);
    free(text);
    text_says(d, 2, NULL, "B (eadr) no lines, one fence", true);
    text_says(d, 2, NULL, "withheld", false);
    drop_all(d, 2);
}

static void what_is_not_counted_is_never_0(void **state)
{
    (void)state;
    json_t *d[] = {platform(&adr, "emulated"), platform(&eadr, "emulated")};
    json_t *counts = json_object_get(cell_at(d[1], 1), "counts");
    json_object_set_new(counts, "lines_flushed", json_null());
    json_object_set_new(counts, "drains", json_null());
    text_says(d, 2, NULL, "lines flushed by fsync 64 not counted", true);
    text_says(d, 2, NULL, "drain by fsync second fence not counted", true);
    text_says(d, 2, NULL, "B (eadr) lines not counted, one fence, drains not counted", true);
    char *text = print_files(compare_json, d, 2, NULL);
    json_t *out = json_loads(text, 0, NULL);
    json_t *file =
        json_array_get(json_object_get(json_array_get(json_object_get(out, "counts"), 1), "files"), 1);
    assert_true(json_is_null(json_object_get(file, "fsync_lines_flushed")));
    assert_true(json_number_value(json_object_get(file, "fsync_fences")) == 1);
    json_decref(out);
    free(text);
    json_object_set_new(json_object_get(cell_at(d[0], 1), "counts"), "lines_flushed", json_null());
    text_says(d, 2, NULL, "lines flushed by fsync not counted", true); /* in what is the same on all */
    json_object_set_new(counts, "fences", json_null()); /* the system's own: whatever stands as its drains */
    json_object_set_new(counts, "drains", json_integer(0));
    text_says(d, 2, NULL, "B (eadr) lines not counted, fences not counted, drains not counted", true);
    text_says(d, 2, NULL, "entries scanned by fsync 1 not counted", true);
    drop_all(d, 2);
}

static void counts_are_of_one_fsync_whatever_the_writes_before_it(void **state)
{
    (void)state;
    json_t *d[] = {platform(&adr, "emulated"), platform(&eadr, "emulated")};
    for (size_t i = 0; i < 2; i++) { /* 4 slots, 2 passes, 2 threads: 4 writes an fsync */
        json_t *cell = cell_at(d[i], 1), *bypass = cell_at(d[i], 0);
        set_text(cell, "overwrite", "2");
        set_text(cell, "threads", "2");
        set_text(cell, "dirty", "8192");
        json_object_set_new(cell, "dirty_bytes", json_integer(16384));
        set_counts(cell, i ? 0 : 32, 0, i ? 0.25 : 0.5, 15, 0.5, i ? 0 : 0.25);
        json_object_set_new(cell, "dirty_bytes", json_integer(16384));
        set_text(bypass, "dirty", "never");
        json_object_set_new(bypass, "dirty_bytes", json_null());
    }
    text_says(d, 2, NULL, "lines flushed by fsync 128 0", true);
    text_says(d, 2, NULL, "fences by fsync 2 1", true);
    text_says(d, 2, NULL, "entries scanned by fsync 2, LOCKed operations 60", true);
    text_says(d, 2, NULL, "fences by a write 3 2", true); /* bypass: no fsync has a part in them */
    text_says(d, 2, NULL, "fsync of bypass 4 KiB: A (adr) no fsync", true);
    drop_all(d, 2);
}

static void lines_that_the_copy_flushes_are_the_writes(void **state)
{
    (void)state;
    json_t *d[] = {platform(&adr, "emulated"), platform(&eadr, "emulated")};
    for (size_t i = 0; i < 2; i++) {
        set_counts(cell_at(d[i], 0), 64, 0, i ? 2 : 3, 8, 0, !i); /* line+clwb, no tracker */
        set_text(cell_at(d[i], 1), "copy", "line+clwb");          /* and one beside a tracker */
        set_counts(cell_at(d[i], 1), i ? 64 : 128, 0, i ? 2 : 3, 15, 1, !i);
    }
    text_says(d, 2, NULL, "lines flushed by a write 64, fences by a write 1, LOCKed operations 8", true);
    text_says(d, 2, NULL, "lines flushed by fsync 64 0", true);
    text_says(d, 2, NULL, "lines flushed by a write 64, fences by a write 1, entries scanned by fsync 1",
              true);
    drop_all(d, 2);
}

static void a_real_drain_stands_in_for_the_second_fence(void **state)
{
    (void)state;
    static const struct made real = {
        "flush-device", "virtio-pmem", "false", "flush-request", "measured", 64, 1, 1};
    json_t *d[] = {platform(&adr, "emulated"), platform(&real, "emulated")};
    text_says(d, 2, NULL, "fences by fsync 2 1", true);
    text_says(d, 2, NULL, "B (flush-device) no lines, one fence, then a flush request to the host.", true);
    text_says(d, 2, NULL, "fences by a write 0..1, ", true);
    drop_all(d, 2);
}

static void cells_that_differ_by_other_numbers_are_told_apart(void **state)
{
    (void)state;
    json_t *d[] = {platform(&adr, "emulated"), platform(&eadr, "emulated")};
    static const char *const sizes[] = {"64", "65536"};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 2; k++) {
            json_t *cell = add_cell(d[i], "write_fsync", "deferred-xarray", "xarray", sizes[k], "l2", "1", 1);
            set_counts(cell, i ? 0 : k ? 1024 : 64, 0, i ? 1 : 2, 15, k ? 16 : 1, !i);
            json_object_set_new(cell, "dirty_bytes", json_integer(k ? 65536 : 64));
            set_cell_domain(cell, i ? "eadr" : "adr");
        }
    text_says(d, 2, NULL, "- deferred-xarray: 64 B, 4 KiB (2 cells) lines flushed by fsync 64 0", true);
    text_says(d, 2, NULL, "- deferred-xarray 64 KiB/l2 dirty=size lines flushed by fsync 1024 0", true);
    text_says(d, 2, NULL, "(1 more cell with the same differences)", true);
    drop_all(d, 2);
}

static void cells_that_a_file_lacks_or_that_did_other_work_are_left_out(void **state)
{
    (void)state;
    json_t *d[] = {platform(&adr, "emulated"), platform(&device, "emulated"), platform(&eadr, "emulated")};
    json_array_remove(json_object_get(d[2], "cells"), 0);
    text_says(d, 3, NULL, "Not in all files: 1 more cell.", true);
    text_says(d, 3, NULL, "fsync of bypass", false);
    text_says(d, 3, NULL, "unmatched: 1 cell of A: not in C", true);
    set_text(cell_at(d[1], 1), "stream_hash", "ffffffffffffffff");
    json_object_set_new(cell_at(d[0], 1), "footprint_bytes", json_integer(4 << 20));
    json_object_set_new(cell_at(d[1], 1), "footprint_bytes", json_integer(6 << 20));
    text_says(
        d, 3, NULL,
        "Other work, so that counts are not compared: 1 cell; first: deferred-xarray 4 KiB/l2 dirty=size: "
        "footprint 4 MiB in A, 6 MiB in B.",
        true);
    text_says(d, 3, NULL, "fsync of deferred-xarray", false);
    json_array_remove(json_object_get(d[2], "cells"), 0);
    text_says(d, 3, NULL, "No cell is measured in all files", true);
    drop_all(d, 3);
}

static void four_files_have_a_column_each_and_five_a_second_table(void **state)
{
    (void)state;
    json_t *d[] = {platform(&adr, "emulated"), platform(&device, "emulated"), platform(&eadr, "emulated"),
                   platform(&lost, "emulated"), platform(&adr, "emulated")};
    text_says(d, 4, NULL, "A: adr B: flush-device C: eadr D: unknown", true);
    text_says(d, 4, NULL, "D (unknown) the same as A (what it really takes is not known).", true);
    text_says(d, 4, NULL, "fences by fsync 2 2 1 2", true);
    text_says(d, 5, NULL, "A, E (adr) 64 lines flushed, two fences; B", true);
    text_says(d, 5, NULL, "; E (adr)", false);
    text_says(d, 5, NULL, "E: adr provider ACPI.NFIT MAP_SYNC yes", true);
    drop_all(d, 5);
}

static void equal_files_are_folded(void **state)
{
    (void)state;
    json_t *d[] = {platform(&adr, "emulated"), platform(&adr, "emulated")};
    set_member(d[1], "machine", "kernel", "6.12");
    text_says(d, 2, NULL, "fsync has the same to do on all files, in each of 2 cells.", true);
    text_says(d, 2, NULL, "lines flushed by fsync 64 64", false);
    text_says(d, 2, NULL, "fences by fsync 2, drain by fsync second fence", true);
    static const struct compare_options cell = {.cell = "/deferred-xarray/"};
    text_says(d, 2, &cell, "lines flushed by fsync 64 64", true); /* one cell in full */
    drop_all(d, 2);
}

static void other_formats_have_the_same_rows(void **state)
{
    (void)state;
    json_t *d[] = {platform(&adr, "emulated"), platform(&device, "emulated"), platform(&eadr, "emulated")};
    char *text = print_files(compare_json, d, 3, NULL);
    json_t *out = json_loads(text, 0, NULL), *counts = json_object_get(out, "counts");
    static const double lines[] = {64, 64, 0}, fences[] = {2, 2, 1};
    assert_int_equal(json_array_size(counts), 2);
    assert_true(json_is_false(json_object_get(json_array_get(counts, 1), "same")));
    assert_true(json_is_null(json_object_get(json_array_get(counts, 1), "other_work")));
    for (size_t i = 0; i < 3; i++) {
        const json_t *file = json_array_get(json_object_get(json_array_get(counts, 1), "files"), i);
        assert_true(json_number_value(json_object_get(file, "fsync_lines_flushed")) == lines[i]);
        assert_true(json_number_value(json_object_get(file, "fsync_fences")) == fences[i]);
    }
    assert_int_equal(json_array_size(json_object_get(out, "platforms")), 3);
    assert_int_equal(json_array_size(json_object_get(out, "comparisons")), 4);
    json_decref(out);
    free(text);
    text = print_files(compare_csv, d, 3, NULL);
    size_t rows = 0, commas = 0, header = 0, quotes = 0;
    for (const char *at = text; *at; at++) {
        quotes += *at == '"';
        commas += *at == ',' && quotes % 2 == 0;
        if (*at != '\n')
            continue;
        header = header ? header : commas;
        assert_int_equal(commas, header);
        commas = 0;
        rows += !strncmp(at + 1, "counts,", 7);
    }
    assert_int_equal(rows, 6);
    free(text);
    text = print_files(compare_markdown, d, 3, NULL);
    assert_true(says(text, "|   lines flushed by fsync | 64 | 64 | **0** |"));
    free(text);
    drop_all(d, 3);
}

static void hostile_text_stays_text(void **state)
{
    (void)state;
    static make_comparison *const formats[] = {compare_text, compare_markdown, compare_csv, compare_json};
    static const char evil[] = "\033[2J<script>|`\xc3\xa9%s%n\b";
    static const char *const drain[] = {"kind", "provenance"}, *const region[] = {"provider", "map_sync",
                                                                                  "granularity"};
    char wide[400];
    memset(wide, 'w', sizeof wide - 1);
    wide[sizeof wide - 1] = 0;
    for (int k = 0; k < 2; k++) {
        const char *bad = k ? wide : evil;
        json_t *d[] = {platform(&adr, "emulated"), platform(&device, "emulated")};
        for (size_t i = 0; i < 2; i++) {
            set_text(cell_at(d[i], 1), "key", bad);
            set_text(cell_at(d[i], 1), "path", bad);
        }
        set_text(cell_at(d[1], 1), "domain", bad);
        set_member(d[1], "domain", "name", bad);
        set_member(d[1], "domain", "detected", bad);
        for (size_t i = 0; i < 3; i++)
            set_member(d[1], "region", region[i], bad);
        for (size_t i = 0; i < 2; i++)
            set_text(json_object_get(json_object_get(d[1], "domain"), "drain"), drain[i], bad);
        for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
            char *text = print_files(formats[i], d, 2, NULL);
            assert_true(says(text, k ? "wwww" : "script"));
            assert_true(formats[i] != compare_markdown || !says(text, "<script"));
            if (formats[i] == compare_text)
                assert_fits(text);
            free(text);
        }
        drop_all(d, 2);
    }
}

static void all_formats_live(const json_t *document)
{
    static make_comparison *const formats[] = {compare_text, compare_markdown, compare_csv, compare_json};
    json_t *whole = platform(&eadr, "emulated");
    for (size_t i = 0; i < 2 * sizeof formats / sizeof *formats; i++) {
        json_t *d[] = {i % 2 ? whole : (json_t *)(uintptr_t)document,
                       i % 2 ? (json_t *)(uintptr_t)document : whole};
        free(print_files(formats[i / 2], d, 2, i % 3 ? &all : NULL));
    }
    json_decref(whole);
}

static void anything_may_be_missing(void **state)
{
    (void)state;
    json_t *d = platform(&adr, "emulated");
    each_null(d, d, all_formats_live);
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_platform_is_told_in_words_and_in_a_table),
        cmocka_unit_test(no_time_of_emulated_machines_is_shown_without_force),
        cmocka_unit_test(one_emulated_file_withholds_the_times_of_all),
        cmocka_unit_test(real_machines_of_two_domains_have_it_below_the_times),
        cmocka_unit_test(what_is_not_counted_is_never_0),
        cmocka_unit_test(counts_are_of_one_fsync_whatever_the_writes_before_it),
        cmocka_unit_test(lines_that_the_copy_flushes_are_the_writes),
        cmocka_unit_test(a_real_drain_stands_in_for_the_second_fence),
        cmocka_unit_test(cells_that_differ_by_other_numbers_are_told_apart),
        cmocka_unit_test(cells_that_a_file_lacks_or_that_did_other_work_are_left_out),
        cmocka_unit_test(four_files_have_a_column_each_and_five_a_second_table),
        cmocka_unit_test(equal_files_are_folded),
        cmocka_unit_test(other_formats_have_the_same_rows),
        cmocka_unit_test(hostile_text_stays_text),
        cmocka_unit_test(anything_may_be_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
