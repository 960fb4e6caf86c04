/* region_refuse.c - the refusals of a --path in words */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/region_refuse.h"

#include <errno.h>
#include <string.h>
#include <sys/statfs.h>

enum { PATH_SHOWN = 300 }; /* so that what to do is still in the line */

static const char *more(const char *path)
{
    return strlen(path) > PATH_SHOWN ? "..." : "";
}

int refuse(const char *path, const char *what, struct error *err)
{
    return error_set(err, EXIT_CANNOT, "--path %.*s%s: %s", PATH_SHOWN, path, more(path), what);
}

static const char *hint(int number)
{
    static const struct {
        int number;
        const char *hint;
    } known[] = {
        {EACCES, "name a file in a folder that you may write to"},
        {EBUSY, "something else uses it; end that, or name another"},
        {EDQUOT, "the quota is used up: a smaller --footprint needs less"},
        {EEXIST, "name a new file"},
        {EFBIG, "the limit of a file's size (ulimit -f) is lower: a smaller --footprint needs less"},
        {ELOOP, "the symbolic links lead in a circle; name a file in a real folder"},
        {ENAMETOOLONG, "use a shorter name"},
        {ENOENT, "make the folder first, or name a file in one that is there"},
        {ENOSPC, "name a file on another mount"},
        {ENOTDIR, "what is before the last slash must be a folder"},
        {EPERM, "name a file in a folder that you may write to"},
        {EROFS, "name a file on a mount that can be written to"},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].number == number)
            return known[i].hint;
    return "name a new file elsewhere";
}

int refuse_number(const char *path, const char *what, int number, struct error *err)
{
    return error_set(err, EXIT_CANNOT, "--path %.*s%s: %s: %s; %s", PATH_SHOWN, path, more(path), what,
                     strerror(number), hint(number));
}

int refuse_folder(const char *path, struct error *err)
{
    int length = (int)strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    return error_set(err, EXIT_CANNOT,
                     "--path %.*s%s: names a folder; name a new file in it, such as %.*s/pmembench.tmp",
                     PATH_SHOWN, path, more(path), length == 1 && *path == '/' ? 0 : length, path);
}

int refuse_room(const char *path, int fd, uint64_t bytes, int number, struct error *err)
{
    struct statfs fs;
    if (number != ENOSPC || fstatfs(fd, &fs))
        return refuse_number(path, "no room for the memory under test", number, err);
    return error_set(
        err, EXIT_CANNOT,
        "--path %.*s%s: no room for the memory under test: %llu KiB wanted, %llu KiB free on that "
        "mount; a smaller --footprint needs less, or name a file on another mount",
        PATH_SHOWN, path, more(path), (unsigned long long)(bytes >> 10),
        (unsigned long long)fs.f_bavail * (unsigned long long)fs.f_bsize >> 10);
}
