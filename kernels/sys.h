/* sys.h - the system's own write and fsync: which calls, on which file */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_SYS_H
#define KERNELS_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "kernels/period.h"

/* How the data get durable. */
enum sys_end {
    SYS_END_FSYNC,
    SYS_END_FDATASYNC,
    SYS_END_MSYNC,     /* sys_mmap_fsync: msync(MS_SYNC) of the pages that the period touched */
    SYS_END_RWF_DSYNC, /* sys_write_fsync: pwritev2(RWF_DSYNC), no call at the end of the period */
    SYS_END_O_DSYNC,   /* sys_write_fsync: pwrite on a descriptor with O_DSYNC, no call at the end */
    SYS_ENDS
};

/* What the file system has to do for the blocks. The last two are sys_write_fsync's, on a scratch file. */
enum sys_blocks {
    SYS_BLOCKS_WRITTEN, /* overwrites of written blocks: the memory under test itself */
    SYS_BLOCKS_APPEND,  /* each write begins at the end of the file, which is cut to the window's start before
                           each period: the slots come in ascending order, whatever `access` says */
    SYS_BLOCKS_UNWRITTEN, /* blocks that are allocated and were never written (fallocate), made so before each
                             period */
    SYS_BLOCKS
};

struct sys_calls {
    enum sys_end end;
    enum sys_blocks blocks;
};

/* The calls themselves, as in unistd.h, sys/uio.h and sys/mman.h. */
struct sys_ops {
    ssize_t (*pwrite)(int fd, const void *src, size_t n, off_t offset);
    ssize_t (*pwritev2)(int fd, const struct iovec *v, int count, off_t offset, int flags);
    int (*fsync)(int fd);
    int (*fdatasync)(int fd);
    int (*msync)(void *start, size_t bytes, int flags);
};

extern const struct sys_ops sys_ops; /* the system's */

/* The file under test, and beside it one without a name for appends and unwritten blocks. Owned by the
 * caller; -1: not there. */
struct sys_file {
    int fd, dsync_fd;                 /* the memory under test; the second opened with O_DSYNC */
    int scratch_fd, scratch_dsync_fd; /* empty */
    const struct sys_ops *ops;        /* for tests; NULL: the system's */
};

enum sys_call { SYS_CALL_PWRITE, SYS_CALL_PWRITEV2, SYS_CALL_FSYNC, SYS_CALL_FDATASYNC, SYS_CALL_MSYNC };

/* Calls that failed: the path goes on, and the visit fails when it is over. */
struct sys_failure {
    uint64_t count; /* counted up by LOCKed adds; the rest is of the first one */
    enum sys_call call;
    uint64_t offset; /* in the file */
    int error;       /* errno; 0: the call wrote nothing, and gave no reason */
};

/* What the path needs to know, a thread. */
struct sys_period {
    const struct sys_ops *ops;
    enum sys_end end;
    int fd;
    uint64_t first_slot, slots; /* the thread's part of a window: what msync is called on */
    struct sys_failure *failure;
};

/* Whether its cells call the system's own write and fsync. */
static inline bool kernel_is_sys(enum kernel kernel)
{
    return kernel == KERNEL_SYS_WRITE_FSYNC || kernel == KERNEL_SYS_MMAP_FSYNC;
}

/* false: each write is durable by itself, and the period ends with the last one. */
static inline bool sys_end_is_call(enum sys_end end)
{
    return end == SYS_END_FSYNC || end == SYS_END_FDATASYNC || end == SYS_END_MSYNC;
}

#endif
