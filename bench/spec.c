/* spec.c - axis texts and part names to a cell's specification */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/spec_parts.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "kernels/paths.h"

static const uint64_t LARGEST = 64ull << 40;
enum { PROTECT_BYTES = 4096 };

int spec_number(const char *name, const char *text, uint64_t low, uint64_t high, uint64_t *out,
                struct error *err)
{
    char what[NAME_TEXT];
    snprintf(what, sizeof(what), "--%s", name);
    if (size_parse(text, what, out, err))
        return -1;
    if (*out < low || *out > high)
        return error_set(err, EXIT_USAGE, "--%s: %s is out of range; it must be from %llu to %llu", name,
                         text, (unsigned long long)low, (unsigned long long)high);
    return 0;
}

/* Keys are equal however a size was written: plain bytes below 1 MiB, else the shortest exact unit. */
static void canonical(uint64_t value, char out[AXIS_TEXT])
{
    char text[SIZE_TEXT];
    if (value >= 1 << 20 && value % (1 << 20) == 0)
        text_copy(out, AXIS_TEXT, size_format(value, text));
    else
        snprintf(out, AXIS_TEXT, "%llu", (unsigned long long)value);
}

static int axis_number(struct run_cell *cell, enum axis_id axis, uint64_t low, uint64_t high, uint64_t *out,
                       struct error *err)
{
    if (spec_number(axis_info(axis)->name, cell->out.axis[axis], low, high, out, err))
        return -1;
    canonical(*out, cell->out.axis[axis]);
    return 0;
}

static int axis_word(const struct run_cell *cell, enum axis_id axis, const char *const *words, size_t count,
                     struct error *err)
{
    char what[NAME_TEXT];
    snprintf(what, sizeof(what), "--%s", axis_info(axis)->name);
    return spec_pick(what, cell->out.axis[axis], words, count, err);
}

static int footprint_bytes(struct run_cell *cell, const struct spec_env *env, uint64_t *out,
                           struct error *err)
{
    const char *text = cell->out.axis[AXIS_footprint];
    static const char *const words[] = {"l2", "llc", "beyond"};
    const uint64_t values[] = {env->l2_bytes / 2, env->llc_bytes / 2, env->llc_bytes * 4};
    for (size_t i = 0; i < 3; i++)
        if (!strcmp(text, words[i])) {
            *out = values[i] / (64 << 10) * (64 << 10);
            return 0;
        }
    if (text[0] < '0' || text[0] > '9')
        return error_set(err, EXIT_USAGE, "--footprint: '%s' is neither a size nor l2, llc or beyond", text);
    return axis_number(cell, AXIS_footprint, 64, LARGEST, out, err);
}

static int dirty_bytes(struct run_cell *cell, struct error *err)
{
    const char *text = cell->out.axis[AXIS_dirty];
    struct stream *s = &cell->spec.stream;
    cell->spec.fsync = strcmp(text, "never") && cell->spec.kernel != KERNEL_COPY;
    s->dirty = 0;
    if (!strcmp(text, "size"))
        s->dirty = s->size;
    else if (strcmp(text, "never") && strcmp(text, "auto"))
        return axis_number(cell, AXIS_dirty, 1, LARGEST, &s->dirty, err);
    return 0;
}

/* The words among the axes; what is not measured yet is refused by name. */
static int words(struct run_cell *cell, struct error *err)
{
    static const char *const orders[] = {"pass", "burst"}, *const accesses[] = {"seq", "random", "sparse"},
                             *const surrounds[] = {"none", "syscall", "kernel"},
                             *const dests[] = {"own", "absent", "read", "dirty"},
                             *const sources[] = {"warm", "cold"}, *const files[] = {"shared", "own"};
    int order = axis_word(cell, AXIS_overwrite_order, orders, 2, err);
    int access = axis_word(cell, AXIS_access, accesses, 3, err);
    int surround = axis_word(cell, AXIS_surround, surrounds, 3, err);
    int dest = axis_word(cell, AXIS_dest, dests, 4, err);
    int source = axis_word(cell, AXIS_source, sources, 2, err);
    if (order < 0 || access < 0 || surround < 0 || dest < 0 || source < 0)
        return -1;
    int own = axis_word(cell, AXIS_files, files, 2, err);
    if (own < 0)
        return -1;
    cell->spec.own_files = own == 1;
    cell->spec.stream.order = (enum stream_order)order;
    cell->spec.stream.access = (enum stream_access)access;
    cell->spec.surround = (enum cell_surround)surround;
    cell->spec.dest = (enum cell_dest)dest;
    cell->spec.cold_source = source == 1;
    if (cell->spec.kernel !=
        KERNEL_WRITE_FSYNC) /* stores and copies have none, the system's calls their own */
        cell->spec.surround = SURROUND_NONE;
    return 0;
}

enum { THREADS_MOST = 1024 };

static int threads(struct run_cell *cell, const struct spec_env *env, struct error *err)
{
    const char *text = cell->out.axis[AXIS_threads];
    uint64_t n;
    if (!*text || text[strspn(text, "0123456789")])
        return error_set(err, EXIT_USAGE, "--threads: '%s' is not a number of threads; write 1, 2 or 1,2,4",
                         text);
    if (axis_number(cell, AXIS_threads, 1, THREADS_MOST, &n, err))
        return -1;
    if (env->cpus && n > env->cpus)
        return error_set(err, EXIT_CANNOT,
                         "--threads: %llu threads on %u CPUs would measure the scheduler; use at most %u",
                         (unsigned long long)n, env->cpus, env->cpus);
    cell->spec.threads = (unsigned)n;
    cell->spec.stream.threads = n;
    cell->ledger &=
        n == 1 && path_parts(LAYOUT_RUNG)->of[cell->spec.kernel].ladder; /* is built of one thread's */
    return 0;
}

static int numbers(struct run_cell *cell, const struct spec_env *env, struct error *err)
{
    struct stream *s = &cell->spec.stream;
    if (axis_number(cell, AXIS_size, 1, 1ull << 28, &s->size, err) ||
        axis_number(cell, AXIS_offset, 0, 4095, &s->offset, err) ||
        axis_number(cell, AXIS_overwrite, 1, 1 << 20, &s->overwrite, err) ||
        axis_number(cell, AXIS_granule, 64, 2 << 20, &s->granule, err) ||
        axis_number(cell, AXIS_extents, 1, 1 << 20, &cell->spec.extents, err) ||
        axis_number(cell, AXIS_delay, 0, 1ull << 34, &cell->spec.delay, err) ||
        footprint_bytes(cell, env, &s->footprint, err) || dirty_bytes(cell, err) || threads(cell, env, err))
        return -1;
    if (isdigit((unsigned char)cell->out.axis[AXIS_footprint][0]) && s->footprint < s->size)
        return error_set(err, EXIT_USAGE,
                         "--footprint: %s holds not one write of --size %s; use a larger footprint",
                         cell->out.axis[AXIS_footprint], cell->out.axis[AXIS_size]);
    if (s->granule & (s->granule - 1))
        return error_set(err, EXIT_USAGE, "--granule: %llu is not a power of two; use 64, 256, 4096 or 2M",
                         (unsigned long long)s->granule);
    s->seed = env->seed;
    return 0;
}

static int file_bytes(struct run_cell *cell, struct error *err)
{
    struct stream *s = &cell->spec.stream;
    bool track = cell->spec.kernel == KERNEL_TRACK;
    uint64_t least = FILE_START + (track ? 0 : s->footprint + s->offset) + s->granule;
    uint64_t bytes = 1 << 20;
    if (strcmp(cell->out.axis[AXIS_file_size], "auto")) {
        if (axis_number(cell, AXIS_file_size, 1 << 20, LARGEST, &bytes, err))
            return -1;
        if (bytes < least)
            return error_set(err, EXIT_USAGE, "--file-size: %s is less than this cell needs (%llu bytes)",
                             cell->out.axis[AXIS_file_size], (unsigned long long)least);
    }
    while (bytes < least)
        bytes *= 2;
    cell->spec.file_bytes = bytes;
    return 0;
}

/* Kernel `track`: the granules of a period lie side by side, or evenly over the whole file. */
static int track_stream(struct run_cell *cell, struct error *err)
{
    struct stream *s = &cell->spec.stream;
    s->size = s->granule;
    s->offset = 0;
    s->footprint = cell->spec.file_bytes - FILE_START;
    bool sparse = s->access == ACCESS_SPARSE;
    if (stream_resolve(s, err))
        return -1;
    s->windows = 1;
    if (sparse)
        s->stride = (cell->spec.file_bytes - FILE_START) / s->slots / s->granule * s->granule;
    cell->spec.copy = COPY_memcpy;
    cell->spec.surround = SURROUND_NONE;
    return 0;
}

static void describe(struct run_cell *cell, const struct path_parts_ids *ids)
{
    struct result_cell *out = &cell->out;
    bool track = cell->spec.kernel == KERNEL_TRACK;
    bool system = cell->spec.kernel == KERNEL_SYS_WRITE_FSYNC; /* which copies as it does */
    snprintf(out->copy_resolved, NAME_TEXT, "%s",
             track    ? "none"
             : system ? "system"
                      : copy_get(ids->copy, 0)->name);
    if (track)
        snprintf(out->copy, NAME_TEXT, "none");
    snprintf(out->track, NAME_TEXT, "%s", track_get(ids->track, 0)->name);
    snprintf(out->writeback, NAME_TEXT, "%s", track ? "none" : writeback_get(ids->writeback, 0)->name);
    snprintf(out->domain, NAME_TEXT, "%s", domain_get(ids->domain, 0)->name);
    out->footprint_bytes = cell->spec.stream.footprint;
    bool period = cell->spec.fsync || cell->spec.kernel == KERNEL_COPY;
    out->dirty_bytes = period ? cell->spec.stream.slots * cell->spec.stream.size : 0;
    out->file_bytes = cell->spec.file_bytes;
    snprintf(out->stream_hash, sizeof(out->stream_hash), "%016llx",
             (unsigned long long)stream_hash(&cell->spec.stream));
    result_cell_name(out);
    result_group_name(out, cell->group);
    out->overlap_ns = out->unattributed_ns = out->persistence_ns = (struct interval){NAN, NAN, NAN};
    out->modelled_ns = out->modelled_serial_ns = out->counts.write_protects = NAN;
}

/* What makes no sense of the system's own calls, on any file; NULL: nothing. */
static const char *sys_refused(const struct cell_spec *spec)
{
    const struct stream *s = &spec->stream;
    bool fresh = spec->sys.blocks != SYS_BLOCKS_WRITTEN, append = spec->sys.blocks == SYS_BLOCKS_APPEND;
    if (spec->own_files && spec->threads > 1)
        return "there is one file under test, so that threads have none of their own; use --files shared";
    if (spec->dest == DEST_DIRTY)
        return "with --dest dirty its fsync would find what it did not write; use --dest own, absent or read";
    if (fresh && spec->dest != DEST_OWN)
        return "its blocks are made anew before each period and have no state but that; use --dest own";
    if (!spec->fsync && !sys_end_is_call(spec->sys.end))
        return "each write is durable by itself, which --dirty never is not; use sys-fsync";
    if (fresh && s->overwrite > 1)
        return "it writes each block once before its fsync; use --overwrite 1";
    if (append && s->access != ACCESS_SEQ)
        return "it writes at the file's end, one write behind the other; use --access seq";
    return append && spec->threads > 1
               ? "appends of several threads end up in no order that could be checked; use --threads 1"
               : NULL;
}

/* What stores through a mapping and the system's own calls cannot be asked. */
static int check_real(const struct run_cell *cell, struct error *err)
{
    const struct cell_spec *spec = &cell->spec;
    const struct stream *s = &spec->stream;
    if (kernel_is_mmap(spec->kernel) && s->granule < PROTECT_BYTES)
        return error_set(
            err, EXIT_USAGE,
            "--granule: %llu is less than a page, the smallest thing that can be write-protected "
            "(path %s); use 4096 or more",
            (unsigned long long)s->granule, cell->out.path);
    const char *why = kernel_is_sys(spec->kernel) ? sys_refused(spec) : NULL;
    return why ? error_set(err, EXIT_USAGE, "path: '%s': %s", cell->out.path, why) : 0;
}

/* What is promised for one fsync at a time does not hold where several threads fsync one file. */
static int check_promise(const struct run_cell *cell, const struct path_parts_ids *ids, struct error *err)
{
    const struct track *track = track_get(ids->track, 0);
    if (!track->single_fsync || cell->spec.threads < 2 || cell->spec.own_files)
        return 0;
    return error_set(
        err, EXIT_USAGE,
        "tracker '%s' loses data when two fsyncs of one file run at once (as Linux did), so that it is "
        "not measured with --threads %u on one file; use --files own",
        track->name, cell->spec.threads);
}

/* What this build or this memory cannot do makes skipped cells. */
static void look_at_memory(struct run_cell *cell, const struct spec_env *env)
{
    struct error why = {0};
    enum kernel kernel = cell->spec.kernel;
    if (!path_parts(LAYOUT_PATH)->of[kernel].whole)
        error_set(&why, EXIT_CANNOT, "this build has no kernel %s", kernel_name(kernel));
    else if (kernel == KERNEL_COPY && domain_get(env->domain, 0)->drain_modelled)
        error_set(&why, EXIT_CANNOT,
                  "under domain '%s' a write is durable only after a drain (%s), which kernel copy has not; "
                  "use kernel write_fsync, or --domain adr",
                  domain_get(env->domain, 0)->name, domain_get(env->domain, 0)->drain_kind);
    else if (kernel == KERNEL_MMAP_FSYNC && cell->spec.track == TRACK_none &&
             cell->spec.stream.granule != PROTECT_BYTES)
        error_set(&why, EXIT_CANNOT, "the page tables know of whole pages: use --granule 4096");
    else if (kernel_is_mmap(kernel) && cell->spec.stream.granule < env->protect_bytes)
        error_set(&why, EXIT_CANNOT,
                  "this memory is mapped in pages of %llu KiB, the smallest that can be write-protected; use "
                  "--granule %llu",
                  (unsigned long long)(env->protect_bytes >> 10), (unsigned long long)env->protect_bytes);
    if (error_is_set(&why) && cell->runnable)
        spec_skip(cell, &why);
}

static int check_memory(const struct run_cell *cell, const struct spec_env *env, struct error *err)
{
    uint64_t need = FILE_START + cell->spec.stream.footprint + cell->spec.stream.offset + cell->spec.delay;
    need += cell->spec.cold_source ? 4 * env->llc_bytes : 0;
    need += kernel_is_mmap(cell->spec.kernel) ? FILE_START + cell->spec.stream.footprint : 0; /* its own */
    if (cell->spec.kernel == KERNEL_TRACK || !env->memory_bytes || need <= env->memory_bytes)
        return 0;
    return error_set(
        err, EXIT_CANNOT,
        "--footprint: %s needs %llu MiB, but only %llu MiB of memory can be had; use a smaller footprint",
        cell->out.axis[AXIS_footprint], (unsigned long long)(need >> 20),
        (unsigned long long)(env->memory_bytes >> 20));
}

int spec_build(struct run_cell *cell, const struct spec_env *env, struct error *err)
{
    struct path_parts_ids ids = {0};
    cell->runnable = true;
    if (spec_kernel(cell, env, &ids, err) || words(cell, err) || numbers(cell, env, err) ||
        file_bytes(cell, err) || check_promise(cell, &ids, err) || check_real(cell, err) ||
        check_memory(cell, env, err))
        return -1;
    cell->spec.track = ids.track;
    look_at_memory(cell, env);
    struct error lack = {0};
    int bypasses = path_bypasses(cell->spec.stream.size, env->features, &ids, &lack);
    if (bypasses < 0)
        spec_skip(cell, &lack);
    cell->spec.bypass = bypasses > 0;
    cell->spec.copy = ids.copy;
    cell->spec.writeback = ids.writeback;
    cell->spec.domain = ids.domain;
    cell->spec.fence_write = path_fences_write(&ids, cell->spec.stream.size, cell->spec.stream.offset);
    struct error unfit = {0};
    bool named = cell->out.axis[AXIS_footprint][0] > '9';
    if (cell->spec.kernel == KERNEL_TRACK ? track_stream(cell, err)
                                          : stream_resolve(&cell->spec.stream, named ? &unfit : err)) {
        if (!named)
            return -1;
        spec_skip(cell,
                  &unfit); /* what a named footprint holds is this machine's affair, not the plan's mistake */
        cell->spec.stream.slots = cell->spec.stream.windows = cell->spec.stream.writes = 0;
    }
    describe(cell, &ids);
    return 0;
}
