/* region_head.c - writes and checks the beginning of a file of ours */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/region_head.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernels/stream.h"

enum { CHUNK = 4096 };

static void header_text(char header[FILE_HEADER])
{
    memset(header, 0, FILE_HEADER);
    snprintf(header, FILE_HEADER, FILE_MAGIC "version %d\n", FILE_VERSION);
}

static bool filling_is_whole(int fd)
{
    char filling[CHUNK], is[CHUNK];
    memset(filling, FILE_FILLING, CHUNK);
    for (off_t at = FILE_HEADER; at < FILE_START; at += CHUNK) {
        ssize_t got = pread(fd, is, CHUNK, at);
        if (got != CHUNK || memcmp(is, filling, CHUNK))
            return false;
    }
    return true;
}

enum file_head file_head_look(int fd, off_t size)
{
    char header[FILE_HEADER], is[FILE_HEADER];
    ssize_t got = pread(fd, is, FILE_HEADER, 0);
    if (size == 0 && got == 0)
        return HEAD_EMPTY;
    header_text(header);
    if (got != FILE_HEADER || memcmp(is, FILE_MAGIC, strlen(FILE_MAGIC)))
        return HEAD_DATA;
    if (memcmp(is, header, FILE_HEADER))
        return HEAD_VERSION;
    return size % FILE_START == 0 && filling_is_whole(fd) ? HEAD_OURS : HEAD_FOREIGN;
}

static int write_at(int fd, const char *from, size_t bytes, off_t at)
{
    ssize_t done = pwrite(fd, from, bytes, at);
    if (done >= 0 && done != (ssize_t)bytes)
        errno = ENOSPC;
    return done == (ssize_t)bytes ? 0 : -1;
}

int file_head_write(int fd)
{
    char chunk[CHUNK], header[FILE_HEADER];
    memset(chunk, FILE_FILLING, CHUNK);
    for (off_t at = FILE_HEADER; at < FILE_START; at += CHUNK)
        if (write_at(fd, chunk, CHUNK, at))
            return -1;
    header_text(header);
    return write_at(fd, header, FILE_HEADER, 0);
}
