/* test_promise_threads.c - whatever had returned when an fsync was called is durable when it returns */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/kernels/promise_stress.h"
#include "tests/sanitized.h"

#ifdef SANITIZED
enum { FSYNCS = 40 };
#else
enum { FSYNCS = 150 };
#endif

/* One row, which must keep all promises. */
static void row_holds(const struct row *row)
{
    struct tally t;
    struct error err = {0};
    char text[200];
    row_text(row, text, sizeof(text));
    if (stress_run(row, NULL, FSYNCS, &t, &err))
        fail_msg("%s: %s", text, err.text);
    if (t.broken || t.unfenced || t.strays)
        fail_msg("%s: of %lu fsyncs and %lu writes: %lu broken promises, %lu writes without a fence at their "
                 "end, %lu stray lines",
                 text, t.fsyncs, t.writes, t.broken, t.unfenced, t.strays);
    assert_int_equal(t.fsyncs, FSYNCS / row->syncers * row->syncers);
    assert_true(t.writes > 0);
}

static void promises_hold(void **state)
{
    enum track_id track = *(const enum track_id *)*state;
    struct path_parts_ids ids;
    unsigned rows = 0, skipped = 0;
    for (unsigned i = 0; composition(i, &ids); i++) {
        struct row row;
        struct error why = {0};
        if (ids.track != track)
            continue;
        if (row_of(i, &ids, &row, &why)) {
            row_holds(&row);
            rows++;
        } else if (why.text[0]) {
            skipped++;
            if (ids.domain == 0)
                print_message("skipped, in every domain: %s\n", why.text);
        }
    }
    print_message("%s: %u rows of %d fsyncs, %u skipped\n", track_get(track, 0)->name, rows, FSYNCS, skipped);
    assert_true(rows > 0);
}

/* The check can fail: deferred data that nobody writes back. */
static void a_missing_write_back_is_found(void **state)
{
    struct row row = {.ids = {.copy = COPY_movq, .track = TRACK_bitmap, .domain = DOMAIN_adr},
                      .granule = 256,
                      .writers = 2,
                      .syncers = 2,
                      .seed = 1};
    struct parts parts = parts_of(&row.ids, row.granule);
    struct tally t;
    struct error err = {0};
    (void)state;
    parts.writeback = writeback_get(WRITEBACK_none, LAYOUT_TRACE);
    assert_int_equal(stress_run(&row, &parts, FSYNCS, &t, &err), 0);
    assert_int_equal(t.broken, t.fsyncs);
}

int main(void)
{
    static enum track_id ids[TRACKS];
    struct CMUnitTest tests[TRACKS + 1];
    for (unsigned i = 0; i < TRACKS; i++) {
        ids[i] = (enum track_id)i;
        tests[i] =
            (struct CMUnitTest){track_get(ids[i], 0)->name, promises_hold, NULL, NULL, (void *)&ids[i]};
    }
    tests[TRACKS] = (struct CMUnitTest)cmocka_unit_test(a_missing_write_back_is_found);
    return cmocka_run_group_tests_name("promises", tests, NULL, NULL);
}
