/* region_file.c - a new file without a name, an old one of ours, or a device given up by the user */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/region_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/text.h"
#include "bench/region.h"
#include "bench/region_refuse.h"

enum { SELF_TEXT = 40 };

/* By its descriptor: nobody can put another in its place. */
int region_file_again(int fd, int flags)
{
    char self[SELF_TEXT];
    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    return open(self, flags | O_CLOEXEC);
}

/* In /proc, /sys and their like a file says that it is empty, and to write to it does something. They have no
 * blocks; neither have tmpfs without a limit and ramfs, which are memory. */
static int check_mount(int fd, const char *path, struct error *err)
{
    enum { TMPFS = 0x01021994, RAMFS = 0x858458f6 };
    struct statfs fs;
    if (fstatfs(fd, &fs))
        return refuse_number(path, "cannot be looked at", errno, err);
    if (fs.f_blocks || (uint32_t)fs.f_type == TMPFS || (uint32_t)fs.f_type == (uint32_t)RAMFS)
        return 0;
    return refuse(path, "is on a file system that holds no data (such as /proc); name a new file elsewhere",
                  err);
}

/* 0: empty, or a file of ours. */
static int check_content(int fd, const struct stat *st, const char *path, struct error *err)
{
    switch (file_head_look(fd, st->st_size)) {
    case HEAD_EMPTY:
    case HEAD_OURS:
        return 0;
    case HEAD_VERSION:
        return refuse(path, "was kept by another version of pmembench; remove it, or name a new file", err);
    case HEAD_FOREIGN:
        return refuse(path,
                      "was kept by pmembench, and somebody wrote to it since; nothing of yours is "
                      "overwritten: name a new file",
                      err);
    case HEAD_DATA:
        break;
    }
    return refuse(
        path, "is there already and holds other data; nothing of yours is overwritten: name a new file", err);
}

/* What kind of thing it is, before anything is opened that reading or opening could disturb. */
static int check_kind(const struct stat *st, const char *path, struct error *err)
{
    switch (st->st_mode & S_IFMT) {
    case S_IFREG:
        return st->st_nlink <= 1 ? 0
                                 : refuse(path,
                                          "has other names too (hard links), under which its data would "
                                          "change; name a new file",
                                          err);
    case S_IFLNK:
        return refuse(
            path, "is a symbolic link, and those are not followed; name the file itself or a new one", err);
    case S_IFDIR:
        return refuse_folder(path, err);
    case S_IFBLK:
        return refuse(path,
                      "is a block device, which may hold a file system; name a new file on a mount of it, or "
                      "a /dev/daxX.Y with --destroy",
                      err);
    case S_IFIFO:
        return refuse(path, "is a FIFO, which is no memory; name a new file", err);
    case S_IFSOCK:
        return refuse(path, "is a socket, which is no memory; name a new file", err);
    }
    return refuse(path, "is a character device other than /dev/daxX.Y; name a new file", err);
}

/* Against another run. */
static int lock(int fd, const char *path, struct error *err)
{
    return flock(fd, LOCK_EX | LOCK_NB)
               ? refuse(path, "is in use by another program (flock); wait for it, or name another", err)
               : 0;
}

/* From the descriptor that only names the file to one that writes, with all checks again in between. */
static int open_there(struct region_file *f, int named, const char *path, struct error *err)
{
    struct stat st = {.st_size = 0};
    int fd = region_file_again(named, O_RDONLY | O_NOATIME);
    if (fd < 0 && errno == EPERM) /* somebody else's file */
        fd = region_file_again(named, O_RDONLY);
    if (fd < 0 || fstat(fd, &st)) {
        refuse_number(path, "cannot be read", errno, err);
    } else if (!check_content(fd, &st, path, err)) {
        f->fd = region_file_again(named, O_RDWR);
        if (f->fd < 0)
            refuse_number(path, "cannot be written to", errno, err);
        else if (lock(f->fd, path, err))
            f->kind = FILE_NONE;
        else if (fstat(f->fd, &st))
            refuse_number(path, "cannot be looked at", errno, err);
        else if (st.st_dev != f->dev || st.st_ino != f->ino)
            refuse(path, "was replaced while it was opened; try again", err);
        else if (!check_kind(&st, path, err) && !check_content(f->fd, &st, path, err))
            f->kind = FILE_THERE;
    }
    f->size_before = st.st_size;
    if (fd >= 0)
        close(fd);
    return f->kind == FILE_THERE ? 0 : -1;
}

static int open_device(struct region_file *f, int named, const struct region_request *q, struct error *err)
{
    if (!q->destroy)
        return refuse(q->path, "is a DAX device: all data on it will be lost; add --destroy if that is meant",
                      err);
    f->fd = region_file_again(named, O_RDWR);
    if (f->fd < 0)
        return refuse_number(q->path, "cannot be opened", errno, err);
    if (lock(f->fd, q->path, err))
        return -1;
    f->kind = FILE_DEVICE;
    return 0;
}

static int look_at(struct region_file *f, int named, const struct region_request *q, struct error *err)
{
    struct region_bus bus;
    struct stat st;
    if (fstat(named, &st))
        return refuse_number(q->path, "cannot be looked at", errno, err);
    f->dev = st.st_dev;
    f->ino = st.st_ino;
    if (S_ISCHR(st.st_mode) && region_bus_of_dax(q->sys_root, st.st_rdev, &bus))
        return open_device(f, named, q, err);
    if (check_kind(&st, q->path, err) || check_mount(named, q->path, err))
        return -1;
    if (q->destroy)
        return refuse(q->path, "is a file, and --destroy is for a /dev/daxX.Y; leave --destroy out", err);
    return open_there(f, named, q->path, err);
}

/* The folder by descriptor and the name in it: what happens above it later is no matter. */
static int open_folder(struct region_file *f, const char *path, struct error *err)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (!*path)
        return error_set(err, EXIT_CANNOT, "--path: the name is empty; name a new file");
    if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
        return refuse_folder(path, err);
    if (strlen(name) > NAME_MAX || strlen(path) >= sizeof(folder))
        return refuse_number(path, "cannot be made", ENAMETOOLONG, err);
    text_copy(f->name, sizeof(f->name), name);
    snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    f->dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return f->dir < 0 ? refuse_number(path, "cannot be made", errno, err) : 0;
}

/* Where a mistyped device would become a file in memory. */
static bool is_dev(int dir)
{
    struct stat st, dev;
    return !fstat(dir, &st) && !stat("/dev", &dev) && st.st_dev == dev.st_dev && st.st_ino == dev.st_ino;
}

int region_file_look(struct region_file *f, const struct region_request *q, struct error *err)
{
    *f = (struct region_file){.path = q->path, .fd = -1, .dir = -1};
    if (open_folder(f, q->path, err))
        return -1;
    int named = openat(f->dir, f->name, O_PATH | O_NOFOLLOW | O_CLOEXEC), result;
    if (named >= 0) {
        result = look_at(f, named, q, err);
        close(named);
    } else if (errno != ENOENT) {
        result = refuse_number(q->path, "cannot be looked at", errno, err);
    } else if (is_dev(f->dir)) {
        result = refuse(q->path,
                        "is no device that is there, and /dev is no place for a file; `ls /dev/dax*` shows "
                        "the DAX devices",
                        err);
    } else if (q->destroy) {
        result =
            refuse(q->path, "does not exist, and --destroy is for a /dev/daxX.Y; leave --destroy out", err);
    } else {
        result = check_mount(f->dir, q->path, err);
        if (!result && faccessat(f->dir, ".", W_OK | X_OK, AT_EACCESS))
            result = refuse_number(q->path, "cannot be made", errno, err);
    }
    if (result)
        region_file_close(f);
    return result;
}

/* Whether that name leads to our file, and not to what somebody else put there. */
static bool is_at(const struct region_file *f, const char *name)
{
    struct stat st;
    return !fstatat(f->dir, name, &st, AT_SYMLINK_NOFOLLOW) && st.st_dev == f->dev && st.st_ino == f->ino;
}

/* The name that was asked for is never made before the file is to be kept: nobody can be waiting for it. */
static int make_named(struct region_file *f, const struct region_request *q)
{
    uint64_t number;
    if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
        return -1;
    snprintf(f->made, sizeof(f->made), ".pmembench-%016llx", (unsigned long long)number);
    f->fd = openat(f->dir, f->made, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    f->kind = q->keep ? FILE_NAMED : FILE_UNLINKED;
    return f->fd;
}

static int make(struct region_file *f, const struct region_request *q, struct error *err)
{
    struct stat st;
    errno = EOPNOTSUPP;
    f->kind = FILE_NAMELESS;
    if (!q->no_tmpfile)
        f->fd = openat(f->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (f->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
        make_named(f, q);
    if (f->fd < 0 || fstat(f->fd, &st)) {
        int number = errno;
        f->kind = f->fd < 0 ? FILE_NONE : f->kind;
        return refuse_number(q->path, "cannot be made", number, err);
    }
    f->dev = st.st_dev;
    f->ino = st.st_ino;
    if (f->kind == FILE_UNLINKED && is_at(f, f->made))
        unlinkat(f->dir, f->made, 0);
    return 0;
}

/* What could not be made whole is cut again to what it was. */
static int fill(struct region_file *f, const char *path, uint64_t bytes, struct error *err)
{
    int code;
    do
        code = posix_fallocate(f->fd, 0, (off_t)bytes);
    while (code == EINTR);
    if (code)
        refuse_room(path, f->fd, bytes, code, err);
    if (!code && file_head_write(f->fd))
        code = refuse_number(path, "cannot be written to", errno, err);
    if (code && f->kind == FILE_THERE && ftruncate(f->fd, f->size_before))
        refuse_number(path, "cannot be cut again", errno, err);
    if (code)
        return -1;
    f->filled = true;
    f->size_filled = f->size_before > (off_t)bytes ? f->size_before : (off_t)bytes;
    return 0;
}

int region_file_scratch(const struct region_file *f)
{
    struct region_file scratch = {.fd = -1, .dir = f->dir};
    struct region_request request = {.path = f->path};
    if (!make(&scratch, &request, NULL))
        return scratch.fd;
    if (scratch.fd >= 0)
        close(scratch.fd);
    return -1;
}

int region_file_open(struct region_file *f, const struct region_request *q, uint64_t bytes, struct error *err)
{
    if (region_file_look(f, q, err))
        return -1;
    int result = f->kind == FILE_NONE ? make(f, q, err) : 0;
    if (!result && f->kind != FILE_DEVICE)
        result = fill(f, q->path, bytes, err);
    if (result)
        region_file_close(f);
    return result;
}

/* Where there are no hard links, a private name is turned into the one asked for. */
static int give_name(struct region_file *f)
{
    char self[SELF_TEXT];
    snprintf(self, sizeof(self), "/proc/self/fd/%d", f->fd);
    if (!linkat(AT_FDCWD, self, f->dir, f->name, AT_SYMLINK_FOLLOW)) {
        if (f->kind == FILE_NAMED && is_at(f, f->made))
            unlinkat(f->dir, f->made, 0);
        return 0;
    }
    if (f->kind != FILE_NAMED || (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS))
        return -1;
    return renameat2(f->dir, f->made, f->dir, f->name, RENAME_NOREPLACE);
}

int region_file_keep(struct region_file *f, const char *path, struct error *err)
{
    struct stat st;
    if (fsync(f->fd) || fstat(f->fd, &st))
        return refuse_number(path, "cannot be kept", errno, err);
    bool there = f->kind == FILE_THERE;
    if (there && !is_at(f, f->name) && st.st_nlink)
        return refuse(
            path,
            "cannot be kept: it was given another name meanwhile, and what has its name now is left "
            "alone; run again with the name that is meant",
            err);
    if (!(there && is_at(f, f->name)) && give_name(f)) {
        if (errno == EEXIST)
            return refuse(path,
                          "cannot be kept: that name was taken meanwhile, and is left alone; name another "
                          "file",
                          err);
        if (there)
            return refuse(path, "cannot be kept: it was removed meanwhile; run again, or name a new file",
                          err);
        return refuse_number(path, "cannot be kept", errno, err);
    }
    f->kept = true;
    return 0;
}

/* Whether it is as we made it, but for the measured range: whoever wrote to it since, or cut it, has made it
 * theirs. */
static bool is_unchanged(const struct region_file *f)
{
    struct stat st;
    return !fstat(f->fd, &st) && st.st_size == f->size_filled &&
           file_head_look(f->fd, st.st_size) == HEAD_OURS;
}

bool region_file_close(struct region_file *f)
{
    if (!f->name[0]) /* never opened */
        return true;
    bool ours = f->kind != FILE_THERE || !f->filled || is_unchanged(f);
    if (f->kind == FILE_NAMED && !f->kept && is_at(f, f->made))
        unlinkat(f->dir, f->made, 0);
    if (f->kind == FILE_THERE && f->filled && ours && !f->kept && ftruncate(f->fd, f->size_before))
        f->kept = true; /* it stays as large as it is, with our header: the next run may use it */
    if (f->fd >= 0)
        close(f->fd);
    if (f->dir >= 0)
        close(f->dir);
    *f = (struct region_file){.fd = -1, .dir = -1};
    return ours;
}
