/* test_sys_threads.c - several threads on one file: each writes its share by its own calls and syncs after it
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/kernels/sys_rig.h"

enum { THREADS = 2 };

static struct cell_spec shared(enum kernel kernel, struct sys_calls calls, struct axes a)
{
    struct error err = {0};
    struct cell_spec spec = sys_spec(kernel, calls, &a);
    spec.threads = spec.stream.threads = THREADS;
    spec.ladder = false;
    spec.stream.dirty /= THREADS;
    assert_int_equal(stream_resolve(&spec.stream, &err), 0);
    return spec;
}

/* Calls of one period, whoever came first: each slot once, and a sync a thread. */
static void check_calls(const struct cell_spec *spec, const struct workspace *w, uint64_t serial)
{
    const struct log *log = log_here();
    const struct stream *s = &spec->stream;
    uint32_t slots[256];
    unsigned seen[256] = {0}, syncs = 0, writes = 0;
    stream_slots(s, serial, slots);
    for (uint64_t i = 0; i < log->count; i++) {
        const struct logged *l = &log->entry[i];
        uint64_t start = stream_window(s, 0);
        if (l->call <= SYS_CALL_PWRITEV2) {
            assert_int_equal((l->offset - start) % s->stride, 0);
            seen[(l->offset - start) / s->stride]++;
            writes++;
            continue;
        }
        syncs++;
        if (l->call != SYS_CALL_MSYNC)
            continue;
        uint64_t half = start + (syncs - 1) * s->slots / THREADS * s->stride; /* in turn */
        assert_int_equal(l->offset - (uintptr_t)w->stores, half / SYS_RIG_PAGE * SYS_RIG_PAGE);
    }
    bool call = sys_end_is_call(spec->sys.end), mmap = spec->kernel == KERNEL_SYS_MMAP_FSYNC;
    assert_int_equal(syncs, call ? THREADS : 0);
    assert_int_equal(writes, mmap ? 0 : s->writes);
    for (uint64_t i = 0; i < s->slots; i++)
        assert_int_equal(seen[i], mmap ? 0 : s->overwrite);
}

static void check(struct sys_rig *r, const struct cell_spec *spec)
{
    struct cell *cell = rig_cell(&r->w, spec);
    struct error err = {0};
    struct cell_counts counts;
    for (unsigned k = 0; k < 3; k++) {
        sys_visit(cell, (struct variant){.kind = (enum variant_kind)k, .spin_links = k == 2 ? 50 : 0},
                  LAYOUT_PATH, k, 3);
        for (unsigned t = 0; t < THREADS; t++)
            assert_true(cell_thread_ticks(cell, t) > 0);
    }
    uint64_t serial = cell->serial;
    log_clear();
    if (cell_count(cell, &counts, &err))
        fail_msg("%s", err.text);
    assert_int_equal(counts.path.bytes_copied, spec->stream.writes * spec->stream.size);
    check_calls(spec, &r->w, serial);
    cell_destroy(cell);
}

static void each_thread_does_its_share(void **state)
{
    static const struct sys_calls calls[] = {{SYS_END_FSYNC, SYS_BLOCKS_WRITTEN},
                                             {SYS_END_RWF_DSYNC, SYS_BLOCKS_WRITTEN},
                                             {SYS_END_FDATASYNC, SYS_BLOCKS_UNWRITTEN},
                                             {SYS_END_O_DSYNC, SYS_BLOCKS_UNWRITTEN}};
    for (unsigned place = 0; place < SYS_PLACES; place++) {
        struct sys_rig r;
        if (!sys_rig_open(&r, state, sys_places[place]))
            continue;
        for (unsigned i = 0; i < 8; i++) {
            struct axes axes = {.size = 5000,
                                .offset = 9,
                                .slots = 12,
                                .overwrite = 1 + i / 4,
                                .access = i % 2 ? ACCESS_RANDOM : ACCESS_SEQ};
            struct cell_spec spec = shared(KERNEL_SYS_WRITE_FSYNC, calls[i % 4], axes);
            log_clear();
            check(&r, &spec);
        }
        for (unsigned i = 0; i < 6; i++) {
            struct axes axes = {.size = 5000,
                                .slots = 12,
                                .dest = i / 3 ? DEST_ABSENT : DEST_OWN,
                                .access = i % 2 ? ACCESS_RANDOM : ACCESS_SEQ};
            struct cell_spec spec =
                shared(KERNEL_SYS_MMAP_FSYNC, (struct sys_calls){.end = (enum sys_end)(i % 3)}, axes);
            log_clear();
            check(&r, &spec);
        }
        sys_rig_close(&r);
    }
}

/* One thread's share goes elsewhere: the visit sees it in the scratch file, too. */
static ssize_t lying_pwrite(int fd, const void *src, size_t n, off_t offset)
{
    bool last = offset % 60000 >= 50000;
    return last ? (ssize_t)n : pwrite(fd, src, n, offset);
}

static void a_lost_share_is_seen(void **state)
{
    static const struct sys_ops lying = {lying_pwrite, pwritev2, fsync, fdatasync, msync};
    struct sys_rig r;
    if (!sys_rig_open(&r, state, "/dev/shm"))
        skip();
    r.file.ops = &lying;
    for (unsigned b = 0; b < 2; b++) {
        struct cell_spec spec =
            shared(KERNEL_SYS_WRITE_FSYNC,
                   (struct sys_calls){.blocks = b ? SYS_BLOCKS_UNWRITTEN : SYS_BLOCKS_WRITTEN},
                   (struct axes){.size = 5000, .slots = 12});
        struct cell *cell = rig_cell(&r.w, &spec);
        struct error err = {0};
        struct visit out;
        struct variant v = {.kind = VARIANT_WHOLE};
        assert_int_equal(cell_visit(cell, &v, LAYOUT_PATH, 0, 2, false, &out, &err), -1);
        if (!strstr(err.text, "data wrong at"))
            fail_msg("%s", err.text);
        cell_destroy(cell);
    }
    sys_rig_close(&r);
}

/* What was never written reads as zeros. */
static ssize_t first_pwrite(int fd, const void *src, size_t n, off_t offset)
{
    unsigned char before[5000];
    uint64_t sum = 0;
    assert_int_equal(pread(fd, before, n, offset), n);
    for (size_t i = 0; i < n; i++)
        sum += before[i];
    assert_int_equal(sum, 0);
    return pwrite(fd, src, n, offset);
}

static void blocks_are_made_anew_for_all_of_them(void **state)
{
    static const struct sys_ops ops = {first_pwrite, pwritev2, fsync, fdatasync, msync};
    struct sys_rig r;
    if (!sys_rig_open(&r, state, "/dev/shm"))
        skip();
    r.file.ops = &ops;
    struct cell_spec spec = shared(KERNEL_SYS_WRITE_FSYNC, (struct sys_calls){.blocks = SYS_BLOCKS_UNWRITTEN},
                                   (struct axes){.size = 5000, .offset = 9, .slots = 12});
    struct cell *cell = rig_cell(&r.w, &spec);
    for (unsigned i = 0; i < 3; i++)
        sys_visit(cell, (struct variant){.kind = VARIANT_WHOLE}, LAYOUT_PATH, 0, 5);
    cell_destroy(cell);
    sys_rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thread_does_its_share),
        cmocka_unit_test(a_lost_share_is_seen),
        cmocka_unit_test(blocks_are_made_anew_for_all_of_them),
    };
    return cmocka_run_group_tests(tests, rig_open, rig_close);
}
