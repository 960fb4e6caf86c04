/* region_file.h - opens the file under test so that nobody's data can be touched */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REGION_FILE_H
#define BENCH_REGION_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct region_request;

enum file_kind {
    FILE_NONE,
    FILE_NAMELESS, /* O_TMPFILE: it has no name, unless it is kept */
    FILE_UNLINKED, /* made by name where O_TMPFILE does not work, and its name taken away at once */
    FILE_NAMED,    /* the same, to be kept: the name stays */
    FILE_THERE,    /* was there: empty, or of an earlier kept run */
    FILE_DEVICE    /* /dev/daxX.Y */
};

struct region_file {
    enum file_kind kind;
    int fd, dir; /* of the file, and of the folder that `name` is in; valid unless FILE_NONE */
    char name[NAME_MAX + 1];
    dev_t dev;
    ino_t ino;
    off_t size_before, size_filled; /* of FILE_THERE; of what was made */
    bool filled, kept;              /* written to; to stay */
};

/* A file of ours begins with this text, a version, and zeros up to FILE_HEADER bytes. The measured range
 * begins further on, at FILE_START (kernels/stream.h). */
#define FILE_MAGIC "pmembench region\n"
enum { FILE_VERSION = 1, FILE_HEADER = 4096 };

/* Looks at the path and opens what may be used, without making or writing anything: kind FILE_THERE or
 * FILE_DEVICE with `fd` open for reading and writing, or FILE_NONE with fd -1 when the name is free. A file
 * that is there is looked at through a descriptor that can neither read nor write (O_PATH | O_NOFOLLOW), then
 * only by that descriptor: only a regular file with one name, that is empty or begins with our header, is
 * opened, and is locked (flock) against another run. -1 with err. Close with region_file_close. */
int region_file_look(struct region_file *f, const struct region_request *q, struct error *err);

/* region_file_look, then a new file where the name is free; allocates `bytes` and writes the header (not on a
 * device). -1 with err; nothing is then left behind. */
int region_file_open(struct region_file *f, const struct region_request *q, uint64_t bytes,
                     struct error *err);

/* Gives the file its name for good, unless somebody else's has it now. -1 with err. */
int region_file_keep(struct region_file *f, const char *path, struct error *err);

/* Puts back what was there, takes away what is not kept, closes. */
void region_file_close(struct region_file *f);

#endif
