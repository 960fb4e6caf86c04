/* sys_rig.h - a file under test on each kind of file system, and a log of the calls that are made on it */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_KERNELS_SYS_RIG_H
#define TESTS_KERNELS_SYS_RIG_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernels/sys_cell.h"
#include "tests/kernels/rig.h"

enum { SYS_RIG_BYTES = FILE_START + (1 << 20), LOG_ENTRIES = 1 << 14, SYS_RIG_PAGE = 4096 };

/* What was called, in the order of the calls' ends. */
struct logged {
    enum sys_call call;
    int fd, flags;
    uint64_t offset, bytes; /* of a write; of msync the address and its length */
};

struct log {
    uint64_t count;
    struct logged entry[LOG_ENTRIES];
    /* what the next calls do besides */
    uint64_t interrupt; /* each n-th call fails with EINTR */
    uint64_t at_most;   /* bytes of a write that are taken at once */
    int fail_sync;      /* errno of fsync, fdatasync and msync */
    bool takes_nothing; /* writes return 0 */
    uint64_t turns;
};

static inline struct log *log_here(void)
{
    static struct log log;
    return &log;
}

static inline void log_clear(void)
{
    memset(log_here(), 0, sizeof(struct log));
}

static inline void log_call(struct logged l)
{
    struct log *log = log_here();
    uint64_t at = __atomic_fetch_add(&log->count, 1, __ATOMIC_RELAXED);
    assert_true(at < LOG_ENTRIES);
    log->entry[at] = l;
}

static inline bool interrupted(void)
{
    struct log *log = log_here();
    if (!log->interrupt || __atomic_add_fetch(&log->turns, 1, __ATOMIC_RELAXED) % log->interrupt)
        return false;
    errno = EINTR;
    return true;
}

static inline size_t taken(size_t n)
{
    return log_here()->at_most && n > log_here()->at_most ? log_here()->at_most : n;
}

static inline ssize_t spy_pwrite(int fd, const void *src, size_t n, off_t offset)
{
    if (interrupted())
        return -1;
    if (log_here()->takes_nothing)
        return 0;
    ssize_t done = pwrite(fd, src, taken(n), offset);
    log_call((struct logged){SYS_CALL_PWRITE, fd, 0, (uint64_t)offset, n});
    return done;
}

static inline ssize_t spy_pwritev2(int fd, const struct iovec *v, int count, off_t offset, int flags)
{
    if (interrupted())
        return -1;
    assert_int_equal(count, 1);
    struct iovec part = {v->iov_base, taken(v->iov_len)};
    ssize_t done = pwritev2(fd, &part, 1, offset, flags);
    log_call((struct logged){SYS_CALL_PWRITEV2, fd, flags, (uint64_t)offset, v->iov_len});
    return done;
}

static inline int spy_sync(struct logged l, int result)
{
    log_call(l);
    if (!log_here()->fail_sync)
        return result;
    errno = log_here()->fail_sync;
    return -1;
}

static inline int spy_fsync(int fd)
{
    return interrupted() ? -1 : spy_sync((struct logged){SYS_CALL_FSYNC, fd, 0, 0, 0}, fsync(fd));
}

static inline int spy_fdatasync(int fd)
{
    return interrupted() ? -1 : spy_sync((struct logged){SYS_CALL_FDATASYNC, fd, 0, 0, 0}, fdatasync(fd));
}

static inline int spy_msync(void *start, size_t bytes, int flags)
{
    struct logged l = {SYS_CALL_MSYNC, -1, flags, (uintptr_t)start, bytes};
    return interrupted() ? -1 : spy_sync(l, msync(start, bytes, flags));
}

static inline const struct sys_ops *log_ops(void)
{
    static const struct sys_ops ops = {spy_pwrite, spy_pwritev2, spy_fsync, spy_fdatasync, spy_msync};
    return &ops;
}

/* A file system: tmpfs, and what the system has for its temporary files. */
static const char *const sys_places[] = {"/dev/shm", "/tmp"};
enum { SYS_PLACES = 2 };

struct sys_rig {
    struct sys_file file;
    struct workspace w; /* the group's, over the file */
};

static inline int sys_reopen(int fd, int flags)
{
    char name[64];
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    return open(name, flags | O_CLOEXEC);
}

/* PMB_NO_SKIPS=1: there is a /dev/shm on every machine, and nothing is left out for want of it. */
static inline bool sys_may_skip(const char *dir)
{
    const char *none = getenv("PMB_NO_SKIPS");
    return strcmp(dir, "/dev/shm") || !none || strcmp(none, "1");
}

static inline int sys_make(const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    if (!sys_may_skip(dir))
        fail_msg("%s: O_TMPFILE: %s, and PMB_NO_SKIPS=1 is set", dir, strerror(errno));
    print_message("skipped: %s: O_TMPFILE: %s\n", dir, strerror(errno));
    return -1;
}

/* All blocks written. false: skipped, as was said. */
static inline bool sys_rig_open(struct sys_rig *r, void **state, const char *dir)
{
    r->w = *(const struct workspace *)*state;
    r->file = (struct sys_file){.fd = sys_make(dir), .scratch_fd = sys_make(dir), .ops = log_ops()};
    if (r->file.fd < 0 || r->file.scratch_fd < 0)
        return false;
    r->file.dsync_fd = sys_reopen(r->file.fd, O_RDWR | O_DSYNC);
    r->file.scratch_dsync_fd = sys_reopen(r->file.scratch_fd, O_RDWR | O_DSYNC);
    assert_true(r->file.dsync_fd >= 0 && r->file.scratch_dsync_fd >= 0);
    assert_int_equal(ftruncate(r->file.fd, SYS_RIG_BYTES), 0);
    r->w.base = mmap(NULL, SYS_RIG_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, r->file.fd, 0);
    r->w.stores = mmap(NULL, SYS_RIG_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, r->file.fd, 0);
    assert_true(r->w.base != MAP_FAILED && r->w.stores != MAP_FAILED);
    r->w.bytes = r->w.stores_bytes = SYS_RIG_BYTES;
    memset(r->w.base + FILE_START, 0x5a, SYS_RIG_BYTES - FILE_START);
    assert_int_equal(fsync(r->file.fd), 0);
    r->w.sys = &r->file;
    log_clear();
    return true;
}

static inline void sys_rig_close(struct sys_rig *r)
{
    munmap(r->w.base, SYS_RIG_BYTES);
    munmap(r->w.stores ? r->w.stores : r->w.base, SYS_RIG_BYTES);
    close(r->file.fd);
    close(r->file.dsync_fd);
    close(r->file.scratch_fd);
    close(r->file.scratch_dsync_fd);
}

static inline struct cell_spec sys_spec(enum kernel kernel, struct sys_calls calls, const struct axes *a)
{
    const struct path_parts_ids ids = {
        .copy = COPY_memcpy, .track = TRACK_none, .writeback = WRITEBACK_none, .domain = DOMAIN_adr};
    struct cell_spec spec = rig_spec(&ids, a);
    assert_true(FILE_START + spec.stream.offset + spec.stream.footprint <= SYS_RIG_BYTES);
    spec.kernel = kernel;
    spec.fence_write = false;
    spec.sys = calls;
    spec.file_bytes = SYS_RIG_BYTES;
    return spec;
}

static inline void sys_visit(struct cell *cell, struct variant v, unsigned layout, uint64_t first,
                             uint64_t periods)
{
    struct error err = {0};
    struct visit out = {0};
    if (cell_visit(cell, &v, layout, first, periods, false, &out, &err))
        fail_msg("variant %d, step %d, end %d, blocks %d: %s", (int)v.kind, (int)v.step,
                 (int)cell->spec.sys.end, (int)cell->spec.sys.blocks, err.text);
}

#endif
