/* sys_blocks.c - the scratch file: cut before appends, its blocks made unwritten again, its data read back */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "kernels/sys_cell.h"

enum { PAGE = 4096 };

static void note_failure(struct cell *cell, const char *what)
{
    const char *hint = errno == EOPNOTSUPP ? "its file system does not know it: use another one"
                                           : "give --path a file where this can be done";
    error_set(&cell->sys->error, EXIT_CANNOT, "sys_write_fsync: the scratch file: %s: %s; %s", what,
              strerrordesc_np(errno), hint);
}

/* Neither the blocks of the periods before nor the part of a page in front of the window are left over. */
static void cut(struct cell *cell, int fd, uint64_t window)
{
    if (ftruncate(fd, 0) || ftruncate(fd, (off_t)window))
        note_failure(cell, "ftruncate to the first append");
}

/* fallocate alone leaves written blocks as they are; FALLOC_FL_ZERO_RANGE would do both, but tmpfs lacks it.
 */
static void unwrite(struct cell *cell, int fd, uint64_t window)
{
    const struct stream *s = &cell->spec.stream;
    off_t start = (off_t)(window / PAGE * PAGE);
    off_t bytes = (off_t)((window + s->slots * s->stride + PAGE - 1) / PAGE * PAGE) - start;
    if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, bytes))
        note_failure(cell, "fallocate(FALLOC_FL_PUNCH_HOLE)");
    else if (fallocate(fd, 0, start, bytes))
        note_failure(cell, "fallocate");
}

void sys_before_period(struct cell *cell, uint64_t window)
{
    if (!sys_has_scratch(cell))
        return;
    int fd = cell->sys->file->scratch_fd;
    if (cell->spec.sys.blocks == SYS_BLOCKS_APPEND)
        cut(cell, fd, window);
    else
        unwrite(cell, fd, window);
    if (fsync(fd)) /* or the timed one would pay for this */
        note_failure(cell, "fsync");
}

static int read_write(struct cell *cell, uint64_t offset, struct error *err)
{
    struct sys_cell *sys = cell->sys;
    uint64_t size = cell->spec.stream.size;
    for (uint64_t done = 0; done < size;) {
        ssize_t n = pread(sys->file->scratch_fd, sys->buffer + done, size - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return error_set(err, EXIT_CANNOT,
                             "sys_write_fsync: the scratch file ends or cannot be read at offset %llu: %s; "
                             "the path lost or misplaced a write",
                             (unsigned long long)(offset + done), n ? strerrordesc_np(errno) : "end of file");
        done += (uint64_t)n;
    }
    return 0;
}

int sys_verify(struct cell *cell, const struct period *p, uint64_t first, struct error *err)
{
    for (uint64_t i = 0; i < p->writes; i++)
        if (is_last_write(&cell->spec.stream, first + i) &&
            (read_write(cell, p->window + p->order[i] * p->stride, err) ||
             verify_write(p, i, cell->sys->buffer, err)))
            return -1;
    return 0;
}

void sys_after_period(struct cell *cell)
{
    if (!sys_has_scratch(cell))
        return;
    struct error *err = &cell->sys->error;
    if (cell->sys->failure.count || error_is_set(err)) /* of that the visit tells */
        return;
    if (!cell->lanes)
        sys_verify(cell, &cell->period, 0, err);
    for (unsigned i = 0; cell->lanes && i < cell->threads; i++)
        sys_verify(cell, &cell->lanes[i].period, i * cell->lanes[i].period.writes, err);
}
