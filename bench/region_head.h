/* region_head.h - what a file of ours begins with, by which it is known and by which others' data are seen */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REGION_HEAD_H
#define BENCH_REGION_HEAD_H

#include <sys/types.h>

/* This text, a version, and zeros up to FILE_HEADER bytes; then FILE_FILLING up to FILE_START
 * (kernels/stream.h), where the measured range begins: nothing of ours is ever written there again. */
#define FILE_MAGIC "pmembench region\n"
enum { FILE_VERSION = 1, FILE_HEADER = 4096, FILE_FILLING = 0x5a };

enum file_head {
    HEAD_EMPTY,   /* a file of no bytes */
    HEAD_OURS,    /* as file_head_write leaves it, and whole 2 MiB long as all of ours are */
    HEAD_VERSION, /* of another version of pmembench, or half overwritten */
    HEAD_FOREIGN, /* ours, and somebody wrote between the header and the measured range or at the end */
    HEAD_DATA     /* anything else, or it cannot be read */
};

/* Reads up to FILE_START of a file of `size` bytes. Thread-safe. */
enum file_head file_head_look(int fd, off_t size);

/* Writes it all, the header last: a file that has one is whole. -1 with errno. */
int file_head_write(int fd);

#endif
