/* test_mmap_threads.c - several threads that store to one file: every byte arrives, and all is protected
 * again */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "kernels/latency.h"
#include "tests/kernels/expect.h"
#include "tests/kernels/mmap_rig.h"

static struct cell_spec shared_by(const struct mapped *m, unsigned threads, bool own, struct axes a)
{
    struct cell_spec spec = mapped_spec(m, &a);
    struct error err = {0};
    spec.threads = threads;
    spec.own_files = own;
    spec.ladder = false;
    spec.stream.threads = threads;
    spec.stream.dirty /= threads; /* a thread */
    assert_int_equal(stream_resolve(&spec.stream, &err), 0);
    assert_int_equal(spec.stream.slots % threads, 0);
    return spec;
}

static const enum variant_kind whole_kinds[] = {VARIANT_WHOLE, VARIANT_TWIN, VARIANT_TAGGED};

static void visit(const struct workspace *w, const struct mapped *m, const struct cell_spec *spec)
{
    struct cell *cell = rig_cell(w, spec);
    struct error err = {0};
    struct visit out;
    char text[80];
    for (unsigned k = 0; k < 3; k++) {
        struct variant v = {.kind = whole_kinds[k]};
        if (cell_visit(cell, &v, LAYOUT_PATH, k, 4, false, &out, &err))
            fail_msg("%s, %u threads, files %s: %s", mapped_text(m, text), spec->threads,
                     spec->own_files ? "own" : "shared", err.text);
        assert_true(out.ticks > 0);
    }
    if (rig_unclean(cell))
        fail_msg("%s, %u threads: %s", mapped_text(m, text), spec->threads, rig_unclean(cell));
    cell_destroy(cell);
}

/* cell_visit itself checks all data. Small writes share granules between threads. */
static void every_byte_arrives(void **state)
{
    static const uint64_t sizes[] = {100, 4096, 4097};
    for (unsigned m = 0; m < MAPPED; m++)
        for (unsigned i = m % 2; i < 6 && way_runs(mapped_all[m].way); i += 2) {
            struct axes a = {.size = sizes[i % 3],
                             .offset = i % 2 ? 63 : 0,
                             .slots = 24,
                             .overwrite = 1 + i % 2,
                             .access = (enum stream_access)(i % 3),
                             .delay = i % 2 ? 8192 : 0,
                             .domain = DOMAIN_adr,
                             .dest = (enum cell_dest)((i + m) % 4)};
            struct cell_spec spec = shared_by(&mapped_all[m], i == 5 ? 4 : 2, false, a);
            visit(*state, &mapped_all[m], &spec);
        }
}

/* Files of their own are whole entries, so that no thread's store opens what another's fsync does not know.
 */
static void files_of_their_own(void **state)
{
    for (unsigned m = 0; m < MAPPED; m++) {
        struct axes a = {.size = 4096, .slots = 24, .domain = DOMAIN_adr};
        struct error err = {0};
        bool can = mapped_all[m].track != TRACK_xarray_order && mapped_all[m].track != TRACK_none;
        if (!way_runs(mapped_all[m].way))
            continue;
        struct cell_spec spec = shared_by(&mapped_all[m], 2, true, a);
        if (can)
            visit(*state, &mapped_all[m], &spec);
        else
            assert_null(cell_create(&spec, *state, &err));
    }
}

/* The threads take turns when they are counted: each granule that they share faults once for each of them,
 * since each ends with an fsync. */
static void counts_are_those_of_single_storers(void **state)
{
    for (unsigned m = 0; m < MAPPED; m++) {
        struct axes a = {.size = 4096, .slots = 8, .domain = DOMAIN_adr};
        struct error err = {0};
        struct cell_counts c;
        if (!way_runs(mapped_all[m].way))
            continue;
        struct cell_spec spec = shared_by(&mapped_all[m], 2, false, a);
        struct cell *cell = rig_cell(*state, &spec);
        uint64_t entry = entry_of_cell(&spec), faults = entry > 4096 ? 2 : 8;
        assert_int_equal(cell_count(cell, &c, &err), 0);
        assert_int_equal(c.path.faults, faults);
        assert_int_equal(c.path.write_protects, faults * entry / 4096);
        assert_int_equal(c.path.entries_marked, spec.track == TRACK_none ? 0 : faults);
        assert_int_equal(c.path.bytes_copied, 8 * 4096);
        cell_destroy(cell);
    }
}

static void latencies_are_stamped(void **state)
{
    for (unsigned m = 0; m < MAPPED; m++) {
        struct error err = {0};
        struct visit out;
        static struct histogram write, fsync;
        if (!way_runs(mapped_all[m].way))
            continue;
        struct cell_spec spec = shared_by(&mapped_all[m], 2, false,
                                          (struct axes){.size = 4096, .slots = 8, .domain = DOMAIN_adr});
        struct cell *cell = rig_cell(*state, &spec);
        struct stamp_clock clock = {.ns_per_tick = 1.0, .empty_ticks = 0};
        write = fsync = (struct histogram){0};
        assert_int_equal(latency_create(cell, &clock, &err), 0);
        assert_int_equal(cell_visit(cell, &(struct variant){.kind = VARIANT_STAMPED}, LAYOUT_PATH, 0, 3,
                                    false, &out, &err),
                         0);
        latency_gather(cell, &write, &fsync);
        assert_int_equal(write.n, 3 * 8);
        assert_int_equal(fsync.n, 3 * 2);
        cell_destroy(cell);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_arrives),
        cmocka_unit_test(files_of_their_own),
        cmocka_unit_test(counts_are_those_of_single_storers),
        cmocka_unit_test(latencies_are_stamped),
    };
    return cmocka_run_group_tests_name("mmap threads", tests, mmap_rig_open, mmap_rig_close);
}
