/* read.c - a result file, or what an interrupted run left, as a document that reports can rely on */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "results/check.h"
#include "results/file.h"
#include "results/json.h"
#include "results/replay.h"

enum { MOST = 256 << 20, FIRST = 64 << 10 };

struct text {
    char *bytes;
    size_t size, room;
};

/* Room for more, doubling. One byte beyond MOST tells a file of that size from a larger one. */
static int grow(struct text *text)
{
    size_t room = text->room ? text->room * 2 : FIRST;
    char *bytes = realloc(text->bytes, room > MOST ? MOST + 1 : room);
    if (!bytes)
        return -1;
    text->bytes = bytes;
    text->room = room > MOST ? MOST + 1 : room;
    return 0;
}

/* Known to be too large before it is read; a pipe is found out on the way. */
static bool is_large(int fd)
{
    struct stat status;
    return !fstat(fd, &status) && S_ISREG(status.st_mode) && status.st_size > MOST;
}

static int read_all(int fd, const char *file, struct text *text, struct error *err)
{
    bool large = is_large(fd);
    for (;;) {
        if (large || text->size > MOST)
            return error_set(err, EXIT_CANNOT, "%s: is larger than 256 MiB: no result is; name a result.json",
                             file);
        if (text->size == text->room && grow(text))
            return error_set(err, EXIT_CANNOT, "%s: out of memory; free some", file);
        ssize_t n = read(fd, text->bytes + text->size, text->room - text->size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set(err, EXIT_CANNOT, "%s: cannot be read: %s; name a result file or its directory",
                             file, strerror(errno));
        if (n == 0)
            return 0;
        text->size += (size_t)n;
    }
}

static json_t *parse(const char *text, size_t size, const char *file, struct error *err)
{
    json_error_t problem;
    json_t *document = json_loadb(text, size, 0, &problem);
    if (!document)
        error_set(err, EXIT_CANNOT, "%s:%d:%d: not JSON: %s; name a result file or its directory", file,
                  problem.line, problem.column, problem.text);
    else if (check_version(document, RESULT_SCHEMA, file, err)) {
        json_decref(document);
        return NULL;
    }
    return document;
}

/* An axis that came after the file was written stood at its default. */
static int fill_axes(json_t *document)
{
    size_t i;
    json_t *cell;
    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        for (int a = 0; a < AXES; a++) {
            const char *member = axis_member((enum axis_id)a);
            if (!json_object_get(cell, member) &&
                json_object_set_new(cell, member, json_string(axis_info((enum axis_id)a)->standard)))
                return -1;
        }
    }
    return 0;
}

static json_t *accept(json_t *document, const char *file, struct error *err)
{
    if (!document)
        return NULL;
    int status = check_document(document, file, err);
    if (!status && fill_axes(document))
        status = error_set(err, EXIT_CANNOT, "%s: out of memory; free some", file);
    if (!status)
        return document;
    json_decref(document);
    return NULL;
}

static bool is_journal(const char *file)
{
    const char *slash = strrchr(file, '/');
    return !strcmp(slash ? slash + 1 : file, JOURNAL_FILE);
}

static json_t *read_open(int fd, const char *file, struct error *err)
{
    struct text text = {NULL, 0, 0};
    json_t *document = NULL;
    if (!read_all(fd, file, &text, err))
        document = (is_journal(file) ? journal_replay : parse)(text.bytes, text.size, file, err);
    free(text.bytes);
    return accept(document, file, err);
}

static json_t *read_file(const char *file, struct error *err)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        error_set(err, EXIT_CANNOT,
                  "%s: cannot be read: %s; name a result file or the --out directory of a run", file,
                  strerror(errno));
        return NULL;
    }
    json_t *document = read_open(fd, file, err);
    close(fd);
    return document;
}

static char *join(const char *dir, const char *name)
{
    char *path = NULL;
    size_t length = strlen(dir);
    return asprintf(&path, "%s%s%s", dir, length && dir[length - 1] == '/' ? "" : "/", name) < 0 ? NULL
                                                                                                 : path;
}

static json_t *read_directory(const char *dir, struct error *err)
{
    char *result = join(dir, RESULT_FILE), *journal = join(dir, JOURNAL_FILE);
    json_t *document = NULL;
    struct stat status;
    if (!result || !journal)
        error_set(err, EXIT_CANNOT, "%s: out of memory; free some", dir);
    else if (!stat(result, &status) || errno != ENOENT)
        document = read_file(result, err);
    else if (!stat(journal, &status) || errno != ENOENT)
        document = read_file(journal, err);
    else
        error_set(err, EXIT_CANNOT, "%s: holds neither %s nor %s; name the --out directory of a run", dir,
                  RESULT_FILE, JOURNAL_FILE);
    free(result);
    free(journal);
    return document;
}

json_t *result_read(const char *file_or_dir, struct error *err)
{
    struct stat status;
    if (!stat(file_or_dir, &status) && S_ISDIR(status.st_mode))
        return read_directory(file_or_dir, err);
    return read_file(file_or_dir, err);
}
