/* region_file.h - opens the file under test so that nobody's data can be touched */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REGION_FILE_H
#define BENCH_REGION_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "bench/region_head.h"

struct region_request;

enum file_kind {
    FILE_NONE,
    FILE_NAMELESS, /* O_TMPFILE: it has no name, unless it is kept */
    FILE_UNLINKED, /* made under a private name where O_TMPFILE does not work, and that taken away at once */
    FILE_NAMED,    /* the same, to be kept: it has the private name until then */
    FILE_THERE,    /* was there: empty, or of an earlier kept run */
    FILE_DEVICE    /* /dev/daxX.Y */
};

enum { FILE_MADE = 32 };

struct region_file {
    enum file_kind kind;
    const char *path; /* as asked for; not owned */
    int fd, dir;      /* of the file, and of the folder that `name` is in; valid unless FILE_NONE */
    char name[NAME_MAX + 1];
    char made[FILE_MADE]; /* the private name, by chance */
    dev_t dev;
    ino_t ino;
    off_t size_before, size_filled; /* of FILE_THERE; of what was made */
    bool filled, kept;              /* written to; to stay */
};

/* Looks at the path and opens what may be used, without making or writing anything: kind FILE_THERE or
 * FILE_DEVICE with `fd` open for reading and writing, or FILE_NONE with fd -1 when the name is free. A file
 * that is there is looked at through a descriptor that can neither read nor write (O_PATH | O_NOFOLLOW), then
 * only by that descriptor: only a regular file with one name, that is empty or begins as ours do
 * (bench/region_head.h), is opened. What is opened is locked (flock) against another run. -1 with err. Close
 * with region_file_close. */
int region_file_look(struct region_file *f, const struct region_request *q, struct error *err);

/* region_file_look, then a new file where the name is free; allocates `bytes` and writes the header (not on a
 * device). -1 with err; nothing is then left behind. */
int region_file_open(struct region_file *f, const struct region_request *q, uint64_t bytes,
                     struct error *err);

/* The same file opened once more, whatever its name leads to now. -1 with errno. */
int region_file_again(int fd, int flags);

/* Another new file in the folder of this one, empty and without a name: O_TMPFILE, else one that loses its
 * private name at once. The caller closes it. -1 with errno. */
int region_file_scratch(const struct region_file *f);

/* Gives the file its name for good, unless somebody else's has it now, or it was there and its name was taken
 * away. -1 with err. */
int region_file_keep(struct region_file *f, const char *path, struct error *err);

/* Puts back what was there, takes away what is not kept, closes. False: a file that was there is left as it
 * is, because somebody cut it or wrote to it meanwhile, outside of the measured range. */
bool region_file_close(struct region_file *f);

#endif
