/* mmap_mixed.h - one file that is written by write() and by stores through a mapping, with one tracker */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_KERNELS_MMAP_MIXED_H
#define TESTS_KERNELS_MMAP_MIXED_H

#include <sys/mman.h>
#include <unistd.h>

#include "kernels/protection.h"
#include "tests/kernels/promise_file.h"

/* A write() of the kernel does not fault, having a mapping of its own: so the file's memory is mapped twice,
 * writable for write() and the medium, write-protected for stores. */
struct mixed {
    struct file file; /* its memory is what write() sees */
    unsigned char *stores;
    struct protection *protection;
    period_fn store, fsync;
    struct writeback writeback;
};

static inline struct mixed *mixed_of(struct medium *m)
{
    return (struct mixed *)(void *)((char *)m - offsetof(struct mixed, file.medium));
}

/* The write-back of a range of the stores' mapping: by the other one's addresses, which the medium knows, and
 * only what is somebody's. */
static inline void mixed_range(const void *start, size_t n)
{
    struct medium *m = actor_here()->medium;
    struct mixed *x = mixed_of(m);
    window_range(m->memory + ((const unsigned char *)start - x->stores), n);
}

/* What both halves are made of; the fsync is that of a mapped file. */
static inline struct parts mixed_parts(enum track_id track, enum copy_id copy, uint32_t granule)
{
    struct path_parts_ids ids = {
        .copy = copy, .track = track, .writeback = path_writeback(cpu_features()), .domain = DOMAIN_adr};
    return parts_of(&ids, granule);
}

static inline period_fn mixed_path(const struct parts *parts)
{
    return path_parts(LAYOUT_TRACE)->of[KERNEL_MMAP_FSYNC].whole->run[parts->track->shape];
}

static inline void mixed_close(struct mixed *x)
{
    protection_destroy(x->protection);
    if (x->stores)
        munmap(x->stores, x->file.medium.file_bytes);
    file_close(&x->file);
}

/* At an address of whole granules. */
static inline void *map_file(int fd, uint64_t bytes, uint32_t granule)
{
    unsigned char *room = mmap(NULL, bytes + granule, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED)
        return NULL;
    uint64_t skip = -(uintptr_t)room % granule;
    if (skip)
        munmap(room, skip);
    munmap(room + skip + bytes, granule - skip);
    void *p = mmap(room + skip, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
    return p == MAP_FAILED ? NULL : p;
}

/* x->file.parts, its areas and file_bytes must be set. -1 with err. */
static inline int mixed_open(struct mixed *x, enum protect_way way, struct error *err)
{
    struct file *f = &x->file;
    struct medium *m = &f->medium;
    int fd = memfd_create("pmembench-mixed", MFD_CLOEXEC);
    bool mapped = fd >= 0 && !ftruncate(fd, (off_t)m->file_bytes) &&
                  (m->memory = map_file(fd, m->file_bytes, f->parts.granule)) &&
                  (x->stores = map_file(fd, m->file_bytes, f->parts.granule));
    close(fd);
    if (!mapped || !medium_open(m))
        return error_set(err, EXIT_CANNOT, "mixed file: no memory");
    x->store = x->store ? x->store : mixed_path(&f->parts);
    x->fsync = x->fsync ? x->fsync : mixed_path(&f->parts);
    f->inode = inode_create(m->memory, m->file_bytes, 2, err);
    f->tracker = f->inode ? f->parts.track->create(m->file_bytes, f->parts.granule, err) : NULL;
    if (!f->tracker)
        return -1;
    x->protection = protection_create(x->stores, m->file_bytes, f->parts.granule, way, err);
    return x->protection ? protection_begin(x->protection, err) : -1;
}

static inline struct period mixed_period(const struct mixed *x)
{
    struct period p = file_period(&x->file, x->file.inode);
    p.base = x->stores;
    p.protection = x->protection;
    p.writeback = &x->writeback;
    return p;
}

/* The next version of an area, by stores of this actor. */
static inline void mixed_store(struct mixed *x, struct actor *a, unsigned area)
{
    static const uint32_t first[] = {0};
    struct area *to = &x->file.medium.area[area];
    unsigned char content[AREA_BYTES_MAX];
    struct period p = mixed_period(x);
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
    struct trace *before = trace_use(&a->trace);
    x->store(&p);
    trace_use(before);
    a->writing = NO_AREA;
    __atomic_store_n(&to->returned, version, __ATOMIC_RELEASE);
}

/* One fsync, and its promise. */
static inline void mixed_fsync_promised(struct mixed *x, struct actor *a, const uint32_t *promised)
{
    struct period p = mixed_period(x);
    p.fsync = true;
    struct trace *before = trace_use(&a->trace);
    x->fsync(&p);
    trace_use(before);
    if (medium_lost(&x->file.medium, promised) != NO_AREA)
        __atomic_fetch_add(&x->file.broken, 1, __ATOMIC_RELAXED);
}

static inline void mixed_fsync(struct mixed *x, struct actor *a)
{
    uint32_t promised[AREAS_MAX];
    medium_returned(&x->file.medium, promised);
    mixed_fsync_promised(x, a, promised);
}

#endif
