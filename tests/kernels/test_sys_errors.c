/* test_sys_errors.c - calls that fail make the visit fail by name, lost data are seen, and what makes no
 * sense is refused */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <signal.h>
#include <sys/resource.h>

#include "tests/kernels/sys_rig.h"

static const struct axes plain = {.size = 4096, .slots = 4, .windows = 3};

/* The visit and the counted period fail with this in their sentence. */
static void fails_with(struct cell *cell, const char *what)
{
    struct variant v = {.kind = VARIANT_WHOLE};
    struct cell_counts counts;
    struct error visit = {0}, count = {0};
    struct visit out;
    assert_int_equal(cell_visit(cell, &v, LAYOUT_PATH, 0, 2, false, &out, &visit), -1);
    assert_int_equal(cell_count(cell, &counts, &count), -1);
    assert_int_equal(visit.code, EXIT_CANNOT);
    if (!strstr(visit.text, what) || !strstr(count.text, what))
        fail_msg("not of '%s': %s; %s", what, visit.text, count.text);
}

static void works_again(struct cell *cell)
{
    log_clear();
    sys_visit(cell, (struct variant){.kind = VARIANT_WHOLE}, LAYOUT_PATH, 0, 2);
}

static struct cell *cell_of(const struct sys_rig *r, enum kernel kernel, enum sys_end end,
                            enum sys_blocks blocks)
{
    struct cell_spec spec = sys_spec(kernel, (struct sys_calls){end, blocks}, &plain);
    return rig_cell(&r->w, &spec);
}

static bool open_rig(struct sys_rig *r, void **state)
{
    return sys_rig_open(r, state, "/dev/shm");
}

/* What is left out says so; with PMB_NO_SKIPS=1 it is a failure. */
static void only_what_may_be_left_out_is_skipped(void **state)
{
    const char *set = getenv("PMB_NO_SKIPS");
    char *before = set ? strdup(set) : NULL;
    (void)state;
    unsetenv("PMB_NO_SKIPS");
    bool unset = sys_may_skip("/dev/shm"), none = sys_make("/dev/null") < 0;
    setenv("PMB_NO_SKIPS", "0", 1);
    bool zero = sys_may_skip("/dev/shm");
    setenv("PMB_NO_SKIPS", "1", 1);
    bool one = sys_may_skip("/dev/shm"), elsewhere = sys_may_skip("/tmp");
    if (before)
        setenv("PMB_NO_SKIPS", before, 1);
    else
        unsetenv("PMB_NO_SKIPS");
    free(before);
    assert_true(unset && none && zero && !one && elsewhere);
}

static void a_descriptor_for_reading_only(void **state)
{
    struct sys_rig r;
    if (!open_rig(&r, state))
        skip();
    int fd = r.file.fd;
    for (unsigned real = 0; real < 2; real++) {
        r.file.fd = sys_reopen(fd, O_RDONLY);
        r.file.ops = real ? NULL : log_ops();
        struct cell *cell = cell_of(&r, KERNEL_SYS_WRITE_FSYNC, SYS_END_FSYNC, SYS_BLOCKS_WRITTEN);
        log_clear();
        fails_with(cell, "pwrite at file offset 2097152 failed: Bad file descriptor (EBADF), and ");
        cell_destroy(cell);
        close(r.file.fd);
    }
    r.file.fd = fd;
    sys_rig_close(&r);
}

static void a_file_that_must_not_grow(void **state)
{
    struct sys_rig r;
    struct rlimit before, less = {FILE_START + 10000, RLIM_INFINITY};
    if (!open_rig(&r, state))
        skip();
    struct cell *cell = cell_of(&r, KERNEL_SYS_WRITE_FSYNC, SYS_END_RWF_DSYNC, SYS_BLOCKS_APPEND);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    less.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &less), 0);
    fails_with(cell, "pwritev2(RWF_DSYNC) at file offset 2107152 failed: File too large (EFBIG)");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    works_again(cell); /* what has failed is forgotten */
    cell_destroy(cell);
    sys_rig_close(&r);
}

static void a_sync_that_fails(void **state)
{
    static const struct {
        enum kernel kernel;
        enum sys_end end;
        const char *text;
    } cases[] = {{KERNEL_SYS_WRITE_FSYNC, SYS_END_FSYNC, "fsync at"},
                 {KERNEL_SYS_WRITE_FSYNC, SYS_END_FDATASYNC, "fdatasync at"},
                 {KERNEL_SYS_MMAP_FSYNC, SYS_END_FSYNC, "fsync at"},
                 {KERNEL_SYS_MMAP_FSYNC, SYS_END_MSYNC, "msync(MS_SYNC) at"}};
    struct sys_rig r;
    if (!open_rig(&r, state))
        skip();
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cell *cell = cell_of(&r, cases[i].kernel, cases[i].end, SYS_BLOCKS_WRITTEN);
        log_clear();
        log_here()->fail_sync = EIO;
        fails_with(cell, cases[i].text);
        fails_with(cell, "Input/output error (EIO)");
        works_again(cell);
        cell_destroy(cell);
    }
    sys_rig_close(&r);
}

static void a_write_that_takes_nothing(void **state)
{
    struct sys_rig r;
    if (!open_rig(&r, state))
        skip();
    struct cell *cell = cell_of(&r, KERNEL_SYS_WRITE_FSYNC, SYS_END_FSYNC, SYS_BLOCKS_WRITTEN);
    log_clear();
    log_here()->takes_nothing = true;
    fails_with(cell, "it wrote nothing");
    cell_destroy(cell);
    sys_rig_close(&r);
}

/* Says that all is written, and writes elsewhere. */
static ssize_t lying_pwrite(int fd, const void *src, size_t n, off_t offset)
{
    return pwrite(fd, src, n, offset < FILE_START + 4096 ? offset + 4096 : offset);
}

static void data_that_got_lost(void **state)
{
    static const struct sys_ops lying = {lying_pwrite, pwritev2, fsync, fdatasync, msync};
    struct sys_rig r;
    if (!open_rig(&r, state))
        skip();
    r.file.ops = &lying;
    for (unsigned b = 0; b < SYS_BLOCKS; b++) {
        struct cell *cell = cell_of(&r, KERNEL_SYS_WRITE_FSYNC, SYS_END_FSYNC, (enum sys_blocks)b);
        fails_with(cell,
                   "data wrong at file offset 2097152 (byte 0 of write 0 in its period, copy 'system')");
        cell_destroy(cell);
    }
    sys_rig_close(&r);
}

static void a_file_that_ends_early(void **state)
{
    struct sys_rig r;
    if (!open_rig(&r, state))
        skip();
    struct cell *cell = cell_of(&r, KERNEL_SYS_WRITE_FSYNC, SYS_END_FSYNC, SYS_BLOCKS_APPEND);
    int file = cell->sys->part->fd;
    cell->sys->part->fd = r.file.fd; /* writes go to another file than the one that is read back */
    fails_with(cell, "end of file");
    cell->sys->part->fd = file;
    cell_destroy(cell);
    sys_rig_close(&r);
}

/* One member of a good cell changed, and what is said of it. */
struct bad {
    enum kernel kernel;
    struct sys_calls calls;
    void (*spoil)(struct cell_spec *s);
    const char *says;
};

static void twice(struct cell_spec *s)
{
    s->stream.overwrite = 2;
}

static void sparse(struct cell_spec *s)
{
    s->stream.access = ACCESS_SPARSE;
}

static void two(struct cell_spec *s)
{
    s->threads = 2;
}

static void own(struct cell_spec *s)
{
    s->threads = 2;
    s->own_files = true;
}

static void unsynced(struct cell_spec *s)
{
    s->fsync = false;
}

static void dirty(struct cell_spec *s)
{
    s->dest = DEST_DIRTY;
}

static void absent(struct cell_spec *s)
{
    s->dest = DEST_ABSENT;
}

static void nothing(struct cell_spec *s)
{
    (void)s;
}

static const struct bad bads[] = {
    {KERNEL_SYS_WRITE_FSYNC, {SYS_END_FSYNC, SYS_BLOCKS_APPEND}, twice, "append and overwrite do not go"},
    {KERNEL_SYS_WRITE_FSYNC, {SYS_END_FSYNC, SYS_BLOCKS_APPEND}, sparse, "append and access=sparse"},
    {KERNEL_SYS_WRITE_FSYNC, {SYS_END_FSYNC, SYS_BLOCKS_APPEND}, two, "--threads 1"},
    {KERNEL_SYS_WRITE_FSYNC, {SYS_END_FSYNC, SYS_BLOCKS_WRITTEN}, own, "files=own"},
    {KERNEL_SYS_MMAP_FSYNC, {SYS_END_FSYNC, SYS_BLOCKS_WRITTEN}, own, "files=own"},
    {KERNEL_SYS_WRITE_FSYNC, {SYS_END_O_DSYNC, SYS_BLOCKS_WRITTEN}, unsynced, "dirty=never"},
    {KERNEL_SYS_WRITE_FSYNC, {SYS_END_RWF_DSYNC, SYS_BLOCKS_WRITTEN}, unsynced, "dirty=never"},
    {KERNEL_SYS_WRITE_FSYNC, {SYS_END_FSYNC, SYS_BLOCKS_WRITTEN}, dirty, "dest=dirty"},
    {KERNEL_SYS_WRITE_FSYNC, {SYS_END_FSYNC, SYS_BLOCKS_UNWRITTEN}, absent, "--dest own"},
    {KERNEL_SYS_WRITE_FSYNC, {SYS_END_MSYNC, SYS_BLOCKS_WRITTEN}, nothing, "msync is of sys_mmap_fsync"},
    {KERNEL_SYS_MMAP_FSYNC, {SYS_END_O_DSYNC, SYS_BLOCKS_WRITTEN}, nothing, "are of sys_write_fsync"},
    {KERNEL_SYS_MMAP_FSYNC, {SYS_END_RWF_DSYNC, SYS_BLOCKS_WRITTEN}, nothing, "are of sys_write_fsync"},
    {KERNEL_SYS_MMAP_FSYNC, {SYS_END_FSYNC, SYS_BLOCKS_APPEND}, nothing, "store to written blocks"},
    {KERNEL_SYS_MMAP_FSYNC, {SYS_END_FSYNC, SYS_BLOCKS_UNWRITTEN}, nothing, "store to written blocks"},
};

static void is_refused(const struct workspace *w, const struct cell_spec *spec, const char *says)
{
    struct error err = {0};
    assert_null(cell_create(spec, w, &err));
    assert_int_equal(err.code, EXIT_CANNOT);
    if (!strstr(err.text, says) || strncmp(err.text, kernel_name(spec->kernel), 8) != 0)
        fail_msg("not of '%s': %s", says, err.text);
}

static void what_makes_no_sense_is_refused(void **state)
{
    struct sys_rig r;
    if (!open_rig(&r, state))
        skip();
    for (unsigned i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
        struct cell_spec spec = sys_spec(bads[i].kernel, bads[i].calls, &plain);
        bads[i].spoil(&spec);
        is_refused(&r.w, &spec, bads[i].says);
    }
    sys_rig_close(&r);
}

static void descriptors_that_are_not_there(void **state)
{
    struct sys_rig r;
    if (!open_rig(&r, state))
        skip();
    const struct sys_file all = r.file;
    struct cell_spec spec = sys_spec(KERNEL_SYS_WRITE_FSYNC, (struct sys_calls){0}, &plain);
    struct workspace without = r.w;
    without.sys = NULL;
    is_refused(&without, &spec, "needs --path FILE");
    r.file.fd = -1;
    is_refused(&r.w, &spec, "needs --path FILE");
    spec.kernel = KERNEL_SYS_MMAP_FSYNC;
    is_refused(&r.w, &spec, "needs --path FILE");
    spec.kernel = KERNEL_SYS_WRITE_FSYNC;
    r.file = all;
    r.file.dsync_fd = -1;
    spec.sys.end = SYS_END_O_DSYNC;
    is_refused(&r.w, &spec, "once more with O_DSYNC");
    spec.sys.blocks = SYS_BLOCKS_APPEND;
    r.file.scratch_fd = -1;
    is_refused(&r.w, &spec, "without a name");
    r.file = all;
    sys_rig_close(&r);
}

/* Where blocks cannot be made unwritten, that is said before anything is measured. */
static void a_scratch_file_that_cannot(void **state)
{
    struct sys_rig r;
    if (!open_rig(&r, state))
        skip();
    int scratch = r.file.scratch_fd, ends[2];
    assert_int_equal(pipe(ends), 0);
    r.file.scratch_fd = ends[1];
    struct cell_spec spec =
        sys_spec(KERNEL_SYS_WRITE_FSYNC, (struct sys_calls){.blocks = SYS_BLOCKS_UNWRITTEN}, &plain);
    is_refused(&r.w, &spec, "the scratch file: fallocate(FALLOC_FL_PUNCH_HOLE)");
    spec.sys.blocks = SYS_BLOCKS_APPEND;
    is_refused(&r.w, &spec, "the scratch file: ftruncate");
    close(ends[0]);
    close(ends[1]);
    r.file.scratch_fd = scratch;
    sys_rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_may_be_left_out_is_skipped),
        cmocka_unit_test(a_descriptor_for_reading_only),
        cmocka_unit_test(a_file_that_must_not_grow),
        cmocka_unit_test(a_sync_that_fails),
        cmocka_unit_test(a_write_that_takes_nothing),
        cmocka_unit_test(data_that_got_lost),
        cmocka_unit_test(a_file_that_ends_early),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(descriptors_that_are_not_there),
        cmocka_unit_test(a_scratch_file_that_cannot),
    };
    return cmocka_run_group_tests(tests, rig_open, rig_close);
}
