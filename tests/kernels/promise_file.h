/* promise_file.h - a small file with areas of several writers in common lines, and its write()s and fsyncs */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_KERNELS_PROMISE_FILE_H
#define TESTS_KERNELS_PROMISE_FILE_H

#include <sys/mman.h>

#include "base/cpu.h"
#include "kernels/paths.h"
#include "kernels/period.h"
#include "tests/kernels/promise_medium.h"

enum { AREA_BYTES_MAX = 300, BYPASS_FROM = 100 };

/* What a write() and an fsync are made of; all in the layout that reports its events. */
struct parts {
    const struct copy *copy;
    const struct track *track;
    const struct track *track_behind; /* the real one, where a test has put its own before it */
    const struct writeback *writeback;
    const struct domain *domain;
    period_fn write, write_marking; /* the second marks after its copy, in a locked section of its own */
    period_fn fsync;
    const struct copy *bypass; /* hybrid: longer writes go past the cache and are not marked; NULL: none do */
    uint32_t granule;
};

/* One file under test. */
struct file {
    struct parts parts;
    struct medium medium;
    struct tracker *tracker;
    struct inode *inode;
    uint64_t broken, unfenced; /* promises of fsyncs and writes that were not kept */
};

static inline struct parts parts_of(const struct path_parts_ids *ids, uint32_t granule)
{
    const struct track *track = track_get(ids->track, LAYOUT_TRACE);
    const struct domain *domain = domain_get(ids->domain, LAYOUT_TRACE);
    const struct whole_table *whole = path_parts(LAYOUT_TRACE)->of[KERNEL_WRITE_FSYNC].whole;
    return (struct parts){
        .copy = copy_get(ids->copy, LAYOUT_TRACE),
        .track = track,
        .track_behind = track,
        .writeback = writeback_get(domain->flushes_caches ? ids->writeback : WRITEBACK_none, LAYOUT_TRACE),
        .domain = domain,
        .write = whole->run[track->shape],
        .write_marking = track->shape == SHAPE_TREE ? whole->run[SHAPE_BITMAP] : whole->run[track->shape],
        .fsync = whole->run[track->shape],
        .granule = granule};
}

/* Lengths about the borders of words, lines and the copies' own steps, and any up to AREA_BYTES_MAX. */
static inline uint32_t area_length(struct rng *r)
{
    static const uint32_t borders[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 127, 128, 129};
    unsigned n = sizeof(borders) / sizeof(borders[0]);
    if (rng_below(r, 2))
        return borders[rng_below(r, n)];
    return 1 + (uint32_t)rng_below(r, AREA_BYTES_MAX);
}

/* Areas of all writers by turns, without gaps, about a border of granules, words, leaves and entries alike.
 */
static inline void file_lay_out(struct medium *m, uint64_t border, unsigned writers, unsigned each,
                                uint64_t seed)
{
    struct rng r = {.state = seed};
    uint64_t bytes = 0;
    m->areas = writers * each;
    for (unsigned i = 0; i < m->areas; i++) {
        m->area[i] = (struct area){.bytes = area_length(&r), .writer = i % writers};
        bytes += m->area[i].bytes;
    }
    uint64_t at = border - bytes / 2 - rng_below(&r, LINE);
    for (unsigned i = 0; i < m->areas; i++) {
        m->area[i].at = at;
        at += m->area[i].bytes;
    }
}

static inline void file_close(struct file *f)
{
    if (f->tracker)
        f->parts.track->destroy(f->tracker);
    inode_destroy(f->inode);
    medium_close(&f->medium);
    if (f->medium.memory)
        munmap(f->medium.memory, f->medium.file_bytes);
}

/* Half of the file lies before the border that the areas straddle. */
static inline uint64_t parts_border(const struct parts *parts)
{
    uint64_t leaf = 64ull * parts->granule, block = 4096;
    uint64_t border = parts->track->entry_bytes > leaf ? parts->track->entry_bytes : leaf;
    return border > 4 * block ? border : 4 * block;
}

/* -1 with err. Areas must be laid out and file_bytes set. */
static inline int file_open(struct file *f, struct error *err)
{
    struct medium *m = &f->medium;
    const struct parts *parts = &f->parts;
    m->caches_survive = !parts->domain->flushes_caches;
    m->memory =
        mmap(NULL, m->file_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m->memory == MAP_FAILED)
        m->memory = NULL;
    if (!m->memory || !medium_open(m))
        return error_set(err, EXIT_CANNOT, "shadow medium: no memory; end other programs and run again");
    if (parts->copy->prepare && parts->copy->prepare(err))
        return -1;
    f->inode = inode_create(m->memory, m->file_bytes, 2, err);
    f->tracker = f->inode ? parts->track->create(m->file_bytes, parts->granule, err) : NULL;
    return f->tracker ? 0 : -1;
}

/* A file of `writers` writers with `each` areas, laid out by the seed. */
static inline int file_make(struct file *f, const struct parts *parts, unsigned writers, unsigned each,
                            uint64_t seed, struct error *err)
{
    uint64_t border = parts_border(parts);
    *f = (struct file){.parts = *parts, .medium = {.file_bytes = 2 * border}};
    file_lay_out(&f->medium, border, writers, each, seed);
    return file_open(f, err);
}

static inline struct period file_period(const struct file *f, struct inode *inode)
{
    const struct parts *parts = &f->parts;
    struct period p = {.copy = parts->copy,
                       .track = parts->track,
                       .writeback = parts->writeback,
                       .domain = parts->domain,
                       .tracker = f->tracker,
                       .inode = inode,
                       .base = f->medium.memory,
                       .remember = true,
                       .granule_shift = (uint32_t)__builtin_ctz(parts->granule),
                       .hook_skip = -1,
                       .hook_delay = -1};
    p.fence_write =
        parts->track->shape == SHAPE_DIRECT && parts->copy->durable && parts->copy->fence == FENCE_NEEDED;
    p.entry_shift = p.granule_shift;
    if (parts->track->entry_bytes > parts->granule)
        p.entry_shift = (uint32_t)__builtin_ctzll(parts->track->entry_bytes);
    return p;
}

/* One write() of the area's next version by this actor. What it has moved must be behind a fence when it
 * returns, since the next fsync may run on another CPU. */
static inline void file_write_by(struct file *f, struct actor *a, struct inode *inode, unsigned area,
                                 period_fn write)
{
    static const uint32_t first[] = {0};
    struct area *to = &f->medium.area[area];
    unsigned char content[AREA_BYTES_MAX];
    struct period p = file_period(f, inode);
    uint32_t version = __atomic_load_n(&to->started, __ATOMIC_RELAXED) + 1;
    memset(content, (unsigned char)version, to->bytes);
    __atomic_exchange_n(&to->started, version, __ATOMIC_SEQ_CST);
    a->writing = area;
    p.window = to->at;
    p.size = to->bytes;
    p.writes = 1;
    p.order = first;
    p.source = content;
    p.source_bytes = AREA_BYTES_MAX;
    if (f->parts.bypass && to->bytes >= BYPASS_FROM) {
        p.copy = f->parts.bypass;
        p.remember = false;
    }
    struct trace *before = trace_use(&a->trace);
    write(&p);
    trace_use(before);
    actor_settle(a);
    a->writing = NO_AREA;
    if (a->pendings)
        __atomic_fetch_add(&f->unfenced, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&to->returned, version, __ATOMIC_RELEASE);
}

static inline void file_write(struct file *f, struct actor *a, unsigned area)
{
    file_write_by(f, a, f->inode, area, f->parts.write);
}

/* One fsync() by this actor, and its promise: what had returned, by `promised`, is on the medium. Returns the
 * area whose promise is broken, or NO_AREA. */
static inline unsigned file_fsync_promised(struct file *f, struct actor *a, const uint32_t *promised)
{
    struct period p = file_period(f, f->inode);
    p.fsync = true;
    struct trace *before = trace_use(&a->trace);
    f->parts.fsync(&p);
    trace_use(before);
    unsigned lost = medium_lost(&f->medium, promised);
    if (lost != NO_AREA)
        __atomic_fetch_add(&f->broken, 1, __ATOMIC_RELAXED);
    return lost;
}

static inline unsigned file_fsync(struct file *f, struct actor *a)
{
    uint32_t promised[AREAS_MAX];
    medium_returned(&f->medium, promised);
    return file_fsync_promised(f, a, promised);
}

#endif
