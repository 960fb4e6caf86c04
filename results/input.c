/* input.c - what may be opened for reading: no device, no pipe that nobody writes to */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/input.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

bool input_is_large(int fd)
{
    struct stat status;
    return !fstat(fd, &status) && S_ISREG(status.st_mode) && status.st_size > INPUT_MOST;
}

/* What is neither a file nor a pipe without a name (/dev/stdin, <(...)): a FIFO may have no writer, a device
 * no end. NULL: it may be read. */
static const char *stranger(int fd)
{
    struct stat status;
    struct statfs system;
    if (fstat(fd, &status) || S_ISREG(status.st_mode))
        return NULL;
    if (S_ISFIFO(status.st_mode) && !fstatfs(fd, &system) && system.f_type == PIPEFS_MAGIC)
        return NULL;
    return S_ISDIR(status.st_mode)    ? "a directory"
           : S_ISFIFO(status.st_mode) ? "a named pipe"
           : S_ISSOCK(status.st_mode) ? "a socket"
                                      : "a device";
}

/* Looked at before it is opened for reading, which may wait or have effects: the same file, by its
 * descriptor. */
int input_open(const char *file, const struct document_kind *kind, struct error *err)
{
    char self[64];
    int place = open(file, O_PATH | O_CLOEXEC), fd = -1;
    const char *strange = place < 0 ? NULL : stranger(place);
    if (strange) {
        close(place);
        return error_set(err, EXIT_CANNOT, "%s: is %s; name a %s file or the --out directory of a %s", file,
                         strange, kind->name, kind->verb);
    }
    if (place >= 0) {
        snprintf(self, sizeof(self), "/proc/self/fd/%d", place);
        fd = open(self, O_RDONLY | O_NOCTTY | O_CLOEXEC);
    }
    if (fd < 0)
        error_set(err, EXIT_CANNOT, "%s: cannot be read: %s; name a %s file or the --out directory of a %s",
                  file, strerror(errno), kind->name, kind->verb);
    if (place >= 0)
        close(place);
    return fd;
}
