/* output.c - bytes to a descriptor, all or an error */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
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

int output_sync(int fd)
{
    int status;
    do
        status = fsync(fd);
    while (status && errno == EINTR);
    return status;
}

/* Opens a name in the directory that nobody has: an earlier run may have died and left its own. */
static int open_temporary(int dir, const char *name, char *out, size_t bytes)
{
    for (int i = 0; i < 100; i++) {
        snprintf(out, bytes, ".%s.%ld.%d.tmp", name, (long)getpid(), i);
        int fd = openat(dir, out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* What processes that were killed left under a temporary name of this file. */
static void remove_left(int dir, const char *name)
{
    char begin[64];
    int length = snprintf(begin, sizeof(begin), ".%s.", name);
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    for (struct dirent *e; list && (e = readdir(list));) {
        size_t size = strlen(e->d_name);
        if (size > 4 && !strncmp(e->d_name, begin, (size_t)length) && !strcmp(e->d_name + size - 4, ".tmp"))
            unlinkat(dir, e->d_name, 0);
    }
    if (list)
        closedir(list);
    else if (fd >= 0)
        close(fd);
}

/* 0 or errno. Closes fd. */
static int fill(int fd, const void *bytes, size_t size)
{
    int number = output_all(fd, bytes, size);
    if (!number && output_sync(fd))
        number = errno;
    if (close(fd) && !number && errno != EINTR)
        number = errno;
    return number;
}

/* 0 or errno. */
static int replace(int dir, const char *name, const void *bytes, size_t size)
{
    char temporary[96];
    remove_left(dir, name);
    int fd = open_temporary(dir, name, temporary, sizeof(temporary));
    if (fd < 0)
        return errno;
    int number = fill(fd, bytes, size);
    if (!number && renameat(dir, temporary, dir, name))
        number = errno;
    if (number)
        unlinkat(dir, temporary, 0);
    return number;
}

int output_sync_directory(int fd)
{
    return output_sync(fd) && errno != EINVAL ? -1 : 0;
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

int output_file(const char *dir, const char *name, const void *bytes, size_t size, struct error *err)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int number = fd < 0 ? errno : replace(fd, name, bytes, size), status = 0;
    if (number)
        status = error_set(err, EXIT_CANNOT, "%s/%s: cannot be written: %s; %s", dir, name, strerror(number),
                           output_advice(number));
    else if (output_sync_directory(fd))
        status = error_set(err, EXIT_CANNOT,
                           "%s/%s: is in place, but the directory could not be synced: %s; copy it", dir,
                           name, strerror(errno));
    if (fd >= 0)
        close(fd);
    return status;
}
