/* test_copy_only_threads.c - kernel copy by several writers: every byte, each thread its share, counts as of
 * one
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/kernels/rig.h"

static struct cell *shared_by(const struct workspace *w, const char *name, unsigned threads, bool own)
{
    struct combo c = combo_named(name);
    struct axes a = {.size = 4097, .offset = 3, .slots = 24, .never = true, .domain = DOMAIN_adr};
    struct path_parts_ids ids;
    struct error err = {0};
    if (!combo_parts(&c, a.domain, &ids))
        return NULL;
    struct cell_spec spec = rig_spec(&ids, &a);
    ids.kernel = spec.kernel = KERNEL_COPY;
    spec.fence_write = path_fences_write(&ids, a.size, a.offset);
    spec.ladder = false;
    spec.threads = threads;
    spec.own_files = own;
    spec.stream.threads = threads;
    spec.stream.dirty /= threads; /* a thread */
    assert_int_equal(stream_resolve(&spec.stream, &err), 0);
    return rig_cell(w, &spec);
}

static const char *const names[] = {"bypass", "bypass-wide", "eager", "eager-range", "libpmem-nt"};
enum { NAMES = sizeof(names) / sizeof(names[0]) };

static void every_byte_is_written(void **state)
{
    static const enum variant_kind kinds[] = {VARIANT_WHOLE, VARIANT_TWIN, VARIANT_SPIN};
    for (unsigned i = 0; i < NAMES; i++)
        for (unsigned k = 0; k < 3; k++) {
            unsigned threads = k == 1 ? 4 : 2;
            struct cell *cell = shared_by(*state, names[i], threads, k == 2);
            struct variant v = {.kind = kinds[k], .spin_links = k == 2 ? 100 : 0};
            struct error err = {0};
            struct visit out;
            if (!cell)
                continue;
            if (cell_visit(cell, &v, LAYOUT_PATH, k, 4, false, &out, &err))
                fail_msg("%s: %s", names[i], err.text);
            for (unsigned t = 0; t < threads; t++)
                assert_in_range(cell_thread_ticks(cell, t), 1, out.ticks);
            cell_destroy(cell);
        }
}

static void counts_are_those_of_one(void **state)
{
    for (unsigned i = 0; i < NAMES; i++) {
        struct cell *cells[] = {shared_by(*state, names[i], 1, false), shared_by(*state, names[i], 4, false)};
        struct cell_counts one, many;
        if (!cells[0])
            continue;
        assert_int_equal(cell_count(cells[0], &one, NULL), 0);
        assert_int_equal(cell_count(cells[1], &many, NULL), 0);
        assert_int_equal(many.path.bytes_copied, one.path.bytes_copied);
        assert_int_equal(many.nt_bytes, one.nt_bytes);
        assert_int_equal(many.lines_flushed, one.lines_flushed);
        assert_int_equal(many.fences, one.fences);
        assert_int_equal(many.locked_ops, 0);
        cell_destroy(cells[0]);
        cell_destroy(cells[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_is_written),
        cmocka_unit_test(counts_are_those_of_one),
    };
    return cmocka_run_group_tests_name("copy only, threads", tests, rig_open, rig_close);
}
