/* test_latency_threads.c - every call of a stamped visit is in its histogram once, of one thread or of
 * several
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/latency.h"
#include "tests/kernels/rig.h"

static const struct variant stamped = {.kind = VARIANT_STAMPED}, whole = {.kind = VARIANT_WHOLE};
static const struct stamp_clock stamp_clock = {.ns_per_tick = 0.5};

static void run(struct cell *cell, const struct variant *v, uint64_t periods, struct visit *out)
{
    struct error err = {0};
    if (cell_visit(cell, v, LAYOUT_PATH, 1, periods, false, out, &err))
        fail_msg("%s: %s", cell->period.copy->name, err.text);
}

/* What the histogram says of its calls fits together. */
static void check_histogram(const struct histogram *h, uint64_t calls)
{
    uint64_t n = 0;
    for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++)
        n += h->count[b];
    assert_true(h->n == calls && n == calls);
    assert_true(h->min <= h->max && h->sum >= h->n * h->min && h->sum <= h->n * h->max);
    assert_true(!calls || h->max > 0);
}

/* A visit of `periods`: its writes and its fsyncs, and those of no dropped sample and of no earlier visit. */
static void check_visit(struct cell *cell, uint64_t periods)
{
    struct histogram write = {0}, fsync = {0};
    struct visit out = {0};
    uint64_t writes = cell->spec.stream.writes * periods;
    uint64_t fsyncs = cell->spec.fsync ? cell->threads * periods : 0;
    run(cell, &stamped, periods, &out);
    latency_gather(cell, &write, &fsync);
    check_histogram(&write, writes);
    check_histogram(&fsync, fsyncs);
    /* one after the other, the calls are parts of the periods, to the half ns by which each is rounded */
    if (cell->threads == 1)
        assert_true(write.sum + fsync.sum <= out.ticks / 2 + (writes + fsyncs) / 2 + 1);
    if (cell->spec.fsync)
        assert_null(rig_unclean(cell));
}

static void check_cell(struct cell *cell)
{
    struct error err = {0};
    struct visit out = {0};
    assert_int_equal(cell_visit(cell, &stamped, LAYOUT_PATH, 1, 1, false, &out, &err), -1); /* no room yet */
    assert_non_null(strstr(err.text, "latency"));
    err = (struct error){0};
    assert_int_equal(latency_create(cell, &stamp_clock, &err), 0);
    check_visit(cell, 1);
    check_visit(cell, 5);
    run(cell, &whole, 3, &out); /* the path itself stamps nothing */
    struct histogram write = {0}, fsync = {0};
    latency_gather(cell, &write, &fsync);
    check_histogram(&write, 0);
    check_histogram(&fsync, 0);
    check_visit(cell, 2);
}

static void each_combo(void **state, const struct axes *a)
{
    for (unsigned i = 0; i < combo_count(); i++) {
        struct combo c = combo_get(i);
        struct cell *cell = rig_combo(*state, &c, a);
        if (cell)
            check_cell(cell);
        cell_destroy(cell);
    }
}

static void every_call_is_counted_once(void **state)
{
    each_combo(state, &(struct axes){.size = 64, .windows = 8, .surround = SURROUND_KERNEL});
    each_combo(state, &(struct axes){.size = 4097, .offset = 3, .slots = 5, .windows = 8, .overwrite = 2});
    each_combo(state, &(struct axes){.size = 100, .windows = 8, .delay = 4096, .dest = DEST_ABSENT});
}

static void without_fsync_there_is_none(void **state)
{
    each_combo(state, &(struct axes){.size = 512, .windows = 8, .never = true});
}

/* Each thread's calls are in its own histogram, and all are gathered. */
static void threads_have_their_own(void **state)
{
    enum { THREADS = 3 };
    static const char *const names[] = {"bypass", "deferred-xarray", "deferred-bitmap"};
    for (unsigned i = 0; i < 6; i++) {
        struct combo c = combo_named(names[i % 3]);
        struct path_parts_ids ids;
        struct error err = {0};
        if (!combo_parts(&c, DOMAIN_adr, &ids))
            continue;
        struct axes a = {.size = 256, .slots = 24, .windows = 4, .surround = SURROUND_KERNEL};
        struct cell_spec spec = rig_spec(&ids, &a);
        spec.threads = spec.stream.threads = THREADS;
        spec.own_files = i >= 3;
        spec.ladder = false;
        spec.stream.dirty /= THREADS;
        assert_int_equal(stream_resolve(&spec.stream, &err), 0);
        struct cell *cell = rig_cell(*state, &spec);
        assert_int_equal(latency_create(cell, &stamp_clock, &err), 0);
        check_visit(cell, 4);
        for (unsigned t = 0; t < THREADS; t++) {
            check_histogram(&cell->latency[t].write, spec.stream.writes / THREADS * 4);
            check_histogram(&cell->latency[t].fsync, 4);
        }
        cell_destroy(cell);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_is_counted_once),
        cmocka_unit_test(without_fsync_there_is_none),
        cmocka_unit_test(threads_have_their_own),
    };
    return cmocka_run_group_tests_name("stamped calls", tests, rig_open, rig_close);
}
