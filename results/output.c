/* output.c - bytes to a descriptor, all or an error */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/output.h"

#include <errno.h>
#include <unistd.h>

int output_all(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n ? errno : EIO;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

int output_sync_directory(int fd)
{
    return fsync(fd) && errno != EINVAL ? -1 : 0;
}

const char *output_advice(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return "free space or choose another --out";
    case EACCES:
    case EPERM:
    case EROFS:
        return "make the directory writable or choose another --out";
    case ENOENT:
    case ENOTDIR:
        return "create the directory or choose another --out";
    case EEXIST:
        return "remove it or choose another --out";
    default:
        return "choose another --out";
    }
}
