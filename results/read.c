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
#include "results/input.h"
#include "results/json.h"
#include "results/replay.h"

enum { MOST = INPUT_MOST, FIRST = 64 << 10, VALUES_MOST = 16 << 20, LISTS_MOST = 2 << 20 };

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

static int read_all(int fd, const char *file, struct text *text, struct error *err)
{
    bool large = input_is_large(fd);
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

/* In memory a value takes 40 bytes and an empty object 240: 256 MiB of nothing else would take 20 GiB. Marks
 * inside strings count too: a result has few. */
static int check_count(const char *text, size_t size, const char *file, struct error *err)
{
    size_t values = 0, lists = 0;
    for (size_t i = 0; i < size; i++) {
        values += text[i] == ',';
        lists += text[i] == '{' || text[i] == '[';
    }
    if (values <= VALUES_MOST && lists <= LISTS_MOST)
        return 0;
    return error_set(err, EXIT_CANNOT,
                     "%s: holds more than %d million %s: no result does; name a result.json", file,
                     (values > VALUES_MOST ? VALUES_MOST : LISTS_MOST) >> 20,
                     values > VALUES_MOST ? "values" : "lists and objects");
}

static json_t *parse(const char *text, size_t size, const char *file, struct error *err)
{
    json_error_t problem;
    json_t *document = json_loadb(text ? text : "", size, JSON_REJECT_DUPLICATES, &problem);
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

/* What a file says may reach a terminal in the error line: after the file's own name all but printable ASCII
 * becomes '?', as in reports. */
static void clean(struct error *err, const char *file)
{
    for (char *c = err->text + strnlen(err->text, strlen(file)); *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
}

json_t *result_parse(const char *text, size_t size, const char *file, struct error *err)
{
    struct error why = {0};
    json_t *document = NULL;
    if (!check_count(text, size, file, &why))
        document = accept((is_journal(file) ? journal_replay : parse)(text, size, file, &why), file, &why);
    if (document)
        return document;
    clean(&why, file);
    error_set(err, why.code, "%s", why.text);
    return NULL;
}

static json_t *read_open(int fd, const char *file, struct error *err)
{
    struct text text = {NULL, 0, 0};
    json_t *document = NULL;
    if (!read_all(fd, file, &text, err))
        document = result_parse(text.bytes, text.size, file, err);
    free(text.bytes);
    return document;
}

static json_t *read_file(const char *file, struct error *err)
{
    int fd = input_open(file, err);
    if (fd < 0)
        return NULL;
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

static json_int_t rounds_of(const json_t *document)
{
    json_int_t rounds = 0;
    size_t i;
    json_t *cell;
    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        rounds += json_integer_value(json_object_get(cell, "rounds"));
    }
    return rounds;
}

/* A run that went on after its interrupted result was written has more in its journal. */
static json_t *newer_of(json_t *result, const char *journal)
{
    struct error unheard = {0};
    const char *status = json_string_value(json_object_get(result, "status"));
    bool may_be = status && strcmp(status, "complete") && !access(journal, F_OK);
    json_t *later = may_be ? read_file(journal, &unheard) : NULL;
    bool more = later && rounds_of(later) > rounds_of(result);
    json_decref(more ? result : later);
    return more ? later : result;
}

static json_t *read_directory(const char *dir, struct error *err)
{
    char *result = join(dir, RESULT_FILE), *journal = join(dir, JOURNAL_FILE);
    json_t *document = NULL;
    struct stat status;
    if (!result || !journal)
        error_set(err, EXIT_CANNOT, "%s: out of memory; free some", dir);
    else if (!stat(result, &status) || errno != ENOENT)
        document = newer_of(read_file(result, err), journal);
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
