/* write.c - puts the result file in place: whole, or not at all */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "results/file.h"
#include "results/json.h"
#include "results/output.h"

struct text {
    char *bytes;
    size_t size;
};

/* The document in memory, so that what can fail for want of memory fails before a file is touched. */
static int compose(const struct result *r, struct text *text, struct error *err)
{
    json_t *document = result_to_json(r);
    FILE *out = document ? open_memstream(&text->bytes, &text->size) : NULL;
    bool failed = !out || document_print(document, out);
    if (out && fclose(out))
        failed = true;
    json_decref(document);
    return failed ? error_set(err, EXIT_CANNOT, "%s: out of memory; run fewer cells", RESULT_FILE) : 0;
}

static int cannot_write(struct error *err, const char *dir, const char *name, int number)
{
    return error_set(err, EXIT_CANNOT, "%s/%s: cannot be written: %s; %s", dir, name, strerror(number),
                     output_advice(number));
}

/* Opens a name in the directory that nobody has: an earlier run may have died and left its own. */
static int open_temporary(int dir, char *name, size_t bytes)
{
    for (int i = 0; i < 100; i++) {
        snprintf(name, bytes, ".%s.%ld.%d.tmp", RESULT_FILE, (long)getpid(), i);
        int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* 0 or errno. Closes fd. */
static int fill(int fd, const struct text *text)
{
    int number = output_all(fd, text->bytes, text->size);
    if (!number && fsync(fd))
        number = errno;
    if (close(fd) && !number && errno != EINTR)
        number = errno;
    return number;
}

/* 0 or errno. */
static int replace(int dir, const struct text *text)
{
    char name[64];
    int fd = open_temporary(dir, name, sizeof(name));
    if (fd < 0)
        return errno;
    int number = fill(fd, text);
    if (!number && renameat(dir, name, dir, RESULT_FILE))
        number = errno;
    if (number)
        unlinkat(dir, name, 0);
    return number;
}

static int write_text(const struct text *text, const char *path, struct error *err)
{
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return cannot_write(err, path, RESULT_FILE, errno);
    int number = replace(dir, text), status = 0;
    if (number)
        status = cannot_write(err, path, RESULT_FILE, number);
    else if (output_sync_directory(dir))
        status = error_set(err, EXIT_CANNOT,
                           "%s/%s: is in place, but the directory could not be synced: %s; copy it", path,
                           RESULT_FILE, strerror(errno));
    close(dir);
    return status;
}

int result_write(const struct result *r, const char *dir, struct error *err)
{
    struct text text = {NULL, 0};
    int status = compose(r, &text, err);
    if (!status)
        status = write_text(&text, dir, err);
    free(text.bytes);
    return status;
}
