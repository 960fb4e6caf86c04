/* journal.c - what was measured so far, a line a cell, appended and synced while a run goes on */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
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

static int append_text(struct journal *j, const char *text, size_t size, struct error *err)
{
    int number = output_all(j->fd, text, size);
    if (!number) {
        j->size += (off_t)size;
        return 0;
    }
    /* A half line would spoil the next one. Where even this fails, the reader drops a torn last line. */
    if (ftruncate(j->fd, j->size))
        number = errno;
    return fail(err, j->dir, number);
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
    int status = failed ? fail(err, j->dir, ENOMEM) : append_text(j, text, size, err);
    free(text);
    return status;
}

static json_t *head_json(const struct result *head)
{
    struct object o = object_begin();
    object_put(&o, "schema", json_string(JOURNAL_SCHEMA));
    object_put(&o, "schema_version", json_integer(RESULT_VERSION));
    object_put(&o, "run", run_json(&head->run));
    object_put(&o, "machine", machine_json(&head->machine));
    object_put(&o, "region", region_json(&head->region));
    object_put(&o, "domain", domain_json(&head->domain));
    object_put(&o, "warnings",
               json_list(head->warnings, head->warning_count, sizeof(*head->warnings), warning_json));
    return object_end(&o);
}

static json_t *line_json(const char *name, json_t *value)
{
    struct object o = object_begin();
    object_put(&o, name, value);
    return object_end(&o);
}

/* Fills an open, empty journal with its head and makes file and name durable. */
static int begin(struct journal *j, int dir, const struct result *head, struct error *err)
{
    if (append_line(j, head_json(head), err) || journal_sync(j, err))
        return -1;
    return output_sync_directory(dir) ? fail(err, j->dir, errno) : 0;
}

static struct journal *create(const char *dir, int dir_fd, const struct result *head, struct error *err)
{
    size_t length = strlen(dir) + 1;
    struct journal *j = malloc(sizeof(*j) + length);
    if (!j) {
        fail(err, dir, ENOMEM);
        return NULL;
    }
    memcpy(j->dir, dir, length);
    j->size = 0;
    j->fd = openat(dir_fd, JOURNAL_FILE, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
    if (j->fd < 0) {
        fail(err, dir, errno);
        free(j);
        return NULL;
    }
    if (begin(j, dir_fd, head, err)) {
        journal_close(j);
        unlinkat(dir_fd, JOURNAL_FILE, 0);
        return NULL;
    }
    return j;
}

struct journal *journal_open(const char *dir, const struct result *head, struct error *err)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        fail(err, dir, errno);
        return NULL;
    }
    struct journal *j = create(dir, fd, head, err);
    close(fd);
    return j;
}

int journal_cell(struct journal *j, const struct result_cell *cell, struct error *err)
{
    return append_line(j, line_json("cell", cell_json(cell)), err);
}

int journal_controls(struct journal *j, const struct result_controls *controls, struct error *err)
{
    return append_line(j, line_json("controls", controls_json(controls)), err);
}

int journal_sync(struct journal *j, struct error *err)
{
    return fsync(j->fd) ? fail(err, j->dir, errno) : 0;
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
