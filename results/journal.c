/* journal.c - what was measured so far, a line a visit, appended and synced while a run goes on */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "results/file.h"
#include "results/json.h"
#include "results/output.h"

struct journal {
    int fd;
    off_t size; /* of the lines that are whole */
    char dir[];
};

static int fail(struct error *err, const char *dir, int number)
{
    return error_set(err, EXIT_CANNOT, "%s/%s: cannot be written: %s; %s", dir, JOURNAL_FILE,
                     strerror(number), output_advice(number));
}

/* Once lines are there another folder does not help: they are kept, and the run can go on. */
static int fail_line(struct error *err, const struct journal *j, int number)
{
    bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
    if (!j->size)
        return fail(err, j->dir, number);
    return error_set(err, EXIT_CANNOT,
                     "%s/%s: cannot be written: %s; what was measured before is in it: %s, then go on with "
                     "pmembench run --resume %s",
                     j->dir, JOURNAL_FILE, strerror(number), full ? "free space" : "look after the disk",
                     j->dir);
}

static int append_text(struct journal *j, const char *text, size_t size, struct error *err)
{
    int number = output_all(j->fd, text, size);
    if (!number) {
        j->size += (off_t)size;
        return 0;
    }
    /* A half line would spoil the next one. Where even this fails, the reader drops a torn last line. */
    int ignored = ftruncate(j->fd, j->size); /* the reason of the write is the one to tell */
    (void)ignored;
    return fail_line(err, j, number);
}

/* Takes over `line`. */
static int append_line(struct journal *j, json_t *line, struct error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = line ? open_memstream(&text, &size) : NULL;
    bool failed = !out || json_dumpf(line, out, document_flags()) || fputc('\n', out) == EOF;
    if (out && fclose(out))
        failed = true;
    json_decref(line);
    int status = failed ? fail_line(err, j, ENOMEM) : append_text(j, text, size, err);
    free(text);
    return status;
}

static json_t *head_json(const struct result *head, json_t *request)
{
    struct object o = object_begin();
    object_put(&o, "schema", json_string(JOURNAL_SCHEMA));
    object_put(&o, "schema_version", json_integer(RESULT_VERSION));
    object_put(&o, "request", request);
    object_put(&o, "run", run_json(&head->run));
    object_put(&o, "machine", machine_json(&head->machine));
    object_put(&o, "region", region_json(&head->region));
    object_put(&o, "domain", domain_json(&head->domain));
    object_put(&o, "warnings",
               json_list(head->warnings, head->warning_count, sizeof(*head->warnings), warning_json));
    return object_end(&o);
}

static int sync_lines(struct journal *j, struct error *err)
{
    return output_sync(j->fd) ? fail_line(err, j, errno) : 0;
}

/* Fills an open, empty journal with its head and makes file and name durable. */
static int begin(struct journal *j, int dir, json_t *head, struct error *err)
{
    if (append_line(j, head, err) || sync_lines(j, err))
        return -1;
    return output_sync_directory(dir) ? fail(err, j->dir, errno) : 0;
}

static struct journal *allocate(const char *dir, int fd, struct error *err)
{
    size_t length = strlen(dir) + 1;
    struct journal *j = malloc(sizeof(*j) + length);
    if (!j) {
        fail(err, dir, ENOMEM);
        close(fd);
        return NULL;
    }
    *j = (struct journal){.fd = fd};
    memcpy(j->dir, dir, length);
    return j;
}

/* One writer only: a second run that goes on with a journal in use would mix its lines with the first one's.
 */
static int lock(const struct journal *j, struct error *err)
{
    if (!flock(j->fd, LOCK_EX | LOCK_NB))
        return 0;
    return error_set(err, EXIT_CANNOT, "%s/%s: %s; wait for that run to end", j->dir, JOURNAL_FILE,
                     errno == EWOULDBLOCK ? "another process is writing it" : strerror(errno));
}

static struct journal *create(const char *dir, int dir_fd, json_t *head, struct error *err)
{
    int fd = openat(dir_fd, JOURNAL_FILE, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0) {
        fail(err, dir, errno);
        json_decref(head);
        return NULL;
    }
    struct journal *j = allocate(dir, fd, err);
    bool locked = j && !lock(j, err);
    if (!locked)
        json_decref(head);
    else if (!begin(j, dir_fd, head, err))
        return j;
    journal_close(j);
    unlinkat(dir_fd, JOURNAL_FILE, 0);
    return NULL;
}

static int open_directory(const char *dir, struct error *err)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        fail(err, dir, errno);
    return fd;
}

struct journal *journal_open(const char *dir, const struct result *head, json_t *request, struct error *err)
{
    json_t *line = head_json(head, request);
    int fd = open_directory(dir, err);
    if (fd < 0) {
        json_decref(line);
        return NULL;
    }
    struct journal *j = create(dir, fd, line, err);
    close(fd);
    return j;
}

static int cut(struct journal *j, uint64_t whole, struct error *err)
{
    j->size = (off_t)whole;
    return ftruncate(j->fd, j->size) ? fail(err, j->dir, errno) : sync_lines(j, err);
}

/* Before it was locked, another process may have gone on with this run, or ended it. */
static int still_ends_at(const struct journal *j, uint64_t whole, struct error *err)
{
    uint64_t now;
    json_t *again = journal_read(j->dir, &now, err);
    int status = again ? 0 : -1;
    if (again && now != whole)
        status = error_set(err, EXIT_CANNOT,
                           "%s/%s: another process went on with this run meanwhile; use --resume again",
                           j->dir, JOURNAL_FILE);
    json_decref(again);
    return status;
}

struct journal *journal_reopen(const char *dir, uint64_t whole, struct error *err)
{
    int dir_fd = open_directory(dir, err);
    if (dir_fd < 0)
        return NULL;
    int fd = openat(dir_fd, JOURNAL_FILE, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    close(dir_fd);
    if (fd < 0) {
        fail(err, dir, errno);
        return NULL;
    }
    struct journal *j = allocate(dir, fd, err);
    if (j && !lock(j, err) && !still_ends_at(j, whole, err) && !cut(j, whole, err))
        return j;
    journal_close(j);
    return NULL;
}

static json_t *cells_json(const struct journal_visit *visit)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < visit->cell_count; i++)
        if (json_array_append_new(list, cell_json(visit->cells[i]))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *visit_json(const struct journal_visit *visit)
{
    struct object v = object_begin(), line = object_begin();
    object_put(&v, "group", json_text(visit->group));
    object_put(&v, "measured_s", json_number(visit->measured_s));
    object_put(&v, "written", json_count(visit->written));
    object_put(&v, "cells", cells_json(visit));
    object_put(&v, "controls", controls_json(visit->controls));
    object_put(&v, "state", visit->state);
    object_put(&line, "visit", object_end(&v));
    return object_end(&line);
}

int journal_visit(struct journal *j, const struct journal_visit *visit, struct error *err)
{
    off_t before = j->size;
    if (append_line(j, visit_json(visit), err))
        return -1;
    if (!sync_lines(j, err))
        return 0;
    /* What may or may not be on the disk is not promised: it goes, as far as that can be done. */
    if (!ftruncate(j->fd, before))
        j->size = before;
    return -1;
}

void journal_close(struct journal *j)
{
    if (!j)
        return;
    close(j->fd);
    free(j);
}

void journal_remove(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    unlinkat(fd, JOURNAL_FILE, 0);
    close(fd);
}
