/* test_sys_blocks.c - appends begin at the end of the file, unwritten blocks are unwritten, and stores fault
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/kernels/sys_rig.h"

static const struct axes plain = {.size = 4096, .offset = 100, .slots = 5, .windows = 3};

/* Bytes of [start, start+bytes) that the file system has as written and as unwritten. false: it does not
 * tell. */
static bool extents(int fd, uint64_t start, uint64_t bytes, uint64_t *written, uint64_t *unwritten)
{
    enum { EXTENTS = 64 };
    union {
        struct fiemap map;
        char room[sizeof(struct fiemap) + EXTENTS * sizeof(struct fiemap_extent)];
    } f = {.map = {.fm_start = start, .fm_length = bytes, .fm_extent_count = EXTENTS}};
    *written = *unwritten = 0;
    if (ioctl(fd, FS_IOC_FIEMAP, &f.map))
        return false;
    const struct fiemap_extent *e = (const void *)(f.room + sizeof(struct fiemap));
    for (unsigned i = 0; i < f.map.fm_mapped_extents; i++) {
        uint64_t low = e[i].fe_logical > start ? e[i].fe_logical : start;
        uint64_t end = e[i].fe_logical + e[i].fe_length;
        uint64_t n = (end < start + bytes ? end : start + bytes) - low;
        *(e[i].fe_flags & FIEMAP_EXTENT_UNWRITTEN ? unwritten : written) += n;
    }
    return true;
}

static uint64_t size_of(int fd)
{
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    return (uint64_t)st.st_size;
}

static struct cell *scratch_cell(struct sys_rig *r, enum sys_blocks blocks)
{
    struct cell_spec spec =
        sys_spec(KERNEL_SYS_WRITE_FSYNC, (struct sys_calls){SYS_END_FSYNC, blocks}, &plain);
    return rig_cell(&r->w, &spec);
}

static void period_over(struct cell *cell, uint64_t window)
{
    cell_set_period(cell, window, cell->serial++);
    sys_before_period(cell, cell->period.window);
}

static void run_period(struct cell *cell)
{
    struct error err = {0};
    path_parts(LAYOUT_PATH)->of[KERNEL_SYS_WRITE_FSYNC].whole->run[SHAPE_DIRECT](&cell->period);
    sys_after_period(cell);
    if (sys_failed(cell, &err))
        fail_msg("%s", err.text);
}

static void blocks_are_unwritten_before_each_period(void **state)
{
    bool any = false;
    for (unsigned place = 0; place < SYS_PLACES; place++) {
        struct sys_rig r;
        uint64_t written, unwritten, start = FILE_START, bytes = 6 * 4096;
        if (!sys_rig_open(&r, state, sys_places[place]))
            continue;
        struct cell *cell = scratch_cell(&r, SYS_BLOCKS_UNWRITTEN);
        for (unsigned turn = 0; turn < 3; turn++) {
            period_over(cell, 0);
            if (!extents(r.file.scratch_fd, start, bytes, &written, &unwritten)) {
                print_message("skipped: %s: FIEMAP: %s\n", sys_places[place], strerror(errno));
                break;
            }
            any = true;
            assert_int_equal(written, 0);
            assert_int_equal(unwritten, bytes);
            run_period(cell);
            assert_true(extents(r.file.scratch_fd, start, bytes, &written, &unwritten));
            assert_int_equal(written, bytes); /* 100 bytes in, 5 writes touch 6 blocks */
        }
        cell_destroy(cell);
        sys_rig_close(&r);
    }
    if (!any)
        skip();
}

static void writes_append_to_an_empty_file(void **state)
{
    for (unsigned place = 0; place < SYS_PLACES; place++) {
        struct sys_rig r;
        if (!sys_rig_open(&r, state, sys_places[place]))
            continue;
        struct cell *cell = scratch_cell(&r, SYS_BLOCKS_APPEND);
        for (unsigned turn = 0; turn < 6; turn++) {
            struct stat st;
            period_over(cell, turn);
            uint64_t start = stream_window(&cell->spec.stream, turn);
            assert_int_equal(size_of(r.file.scratch_fd), start);
            assert_int_equal(fstat(r.file.scratch_fd, &st), 0);
            assert_in_range(st.st_blocks * 512, 0, 4096); /* at most the page that the end of file cuts */
            run_period(cell);
            assert_int_equal(size_of(r.file.scratch_fd), start + 5 * 4096);
        }
        cell_destroy(cell);
        sys_rig_close(&r);
    }
}

/* Each write begins where the file ends: nothing is left to chance by an order of slots. */
static ssize_t appending_pwrite(int fd, const void *src, size_t n, off_t offset)
{
    assert_int_equal(size_of(fd), offset);
    return pwrite(fd, src, n, offset);
}

static void appends_leave_no_holes_whatever_the_access(void **state)
{
    static const struct sys_ops ops = {appending_pwrite, pwritev2, fsync, fdatasync, msync};
    struct axes axes = {.size = 777, .slots = 50, .windows = 2, .access = ACCESS_RANDOM};
    struct cell_spec spec =
        sys_spec(KERNEL_SYS_WRITE_FSYNC, (struct sys_calls){SYS_END_FSYNC, SYS_BLOCKS_APPEND}, &axes);
    struct sys_rig r;
    if (!sys_rig_open(&r, state, "/dev/shm"))
        skip();
    r.file.ops = &ops;
    struct cell_spec bypass = spec; /* beside another, whose slots are shuffled */
    bypass.kernel = KERNEL_WRITE_FSYNC;
    struct cell *first = rig_cell(&r.w, &bypass);
    struct cell *cell = cell_create_beside(&spec, &r.w, first, NULL);
    assert_non_null(cell);
    for (unsigned i = 0; i < 2; i++) {
        sys_visit(cell, (struct variant){.kind = VARIANT_WHOLE}, LAYOUT_PATH, 0, 2);
        sys_visit(first, (struct variant){.kind = VARIANT_WHOLE}, LAYOUT_PATH, 0, 2);
    }
    cell_destroy(cell);
    cell_destroy(first);
    sys_rig_close(&r);
}

static uint64_t faults_of(struct cell *cell, period_fn run)
{
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    run(&cell->period);
    getrusage(RUSAGE_SELF, &after);
    return (uint64_t)(after.ru_minflt - before.ru_minflt);
}

/* After a sync the first store to a page faults, and it is the touch that does when it comes first. */
static void the_first_store_to_a_page_after_a_sync_faults(void **state)
{
    struct sys_rig r;
    if (!sys_rig_open(&r, state, "/tmp"))
        skip();
    enum { PAGES = 40 };
    struct axes axes = {.size = 1024, .slots = PAGES * 4, .windows = 1};
    struct cell_spec spec = sys_spec(KERNEL_SYS_MMAP_FSYNC, (struct sys_calls){0}, &axes);
    struct cell *cell = rig_cell(&r.w, &spec);
    const struct kernel_table *t = &path_parts(LAYOUT_RUNG)->of[KERNEL_SYS_MMAP_FSYNC];
    const period_fn *prefix = t->ladder->prefix[SHAPE_DIRECT], *without = t->ladder->without[SHAPE_DIRECT];
    cell_set_period(cell, 0, 0);
    t->whole->run[SHAPE_DIRECT](&cell->period); /* all pages are in the table now */
    if (faults_of(cell, t->whole->run[SHAPE_DIRECT]) < PAGES) {
        print_message("skipped: /tmp: its file system does not write-protect what it has written\n");
        cell_destroy(cell);
        sys_rig_close(&r);
        skip();
    }
    assert_in_range(faults_of(cell, prefix[STEP_LOOP]), 0, 5);
    assert_in_range(faults_of(cell, prefix[STEP_FAULT]), PAGES, PAGES + 5);
    assert_in_range(faults_of(cell, prefix[STEP_SYS_WRITE]), 0, 5);
    assert_in_range(faults_of(cell, without[STEP_FAULT]), 0, 5); /* with its sync at the end */
    assert_in_range(faults_of(cell, without[STEP_SYS_WRITE]), PAGES, PAGES + 5);
    assert_in_range(faults_of(cell, prefix[STEP_SYS_WRITE]), PAGES, PAGES + 5);
    cell_destroy(cell);
    sys_rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_unwritten_before_each_period),
        cmocka_unit_test(writes_append_to_an_empty_file),
        cmocka_unit_test(appends_leave_no_holes_whatever_the_access),
        cmocka_unit_test(the_first_store_to_a_page_after_a_sync_faults),
    };
    return cmocka_run_group_tests(tests, rig_open, rig_close);
}
