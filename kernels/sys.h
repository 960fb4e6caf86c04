/* sys.h - the system's own write and fsync: which calls, on which file */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_SYS_H
#define KERNELS_SYS_H

#include <stdint.h>

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
    SYS_BLOCKS_APPEND,  /* each write ends past the end of the file, which is cut again before each period */
    SYS_BLOCKS_UNWRITTEN, /* blocks that are allocated and were never written (fallocate), made so before each
                             period */
    SYS_BLOCKS
};

struct sys_calls {
    enum sys_end end;
    enum sys_blocks blocks;
};

/* The file under test, and beside it one without a name for appends and unwritten blocks. Owned by the
 * caller; -1: not there. */
struct sys_file {
    int fd, dsync_fd;                 /* the memory under test; the second opened with O_DSYNC */
    int scratch_fd, scratch_dsync_fd; /* empty */
};

#endif
