/* document.c - reads a file of JSON within bounds that no document of ours comes near */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/document.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "results/check.h"
#include "results/input.h"

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

static int read_all(int fd, const char *file, const struct document_kind *kind, struct text *text,
                    struct error *err)
{
    bool large = input_is_large(fd);
    for (;;) {
        if (large || text->size > MOST)
            return error_set(err, EXIT_CANNOT, "%s: is larger than 256 MiB: no %s is; name a %s", file,
                             kind->name, kind->file);
        if (text->size == text->room && grow(text))
            return error_set(err, EXIT_CANNOT, "%s: out of memory; free some", file);
        ssize_t n = read(fd, text->bytes + text->size, text->room - text->size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set(err, EXIT_CANNOT, "%s: cannot be read: %s; name a %s file or its directory",
                             file, strerror(errno), kind->name);
        if (n == 0)
            return 0;
        text->size += (size_t)n;
    }
}

/* In memory a value takes 40 bytes and an empty object 240: 256 MiB of nothing else would take 20 GiB. Marks
 * inside strings count too: a document has few. */
int document_count(const char *text, size_t size, const struct document_kind *kind, const char *file,
                   struct error *err)
{
    size_t values = 0, lists = 0;
    for (size_t i = 0; i < size; i++) {
        values += text[i] == ',';
        lists += text[i] == '{' || text[i] == '[';
    }
    if (values <= VALUES_MOST && lists <= LISTS_MOST)
        return 0;
    return error_set(err, EXIT_CANNOT, "%s: holds more than %d million %s: no %s does; name a %s", file,
                     (values > VALUES_MOST ? VALUES_MOST : LISTS_MOST) >> 20,
                     values > VALUES_MOST ? "values" : "lists and objects", kind->name, kind->file);
}

json_t *document_parse(const char *text, size_t size, const struct document_kind *kind, const char *file,
                       struct error *err)
{
    json_error_t problem;
    json_t *document = json_loadb(text ? text : "", size, JSON_REJECT_DUPLICATES, &problem);
    if (!document)
        error_set(err, EXIT_CANNOT, "%s:%d:%d: not JSON: %s; name a %s file or its directory", file,
                  problem.line, problem.column, problem.text, kind->name);
    else if (check_version(document, kind, file, err)) {
        json_decref(document);
        return NULL;
    }
    return document;
}

void document_fail(struct error *why, const char *file, struct error *err)
{
    for (char *c = why->text + strnlen(why->text, strlen(file)); *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    error_set(err, why->code, "%s", why->text);
}

static json_t *read_open(int fd, const char *file, const struct document_kind *kind, document_make *make,
                         struct error *err)
{
    struct text text = {NULL, 0, 0};
    json_t *document = NULL;
    if (!read_all(fd, file, kind, &text, err))
        document = make(text.bytes, text.size, file, err);
    free(text.bytes);
    return document;
}

json_t *document_read(const char *file, const struct document_kind *kind, document_make *make,
                      struct error *err)
{
    int fd = input_open(file, kind, err);
    if (fd < 0)
        return NULL;
    json_t *document = read_open(fd, file, kind, make, err);
    close(fd);
    return document;
}

char *document_path(const char *dir, const char *name)
{
    char *path = NULL;
    size_t length = strlen(dir);
    return asprintf(&path, "%s%s%s", dir, length && dir[length - 1] == '/' ? "" : "/", name) < 0 ? NULL
                                                                                                 : path;
}
