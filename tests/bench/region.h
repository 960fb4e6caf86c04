/* region.h - what the tests of the memory under test share: a folder of their own, and how a refusal looks */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_BENCH_REGION_H
#define TESTS_BENCH_REGION_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/signals.h"
#include "bench/region.h"
#include "kernels/stream.h"

enum { MIB = 1 << 20, BYTES = 4 * MIB };

static char home[64]; /* an empty folder that each test works in */

static inline int enter(void **state)
{
    (void)state;
    snprintf(home, sizeof(home), "/tmp/pmembench-region-XXXXXX");
    return mkdtemp(home) && !chdir(home) ? 0 : -1;
}

static inline int leave(void **state)
{
    char command[96];
    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", home);
    return chdir("/") || system(command);
}

static inline struct region_request request(const char *path)
{
    return (struct region_request){
        .path = path, .bytes = BYTES, .node = -1, .hypervisor = "none", .sys_root = "/sys"};
}

static inline void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static inline unsigned entries(void)
{
    unsigned count = 0;
    DIR *dir = opendir(".");
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

/* Both ways in refuse with one line that has `word`, and the thing at `path` is as it was. */
static inline void is_refused(const struct region_request *q, const char *word)
{
    struct stat before, after;
    struct region r;
    bool there = !lstat(q->path, &before);
    unsigned count = entries();
    for (int i = 0; i < 2; i++) {
        struct error err = {0};
        assert_int_equal(i ? region_check(q, &err) : region_open(&r, q, &err), -1);
        assert_int_equal(err.code, EXIT_CANNOT);
        if (!strstr(err.text, word) || !strstr(err.text, "--path"))
            fail_msg("no '%s' in: %s", word, err.text);
        assert_null(strchr(err.text, '\n'));
    }
    assert_int_equal(entries(), count);
    assert_int_equal(!lstat(q->path, &after), there);
    if (!there)
        return;
    assert_int_equal(after.st_size, before.st_size);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_memory_equal(&after.st_mtim, &before.st_mtim, sizeof(after.st_mtim));
    assert_memory_equal(&after.st_ctim, &before.st_ctim, sizeof(after.st_ctim));
    assert_memory_equal(&after.st_atim, &before.st_atim, sizeof(after.st_atim));
}

static inline void path_is_refused(const char *path, const char *word)
{
    struct region_request q = request(path);
    is_refused(&q, word);
}

static inline void opens(struct region *r, const struct region_request *q)
{
    struct error err = {0};
    if (region_open(r, q, &err))
        fail_msg("%s", err.text);
    assert_true(r->bytes >= q->bytes);
    assert_false(signals_bus(NULL));
    for (uint64_t i = FILE_START; i < r->bytes; i += 4096)
        r->base[i + 4095]++;
}

static inline bool has_header(const char *path)
{
    char text[sizeof(FILE_MAGIC)] = {0};
    int fd = open(path, O_RDONLY);
    ssize_t got = fd < 0 ? -1 : pread(fd, text, sizeof(FILE_MAGIC) - 1, 0);
    if (fd >= 0)
        close(fd);
    return got == sizeof(FILE_MAGIC) - 1 && !strcmp(text, FILE_MAGIC);
}

static inline void keep_one(const char *path, bool no_tmpfile)
{
    struct region_request q = request(path);
    struct error err = {0};
    struct region r;
    q.keep = true;
    q.no_tmpfile = no_tmpfile;
    opens(&r, &q);
    assert_int_equal(region_keep(&r, path, &err), 0);
    region_close(&r);
    assert_true(has_header(path));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter, leave)

#endif
