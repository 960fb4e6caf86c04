/* journal_read.c - a journal's visits in order, for a run that goes on */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "results/check.h"
#include "results/file.h"
#include "results/input.h"
#include "results/json.h"

struct reading {
    char *file;
    FILE *in;
    struct error *err;
    json_t *head, *visits;
    uint64_t whole; /* bytes of the lines that could be read */
    unsigned line;
    bool torn;
};

static int damaged(struct reading *r, const char *what)
{
    return error_set(r->err, EXIT_CANNOT, "%s:%u: %s; that run cannot go on: run anew", r->file, r->line,
                     what);
}

static int no_memory(struct reading *r)
{
    return error_set(r->err, EXIT_CANNOT, "%s: out of memory; free some", r->file);
}

/* Whether a visit has what going on needs, of the right kinds; its state is the caller's to check. */
static bool is_visit(const json_t *visit)
{
    return json_is_string(json_object_get(visit, "group")) &&
           json_is_number(json_object_get(visit, "measured_s")) &&
           json_is_array(json_object_get(visit, "cells")) && json_is_object(json_object_get(visit, "state"));
}

static int take(struct reading *r, json_t *line)
{
    json_t *visit = json_object_get(line, "visit");
    if (!r->head) {
        r->head = json_incref(line);
        if (check_version(line, document_journal(), r->file, r->err))
            return -1;
        return json_is_object(json_object_get(line, "request")) ? 0 : damaged(r, "its head names no request");
    }
    if (!is_visit(visit))
        return damaged(r, "is no whole visit of a group");
    return json_array_append(r->visits, visit) ? no_memory(r) : 0;
}

/* A last line that is not whole was being written when the run died. */
static int take_text(struct reading *r, const char *text, size_t size)
{
    json_error_t problem;
    bool ended = size && text[size - 1] == '\n';
    json_t *line = ended ? json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem) : NULL;
    int status = 0;
    r->line++;
    if (line)
        status = take(r, line);
    else if (r->head && (!ended || getc(r->in) == EOF))
        r->torn = true;
    else
        status = damaged(r, ended ? "is not JSON" : "is torn, and the first line");
    if (line && !status)
        r->whole += size;
    json_decref(line);
    return status;
}

static int read_lines(struct reading *r)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t size = 0;
    int status = 0;
    while (!status && !r->torn && (size = getline(&text, &room, r->in)) > 0)
        status = take_text(r, text, (size_t)size);
    free(text);
    if (!status && ferror(r->in))
        status = error_set(r->err, EXIT_CANNOT, "%s: cannot be read: %s", r->file, strerror(errno));
    if (!status && !r->head)
        status =
            error_set(r->err, EXIT_CANNOT,
                      "%s: is empty: nothing of that run was kept; run anew with another --out", r->file);
    return status;
}

static int open_lines(struct reading *r)
{
    int fd = input_open(r->file, document_journal(), r->err);
    if (fd < 0)
        return -1;
    r->in = fdopen(fd, "r");
    if (!r->in) {
        close(fd);
        return no_memory(r);
    }
    return input_is_large(fd)
               ? error_set(r->err, EXIT_CANNOT, "%s: is larger than 256 MiB: no journal is", r->file)
               : 0;
}

static json_t *found(struct reading *r)
{
    json_t *all = json_pack("{s:O, s:O, s:b}", "head", r->head, "visits", r->visits, "torn", r->torn);
    if (!all)
        no_memory(r);
    return all;
}

json_t *journal_read(const char *dir, uint64_t *whole, struct error *err)
{
    struct reading r = {.err = err, .visits = json_array()};
    json_t *all = NULL;
    if (asprintf(&r.file, "%s/%s", dir, JOURNAL_FILE) < 0 || !r.visits) {
        error_set(err, EXIT_CANNOT, "%s: out of memory; free some", dir);
        r.file = NULL;
    } else if (!open_lines(&r) && !read_lines(&r)) {
        all = found(&r);
    }
    *whole = r.whole;
    if (r.in)
        fclose(r.in);
    json_decref(r.head);
    json_decref(r.visits);
    free(r.file);
    return all;
}
