/* sys_create.c - which of the system's calls a cell can be made of, and on which descriptors */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernels/sys_cell.h"

const struct sys_ops sys_ops = {
    .pwrite = pwrite, .pwritev2 = pwritev2, .fsync = fsync, .fdatasync = fdatasync, .msync = msync};

static const char *append_refused(const struct cell_spec *s)
{
    if (s->stream.overwrite > 1)
        return "append and overwrite do not go together: the second pass would find blocks; use --overwrite "
               "1";
    if (s->stream.access == ACCESS_SPARSE)
        return "append and access=sparse do not go together: appends leave no holes; use --access seq";
    if (s->threads > 1)
        return "appends of several threads to one file end up in no order that could be checked; use "
               "--threads 1";
    return NULL;
}

/* Why these calls make no sense on any file; NULL: they do. */
static const char *refused(const struct cell_spec *s)
{
    bool mmap = s->kernel == KERNEL_SYS_MMAP_FSYNC, written = s->sys.blocks == SYS_BLOCKS_WRITTEN;
    if (s->own_files && s->threads > 1)
        return "files=own is not offered: there is one file under test; use --files shared or --threads 1";
    if (mmap && !sys_end_is_call(s->sys.end))
        return "durable writes (RWF_DSYNC, O_DSYNC) are of sys_write_fsync; end with fsync, fdatasync or "
               "msync";
    if (!mmap && s->sys.end == SYS_END_MSYNC)
        return "msync is of sys_mmap_fsync; end with fsync or fdatasync, or make each write durable";
    if (mmap && !written)
        return "appends and unwritten blocks are of sys_write_fsync; store to written blocks";
    if (!s->fsync && !sys_end_is_call(s->sys.end))
        return "dirty=never and durable writes (RWF_DSYNC, O_DSYNC) do not go together; end with fsync";
    if (s->dest == DEST_DIRTY)
        return "dest=dirty would give the timed fsync what it did not dirty; use --dest own, absent or read";
    if (!written && s->dest != DEST_OWN)
        return "blocks that are made anew before each period have no state but their own; use --dest own";
    return s->sys.blocks == SYS_BLOCKS_APPEND ? append_refused(s) : NULL;
}

static int descriptor(const struct cell_spec *s, const struct sys_file *f)
{
    bool durable = s->sys.end == SYS_END_O_DSYNC;
    if (s->sys.blocks == SYS_BLOCKS_WRITTEN)
        return durable ? f->dsync_fd : f->fd;
    return durable ? f->scratch_dsync_fd : f->scratch_fd;
}

static int find_descriptor(const struct cell_spec *s, const struct workspace *w, int *fd, struct error *err)
{
    const char *kernel = kernel_name(s->kernel);
    if (!w->sys || w->sys->fd < 0)
        return error_set(err, EXIT_CANNOT, "%s: needs --path FILE: a file to call the system on", kernel);
    if (s->sys.blocks != SYS_BLOCKS_WRITTEN && w->sys->scratch_fd < 0)
        return error_set(err, EXIT_CANNOT,
                         "%s: appends and unwritten blocks need a file without a name (O_TMPFILE) beside "
                         "--path FILE, and its file system gave none; use another file system",
                         kernel);
    *fd = descriptor(s, w->sys);
    if (*fd >= 0)
        return 0;
    return error_set(err, EXIT_CANNOT,
                     "%s: the file could not be opened once more with O_DSYNC; end with RWF_DSYNC or fsync",
                     kernel);
}

static void fill_parts(struct cell *cell, int fd)
{
    const struct stream *s = &cell->spec.stream;
    struct sys_cell *sys = cell->sys;
    uint64_t slots = s->slots / cell->threads;
    for (unsigned i = 0; i < cell->threads; i++)
        sys->part[i] = (struct sys_period){.ops = sys->file->ops ? sys->file->ops : &sys_ops,
                                           .end = cell->spec.sys.end,
                                           .fd = fd,
                                           .first_slot = i * slots,
                                           .slots = slots,
                                           .failure = &sys->failure};
}

/* Once before any period: a file system that cannot do it says so here. */
static int try_scratch(struct cell *cell, struct error *err)
{
    sys_before_period(cell, stream_window(&cell->spec.stream, 0));
    return sys_failed(cell, err);
}

int sys_create(struct cell *cell, struct error *err)
{
    const struct cell_spec *s = &cell->spec;
    if (!kernel_is_sys(s->kernel))
        return 0;
    const char *why = refused(s);
    int fd = -1;
    if (why)
        return error_set(err, EXIT_CANNOT, "%s: %s", kernel_name(s->kernel), why);
    if (find_descriptor(s, cell->workspace, &fd, err))
        return -1;
    cell->sys = calloc(1, sizeof(*cell->sys));
    if (cell->sys) {
        cell->sys->part = calloc(cell->threads, sizeof(*cell->sys->part));
        cell->sys->buffer = malloc(s->stream.size);
    }
    if (!cell->sys || !cell->sys->part || !cell->sys->buffer)
        return error_set(err, EXIT_CANNOT, "%s: no memory", kernel_name(s->kernel));
    cell->sys->file = cell->workspace->sys;
    cell->sys->scratch = s->sys.blocks != SYS_BLOCKS_WRITTEN;
    if (s->sys.blocks == SYS_BLOCKS_APPEND)
        cell->spec.stream.access = ACCESS_SEQ;
    fill_parts(cell, fd);
    return try_scratch(cell, err);
}

void sys_destroy(struct cell *cell)
{
    if (!cell->sys)
        return;
    free(cell->sys->part);
    free(cell->sys->buffer);
    free(cell->sys);
    cell->sys = NULL;
}
