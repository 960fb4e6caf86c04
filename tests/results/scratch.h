/* scratch.h - a directory of a test's own, and whole files in it */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_RESULTS_SCRATCH_H
#define TESTS_RESULTS_SCRATCH_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SCRATCH_PATH = 4096 };

static inline void scratch_check(int ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    abort();
}

static inline void scratch_open(char *dir)
{
    const char *parent = getenv("TMPDIR");
    snprintf(dir, SCRATCH_PATH / 2, "%s/pmembench-results-XXXXXX", parent && *parent ? parent : "/tmp");
    scratch_check(mkdtemp(dir) != NULL, dir);
}

/* How many names it holds; the last one seen goes into `name` (may be NULL). */
static inline unsigned scratch_names(const char *dir, char *name, size_t bytes)
{
    unsigned count = 0;
    DIR *d = opendir(dir);
    scratch_check(d != NULL, dir);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        count++;
        if (name)
            snprintf(name, bytes, "%s", e->d_name);
    }
    closedir(d);
    return count;
}

static inline const char *scratch_path(const char *dir, const char *name, char *path)
{
    snprintf(path, SCRATCH_PATH, "%s/%s", dir, name);
    return path;
}

static inline void scratch_close(const char *dir)
{
    char name[256], path[SCRATCH_PATH];
    while (scratch_names(dir, name, sizeof(name)))
        scratch_check(!remove(scratch_path(dir, name, path)), path);
    scratch_check(!rmdir(dir), dir);
}

static inline void scratch_write(const char *path, const void *bytes, size_t size)
{
    FILE *f = fopen(path, "w");
    scratch_check(f && fwrite(bytes, 1, size, f) == size && !fclose(f), path);
}

/* The file's bytes, ended by 0; the caller frees them. */
static inline char *scratch_read(const char *path, size_t *size)
{
    FILE *f = fopen(path, "r");
    scratch_check(f && !fseek(f, 0, SEEK_END), path);
    long length = ftell(f);
    rewind(f);
    char *bytes = malloc((size_t)length + 1);
    scratch_check(bytes && fread(bytes, 1, (size_t)length, f) == (size_t)length, path);
    fclose(f);
    bytes[length] = '\0';
    if (size)
        *size = (size_t)length;
    return bytes;
}

#endif
