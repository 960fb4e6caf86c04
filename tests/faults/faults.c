/* faults.c - the system calls of a run, as they are or with the fault that they meet: preloaded by tests */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/faults/faults.h"

enum { STREAMS_MOST = 8 };

/* A stream whose writes come by here: those inside libc cannot be intercepted. */
struct stream {
    FILE *file;
    int fd;
};

static struct stream streams[STREAMS_MOST];

/* One system call, as the program asked for it. */
struct call {
    long number, arguments[5];
};

/* The name within the folder under test, "." for itself, or NULL: not in it. */
static const char *inside(const char *path)
{
    size_t length = strlen(fault_dir());
    if (!length || strncmp(path, fault_dir(), length) || (path[length] && path[length] != '/'))
        return NULL;
    return path[length] ? path + length + 1 : ".";
}

static const char *inside_fd(int fd, char path[PATH_MAX])
{
    char link[64];
    if (!*fault_dir())
        return NULL;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    int saved = errno;
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    errno = saved;
    path[length > 0 ? length : 0] = '\0';
    return inside(path);
}

/* Of a name relative to dir_fd; its folder exists, itself need not. */
static const char *inside_at(int dir_fd, const char *name, char path[PATH_MAX])
{
    char joined[2 * PATH_MAX], folder[PATH_MAX], base[PATH_MAX], real[PATH_MAX];
    if (!*fault_dir())
        return NULL;
    int saved = errno;
    *base = '\0';
    if (*name != '/' && dir_fd != AT_FDCWD)
        inside_fd(dir_fd, base);
    snprintf(joined, sizeof(joined), "%s%s%s", base, *base ? "/" : "", name);
    snprintf(folder, sizeof(folder), "%.*s", PATH_MAX - 1, joined);
    const char *parent = realpath(dirname(folder), real);
    errno = saved;
    if (!parent || snprintf(path, PATH_MAX, "%s/%s", parent, basename(joined)) >= PATH_MAX)
        return NULL;
    return inside(path);
}

static long issue(const struct call *c)
{
    const long *a = c->arguments;
    return syscall(c->number, a[0], a[1], a[2], a[3], a[4]);
}

static long long journal_size(void)
{
    char path[PATH_MAX + 32];
    struct stat status;
    snprintf(path, sizeof(path), "%s/journal.jsonl", fault_dir());
    return stat(path, &status) ? -1 : (long long)status.st_size;
}

/* Tells the log; result and errno stay as they are. */
static long told(enum fault_kind kind, const char *name, const struct call *c, long result)
{
    char line[PATH_MAX + 128];
    int number = errno;
    if (fault_log() >= 0) {
        int length = snprintf(line, sizeof(line), "%s %s %ld %ld %d %lld\n", fault_kinds[kind], name,
                              kind == FAULT_WRITE ? c->arguments[2] : 0, result, result < 0 ? number : 0,
                              journal_size());
        syscall(SYS_write, fault_log(), line, (size_t)length);
    }
    errno = number;
    return result;
}

/* Of one byte the half is that byte. */
static void halve(struct call *c)
{
    c->arguments[2] -= c->arguments[2] / 2;
}

static long fail(const struct fault *f, struct call *c, bool second)
{
    if (f->half && !second) {
        halve(c);
        return issue(c);
    }
    if (f->kind == FAULT_CLOSE || f->after)
        issue(c);
    errno = f->number;
    return -1;
}

static void kill_here(const struct fault *f, const char *name, struct call *c)
{
    if (f->half)
        halve(c);
    if (f->half || f->after)
        told(f->kind, name, c, issue(c));
    syscall(SYS_kill, getpid(), SIGKILL);
}

static long send_signal(const struct fault *f, const struct call *c)
{
    if (!f->after)
        kill(getpid(), f->number);
    long result = issue(c);
    int number = errno;
    if (f->after)
        kill(getpid(), f->number);
    errno = number;
    return result;
}

/* Whatever signals come. */
static void sleep_long(void)
{
    struct timespec left = {.tv_sec = 4};
    while (nanosleep(&left, &left) && errno == EINTR)
        continue;
}

/* Carries an operation on `name` (NULL: not in the folder under test) out, or what befalls it. */
static long operate(enum fault_kind kind, const char *name, struct call c)
{
    bool second = false;
    const struct fault *f = name ? fault_meet(kind, name, &second) : NULL;
    long result;
    if (!name)
        return issue(&c);
    if (f && f->deed == DEED_KILL)
        kill_here(f, name, &c);
    if (f && f->deed == DEED_SLOW)
        sleep_long();
    if (f && f->deed == DEED_SIGNAL)
        result = send_signal(f, &c);
    else if (f && f->deed == DEED_SHORT) {
        halve(&c);
        result = issue(&c);
    } else
        result = f && f->deed == DEED_FAIL ? fail(f, &c, second) : issue(&c);
    return told(kind, name, &c, result);
}

static long operate_fd(enum fault_kind kind, int fd, struct call c)
{
    char path[PATH_MAX];
    return operate(kind, inside_fd(fd, path), c);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    return operate_fd(FAULT_WRITE, fd, (struct call){SYS_write, {fd, (long)bytes, (long)size}});
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    return operate_fd(FAULT_WRITE, fd, (struct call){SYS_pwrite64, {fd, (long)bytes, (long)size, at}});
}

int fsync(int fd)
{
    return (int)operate_fd(FAULT_FSYNC, fd, (struct call){SYS_fsync, {fd}});
}

int fdatasync(int fd)
{
    return (int)operate_fd(FAULT_FSYNC, fd, (struct call){SYS_fdatasync, {fd}});
}

int ftruncate(int fd, off_t size)
{
    return (int)operate_fd(FAULT_TRUNCATE, fd, (struct call){SYS_ftruncate, {fd, size}});
}

int close(int fd)
{
    return (int)operate_fd(FAULT_CLOSE, fd, (struct call){SYS_close, {fd}});
}

/* A rename counts under the name that it makes. */
int renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    char path[PATH_MAX];
    return (int)operate(FAULT_RENAME, inside_at(to, new, path),
                        (struct call){SYS_renameat2, {from, (long)old, to, (long)new, flags}});
}

int renameat(int from, const char *old, int to, const char *new)
{
    return renameat2(from, old, to, new, 0);
}

int rename(const char *old, const char *new)
{
    return renameat2(AT_FDCWD, old, AT_FDCWD, new, 0);
}

int unlinkat(int dir, const char *name, int flags)
{
    char path[PATH_MAX];
    return (int)operate(FAULT_UNLINK, inside_at(dir, name, path),
                        (struct call){SYS_unlinkat, {dir, (long)name, flags}});
}

int unlink(const char *name)
{
    return unlinkat(AT_FDCWD, name, 0);
}

static int open_file(int dir, const char *name, int flags, mode_t mode)
{
    char path[PATH_MAX];
    return (int)operate(FAULT_OPEN, flags & (O_CREAT | O_WRONLY | O_RDWR) ? inside_at(dir, name, path) : NULL,
                        (struct call){SYS_openat, {dir, (long)name, flags, mode}});
}

int openat(int dir, const char *name, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_file(dir, name, flags, mode);
}

int open(const char *name, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_file(AT_FDCWD, name, flags, mode);
}

/* As libc's own streams: on through short writes, and any error ends it. */
static ssize_t stream_write(void *cookie, const char *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = write(((struct stream *)cookie)->fd, bytes + done, size - done);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

static int stream_close(void *cookie)
{
    struct stream *s = cookie;
    s->file = NULL;
    return close(s->fd);
}

static FILE *stream_open(int fd)
{
    static const cookie_io_functions_t functions = {.write = stream_write, .close = stream_close};
    struct stream *s = streams;
    while (s < streams + STREAMS_MOST && s->file)
        s++;
    if (s == streams + STREAMS_MOST)
        fault_not_understood("too many streams", "");
    s->fd = fd;
    s->file = fopencookie(s, "w", functions);
    return s->file;
}

static void *libc(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        fault_not_understood("libc has no", name);
    return found;
}

FILE *fopen(const char *name, const char *mode)
{
    char path[PATH_MAX];
    if (!strchr("wa", *mode) || !inside_at(AT_FDCWD, name, path))
        return ((FILE * (*)(const char *, const char *)) libc("fopen"))(name, mode);
    int flags = O_WRONLY | O_CREAT | (*mode == 'a' ? O_APPEND : O_TRUNC) | (strchr(mode, 'x') ? O_EXCL : 0);
    int fd = open(name, flags, 0666);
    return fd < 0 ? NULL : stream_open(fd);
}

FILE *fdopen(int fd, const char *mode)
{
    char path[PATH_MAX];
    if (!strchr("wa", *mode) || !inside_fd(fd, path))
        return ((FILE * (*)(int, const char *)) libc("fdopen"))(fd, mode);
    return stream_open(fd);
}

int fileno(FILE *file)
{
    for (const struct stream *s = streams; s < streams + STREAMS_MOST; s++)
        if (s->file == file)
            return s->fd;
    return ((int (*)(FILE *))libc("fileno"))(file);
}
