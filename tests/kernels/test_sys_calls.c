/* test_sys_calls.c - the system is called as the stream says: each write, its place, and what makes it
 * durable
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/latency.h"
#include "kernels/path/tag.h"
#include "tests/kernels/sys_rig.h"

static const struct axes plain = {.size = 4097, .offset = 3, .slots = 5, .windows = 3};

static const struct {
    enum sys_call write, end;
    bool is_call, o_dsync;
} expected[SYS_ENDS] = {
    [SYS_END_FSYNC] = {SYS_CALL_PWRITE, SYS_CALL_FSYNC, true, false},
    [SYS_END_FDATASYNC] = {SYS_CALL_PWRITE, SYS_CALL_FDATASYNC, true, false},
    [SYS_END_RWF_DSYNC] = {SYS_CALL_PWRITEV2, SYS_CALL_FSYNC, false, false},
    [SYS_END_O_DSYNC] = {SYS_CALL_PWRITE, SYS_CALL_FSYNC, false, true},
};

static const enum sys_end write_ends[] = {SYS_END_FSYNC, SYS_END_FDATASYNC, SYS_END_RWF_DSYNC,
                                          SYS_END_O_DSYNC};

static int fd_of(const struct sys_file *f, struct sys_calls c)
{
    if (c.blocks == SYS_BLOCKS_WRITTEN)
        return expected[c.end].o_dsync ? f->dsync_fd : f->fd;
    return expected[c.end].o_dsync ? f->scratch_dsync_fd : f->scratch_fd;
}

/* The entries from `at` on are one period over this window with this serial; returns where the next begins.
 */
static uint64_t check_period(const struct cell *cell, const struct cell_spec *asked, uint64_t at,
                             uint64_t window, uint64_t serial)
{
    const struct log *log = log_here();
    struct stream s = asked->stream;
    enum sys_end end = asked->sys.end;
    uint32_t slots[256];
    if (asked->sys.blocks == SYS_BLOCKS_APPEND)
        s.access = ACCESS_SEQ;
    assert_true(s.writes <= 256);
    stream_slots(&s, serial, slots);
    int fd = fd_of(cell->workspace->sys, asked->sys);
    for (uint64_t i = 0; i < s.writes; i++, at++) {
        const struct logged *l = &log->entry[at];
        assert_int_equal(l->call, expected[end].write);
        assert_int_equal(l->fd, fd);
        assert_int_equal(l->offset, stream_window(&s, window) + slots[i] * s.stride);
        assert_int_equal(l->bytes, s.size);
        assert_int_equal(l->flags, end == SYS_END_RWF_DSYNC ? RWF_DSYNC : 0);
    }
    if (!expected[end].is_call || !asked->fsync)
        return at;
    assert_int_equal(log->entry[at].call, expected[end].end);
    assert_int_equal(log->entry[at].fd, fd);
    return at + 1;
}

/* A visit of two periods: two dropped, two times two of history, two timed. */
static void check_visit(struct cell *cell, const struct cell_spec *asked, struct variant v, unsigned layout)
{
    uint64_t serial = cell->serial, at = 0;
    log_clear();
    sys_visit(cell, v, layout, 1, 2);
    assert_int_equal(cell->serial, serial + 8);
    for (uint64_t i = 0; i < 8; i++)
        at = check_period(cell, asked, at, 1 + i % 2, serial + i);
    assert_int_equal(log_here()->count, at);
}

static void check_count(struct cell *cell, const struct cell_spec *asked)
{
    struct error err = {0};
    struct cell_counts c;
    uint64_t serial = cell->serial;
    log_clear();
    if (cell_count(cell, &c, &err))
        fail_msg("%s", err.text);
    assert_int_equal(check_period(cell, asked, 0, 0, serial), log_here()->count);
    assert_int_equal(c.path.bytes_copied, asked->stream.writes * asked->stream.size);
    assert_false(c.ours);
}

static void check_cell(struct sys_rig *r, const struct cell_spec *spec, bool all_kinds)
{
    static const enum variant_kind kinds[] = {VARIANT_WHOLE, VARIANT_TWIN, VARIANT_STAMPED, VARIANT_TAGGED,
                                              VARIANT_SPIN};
    struct cell *cell = rig_cell(&r->w, spec);
    struct stamp_clock clock = {.ns_per_tick = 1};
    struct histogram writes = {0}, syncs = {0};
    assert_int_equal(latency_create(cell, &clock, NULL), 0);
    for (unsigned k = 0; k < (all_kinds ? 5u : 1u); k++)
        check_visit(cell, spec, (struct variant){.kind = kinds[k], .spin_links = 10}, LAYOUT_PATH + k % 4);
    if (all_kinds) {
        sys_visit(cell, (struct variant){.kind = VARIANT_STAMPED}, LAYOUT_PATH, 0, 2);
        latency_gather(cell, &writes, &syncs);
        assert_int_equal(writes.n, 2 * spec->stream.writes);
        assert_int_equal(syncs.n, expected[spec->sys.end].is_call && spec->fsync ? 2 : 0);
    }
    check_count(cell, spec);
    cell_destroy(cell);
}

static void each_place(void **state, void (*check)(struct sys_rig *r, bool all_kinds))
{
    for (unsigned p = 0; p < SYS_PLACES; p++) {
        struct sys_rig r;
        if (!sys_rig_open(&r, state, sys_places[p]))
            continue;
        check(&r, p == 0);
        sys_rig_close(&r);
    }
}

static void every_end(struct sys_rig *r, bool all_kinds)
{
    for (unsigned e = 0; e < 4; e++)
        for (unsigned b = 0; b < SYS_BLOCKS; b++) {
            struct sys_calls calls = {write_ends[e], (enum sys_blocks)b};
            struct cell_spec spec = sys_spec(KERNEL_SYS_WRITE_FSYNC, calls, &plain);
            check_cell(r, &spec, all_kinds);
        }
}

static void each_write_and_its_end_is_called(void **state)
{
    each_place(state, every_end);
}

static void every_access(struct sys_rig *r, bool all_kinds)
{
    (void)all_kinds;
    for (unsigned a = 0; a < 3; a++)
        for (unsigned b = 0; b < SYS_BLOCKS; b++) {
            bool append = b == SYS_BLOCKS_APPEND;
            if (append && a == ACCESS_SPARSE)
                continue;
            struct axes axes = {.size = 1000,
                                .slots = 30,
                                .overwrite = append ? 1 : 2,
                                .order = a == 1 ? ORDER_BURST : ORDER_PASS,
                                .access = (enum stream_access)a};
            struct cell_spec spec = sys_spec(
                KERNEL_SYS_WRITE_FSYNC, (struct sys_calls){SYS_END_FDATASYNC, (enum sys_blocks)b}, &axes);
            check_cell(r, &spec, false);
        }
}

static void whatever_the_order_but_appends_ascend(void **state)
{
    each_place(state, every_access);
}

static void never(struct sys_rig *r, bool all_kinds)
{
    struct axes axes = plain;
    axes.never = true;
    struct cell_spec spec = sys_spec(KERNEL_SYS_WRITE_FSYNC, (struct sys_calls){0}, &axes);
    check_cell(r, &spec, all_kinds);
}

static void dirty_never_has_no_sync(void **state)
{
    each_place(state, never);
}

static void short_and_interrupted(struct sys_rig *r, bool all_kinds)
{
    for (unsigned e = 0; e < (all_kinds ? 4u : 1u); e++) {
        struct cell_spec spec =
            sys_spec(KERNEL_SYS_WRITE_FSYNC, (struct sys_calls){.end = write_ends[e]}, &plain);
        struct cell *cell = rig_cell(&r->w, &spec);
        log_clear();
        log_here()->at_most = 1500; /* three calls a write */
        log_here()->interrupt = 3;
        sys_visit(cell, (struct variant){.kind = VARIANT_WHOLE}, LAYOUT_PATH, 0, 1);
        uint64_t a_period = 3 * spec.stream.writes + expected[write_ends[e]].is_call;
        assert_int_equal(log_here()->count, 4 * a_period);
        for (uint64_t i = 0; i < 3; i++) {
            const struct logged *l = &log_here()->entry[i];
            assert_int_equal(l->offset, stream_window(&spec.stream, 0) + i * 1500);
            assert_int_equal(l->bytes, spec.stream.size - i * 1500);
        }
        cell_destroy(cell);
    }
}

static void a_short_write_goes_on(void **state)
{
    each_place(state, short_and_interrupted);
}

/* Through the second mapping where there is one, and msync of whole pages. */
static void stores(struct sys_rig *r, bool all_kinds)
{
    static const enum sys_end ends[] = {SYS_END_FSYNC, SYS_END_FDATASYNC, SYS_END_MSYNC};
    (void)all_kinds;
    for (unsigned e = 0; e < 3; e++) {
        struct cell_spec spec = sys_spec(KERNEL_SYS_MMAP_FSYNC, (struct sys_calls){.end = ends[e]}, &plain);
        struct cell *cell = rig_cell(&r->w, &spec);
        assert_ptr_equal(cell->period.base, r->w.stores);
        log_clear();
        sys_visit(cell, (struct variant){.kind = VARIANT_WHOLE}, LAYOUT_PATH, 0, 3);
        assert_int_equal(log_here()->count, 12);
        for (uint64_t i = 0; i < 12; i++) {
            const struct logged *l = &log_here()->entry[i];
            uint64_t start = stream_window(&spec.stream, i % 3), end = start + 5 * spec.stream.size;
            assert_int_equal(l->call, SYS_CALL_FSYNC + (ends[e] == SYS_END_FDATASYNC) +
                                          2 * (ends[e] == SYS_END_MSYNC));
            if (ends[e] != SYS_END_MSYNC) {
                assert_int_equal(l->fd, r->file.fd);
                continue;
            }
            uint64_t offset = l->offset - (uintptr_t)r->w.stores;
            assert_int_equal(offset, start / SYS_RIG_PAGE * SYS_RIG_PAGE);
            assert_int_equal(offset + l->bytes, (end + SYS_RIG_PAGE - 1) / SYS_RIG_PAGE * SYS_RIG_PAGE);
            assert_int_equal(l->flags, MS_SYNC);
        }
        cell_destroy(cell);
    }
}

static void stores_end_with_one_sync(void **state)
{
    each_place(state, stores);
}

static void states(struct sys_rig *r, bool all_kinds)
{
    static const enum cell_dest dests[] = {DEST_OWN, DEST_ABSENT, DEST_READ};
    (void)all_kinds;
    for (unsigned d = 0; d < 3; d++)
        for (unsigned mapped = 0; mapped < 3; mapped++) {
            struct axes axes = plain;
            axes.dest = dests[d];
            axes.cold = d & 1;
            axes.delay = 4096;
            struct cell_spec spec = sys_spec(mapped ? KERNEL_SYS_MMAP_FSYNC : KERNEL_SYS_WRITE_FSYNC,
                                             (struct sys_calls){0}, &axes);
            struct workspace w = r->w;
            w.stores = mapped == 2 ? NULL : w.stores;
            struct cell *cell = rig_cell(&w, &spec);
            log_clear();
            sys_visit(cell, (struct variant){.kind = VARIANT_WHOLE}, LAYOUT_PATH, 0, 7);
            uint64_t a_period = mapped ? 1 : spec.stream.writes + 1;
            assert_int_equal(log_here()->count, (dests[d] == DEST_OWN ? 28 : 14) * a_period);
            cell_destroy(cell);
        }
}

static void every_state_of_the_destination(void **state)
{
    each_place(state, states);
}

static bool has_tag(const unsigned char *code, size_t bytes, enum tag tag)
{
    const uint32_t displacement = TAG_SIGN | (uint32_t)tag;
    unsigned char nop[7] = {0x0f, 0x1f, 0x80};
    memcpy(nop + 3, &displacement, sizeof(displacement));
    return memmem(code, bytes, nop, sizeof(nop));
}

static const unsigned char *tagged_code(unsigned i)
{
    static const enum kernel kernels[] = {KERNEL_WRITE_FSYNC, KERNEL_SYS_WRITE_FSYNC, KERNEL_SYS_MMAP_FSYNC};
    union {
        period_fn run;
        const unsigned char *code;
    } f = {path_parts(LAYOUT_PATH)->of[kernels[i / SHAPES]].tagged->run[i % SHAPES]};
    return f.code;
}

/* The code of each tagged variant, as far as the next one's, has each of the tags. */
static void tagged_variants_have_tags(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3 * SHAPES; i++) {
        size_t bytes = 8192;
        for (unsigned other = 0; other < 3 * SHAPES; other++) {
            uintptr_t from = (uintptr_t)tagged_code(i), to = (uintptr_t)tagged_code(other);
            bytes = to > from && to - from < bytes ? to - from : bytes;
        }
        for (unsigned t = 0; t < TAGS; t++)
            assert_true(has_tag(tagged_code(i), bytes, (enum tag)t));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_write_and_its_end_is_called),
        cmocka_unit_test(whatever_the_order_but_appends_ascend),
        cmocka_unit_test(dirty_never_has_no_sync),
        cmocka_unit_test(a_short_write_goes_on),
        cmocka_unit_test(stores_end_with_one_sync),
        cmocka_unit_test(every_state_of_the_destination),
        cmocka_unit_test(tagged_variants_have_tags),
    };
    return cmocka_run_group_tests(tests, rig_open, rig_close);
}
