/* fidelity_visit.c - visits of one stream by our path and by Linux, each told of in a line of the manifest */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lab/fidelity_visit.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"
#include "kernels/cell.h"
#include "kernels/paths.h"

enum { PAGE = 4096, HUGE = 2 << 20 };

enum who { OURS, OURS_SURROUND, LINUX };

static const char *const who_name[] = {"ours", "ours-surround", "linux"};

/* The path that stands for Linux 6.1: its copy, and nothing remembered; or its XArray. */
static int resolve(const struct fidelity_run *run, const struct fidelity_stream *s, enum who who,
                   struct path_parts_ids *ids, struct error *err)
{
    const char *name = who == LINUX ? (s->mmap ? "sys-mmap-fdatasync" : "sys-fdatasync")
                                    : (s->mmap ? "mmap-xarray" : "bypass");
    if (path_resolve(path_find(name), cpu_features(), run->domain, ids, err))
        return -1;
    if (who != LINUX && !s->mmap)
        ids->copy = COPY_movnti_6_1;
    return 0;
}

static struct stream stream_of(const struct fidelity_stream *s)
{
    uint64_t granule = s->pages == PAGES_PMD ? HUGE : PAGE;
    uint64_t stride = s->access == ACCESS_SPARSE ? (s->size + PAGE - 1) / PAGE * PAGE : s->size;
    return (struct stream){.size = s->size,
                           .offset = s->offset,
                           .granule = granule,
                           .footprint = stride * s->slots,
                           .dirty = s->size * s->slots,
                           .overwrite = s->overwrite,
                           .access = s->access,
                           .order = s->order,
                           .seed = 1};
}

static int specify(const struct fidelity_run *run, const struct fidelity_stream *s, enum who who,
                   struct cell_spec *spec, struct error *err)
{
    struct path_parts_ids ids;
    if (resolve(run, s, who, &ids, err))
        return -1;
    const struct copy *copy = copy_get(ids.copy, 0);
    *spec = (struct cell_spec){.kernel = ids.kernel,
                               .copy = ids.copy,
                               .track = ids.track,
                               .writeback = ids.writeback,
                               .domain = ids.domain,
                               .fsync = true,
                               .fence_write = ids.kernel == KERNEL_WRITE_FSYNC && copy->durable &&
                                              copy->fence == FENCE_NEEDED,
                               .surround = who == OURS_SURROUND ? SURROUND_KERNEL : SURROUND_NONE,
                               .file_bytes = FIDELITY_FILE_BYTES,
                               .extents = 1,
                               .threads = 1,
                               .sys = {.end = SYS_END_FDATASYNC},
                               .stream = stream_of(s)};
    return stream_resolve(&spec->stream, err);
}

/* A clean fdatasync is a period without a write. */
static struct cell *make_cell(const struct fidelity_run *run, const struct fidelity_stream *s, enum who who,
                              struct error *err)
{
    struct cell_spec spec;
    if (specify(run, s, who, &spec, err))
        return NULL;
    struct cell *cell = cell_create(&spec, &run->file[s->pages]->workspace, err);
    if (cell && s->clean)
        cell->period.writes = 0;
    if (cell && who != LINUX)
        cell->period.hook_skip = run->mutant;
    return cell;
}

/* What one of the two has written is no part of the other's fsync. */
static int settle(const struct fidelity_run *run, const struct fidelity_stream *s, struct error *err)
{
    if (fdatasync(run->file[s->pages]->sys.fd))
        return error_set(err, EXIT_CANNOT, "fdatasync: %s", strerrordesc_np(errno));
    return 0;
}

/* In one write(2), so that it is one event. */
static void mark(const struct fidelity_run *run, const char *what, const char *name)
{
    if (!run->marks)
        return;
    fprintf(run->marks, "pmb %s %s\n", what, name);
    fflush(run->marks);
}

/* The dropped sample of a visit has as many periods as the other. */
static int visit(const struct fidelity_run *run, const struct fidelity_stream *s, enum who who,
                 enum variant_kind kind, struct error *err)
{
    struct variant variant = {.kind = kind};
    struct visit out;
    struct cell *cell = make_cell(run, s, who, err);
    if (!cell)
        return -1;
    int bad = settle(run, s, err);
    if (!bad && kind == VARIANT_TAGGED)
        fprintf(run->manifest, "visit\t%s\t%s\t%s\t%u\t%u\t%u\n", s->name, s->kind, who_name[who],
                run->repeats, run->repeats, (unsigned)cell->period.writes);
    mark(run, "begin", s->name);
    bad = bad || cell_visit(cell, &variant, 0, 0, run->repeats, false, &out, err);
    mark(run, "end", s->name);
    cell_destroy(cell);
    return bad ? -1 : 0;
}

static int count_ours(const struct fidelity_run *run, const struct fidelity_stream *s, struct error *err)
{
    struct cell_counts c;
    struct cell *cell = make_cell(run, s, OURS, err);
    if (!cell)
        return -1;
    int bad = cell_count(cell, &c, err);
    if (!bad)
        fprintf(run->manifest, "counts\t%s\t%s\t%u\t%u\t%llu\t%llu\t%llu\t%llu\t%llu\t%llu\n", s->name,
                s->kind, run->repeats, (unsigned)cell->period.writes, (unsigned long long)c.path.bytes_copied,
                (unsigned long long)c.nt_bytes, (unsigned long long)c.lines_flushed,
                (unsigned long long)c.path.entries_scanned, (unsigned long long)c.path.drains,
                (unsigned long long)c.path.faults);
    cell_destroy(cell);
    return bad;
}

int fidelity_stream_run(const struct fidelity_run *run, const struct fidelity_stream *s, struct error *err)
{
    if (run->marks)
        return count_ours(run, s, err) || visit(run, s, LINUX, VARIANT_WHOLE, err) ? -1 : 0;
    if (visit(run, s, OURS, VARIANT_TAGGED, err) || visit(run, s, LINUX, VARIANT_TAGGED, err))
        return -1;
    return strcmp(s->name, "write-64@0") ? 0 : visit(run, s, OURS_SURROUND, VARIANT_TAGGED, err);
}
