/* protection.c - memory under write-protection: chosen, begun and ended; and the fault's way to the period */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/protection.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/signals.h"
#include "kernels/period.h"
#include "kernels/protect.h"

/* How stores keep the promise (kernels/path/mmap_steps.h has the steps):
 *
 *   fault:  trees    lock the entry, take the lock; mark and unlock the entry; make writable; drop the lock
 *           bitmaps  take the lock; mark; make writable; drop the lock
 *   fsync:  trees    hold the entry; take the lock; write-protect; drop the lock; write back; clear DIRTY
 *           bitmaps  publish a claim; take the lock; take the marks; write-protect; drop the lock; write back
 *
 * The lock is one of 64 by groups of 64 granules, which is a word of a bitmap. It makes one step of mark and
 * unprotect, and one of clear and write-protect: with neither, a fault may mark, an fsync take the mark and
 * protect, and the fault make writable what nobody knows of any more.
 *
 * So at any time a granule that is writable is marked, or an fsync that has taken its mark and not yet
 * written it back is under way. (Linux: dax_insert_pfn_mkwrite sets DIRTY under the entry lock and then maps,
 * dax_writeback_one cleans the mappings and flushes under the entry lock and then clears DIRTY.) Hence, for a
 * store S that had returned before its thread, or one that knows of it, called an fsync F, whoever took the
 * fault that made S possible:
 *
 *   - The mark came before the granule became writable, that before S, and S before F looks: F begins with a
 *     LOCKed operation (the inode's, the tree's), which S does not pass. Marking after unprotecting, lock or
 *     not, would leave S of a second thread, which has not faulted, unknown to its own F.
 *   - F sees the mark: it write-protects, which is finished on every CPU, and writes back after that. What is
 *     stored later faults and marks anew.
 *   - F does not see it: another fsync G took it after S could have been made. If S came before G's
 *     protection was finished, G writes it back, and F waits for G: at the entry that G holds and that is
 *     still DIRTY (trees), for G's claim (bitmaps). If after, S has faulted again: begin again from there.
 *
 * Write-back before write-protection loses what is stored between the two: it is marked by nothing.
 *
 * Order of locks: entry, then the lock of the group, then the tree's own lock. Who waits in a fault for an
 * entry holds nothing.
 *
 * pagemap: the kernel clears the page table entry's bit under the page table's lock and with it makes
 * writable; a scan finds and protects under the same lock. Two fsyncs take turns, since the second must not
 * return before the first has written back what it found. */

static const struct protect_ops *const ways[PROTECT_WAYS] = {[PROTECT_UFFD] = &protect_uffd,
                                                             [PROTECT_MPROTECT] = &protect_mprotect,
                                                             [PROTECT_PAGEMAP] = &protect_pagemap};

/* A signal handler has no parameter for it: whose period runs in this thread. The only mutable global of
 * kernels/, one a thread. */
static _Thread_local struct period *running;

struct period *protection_run(struct period *p)
{
    struct period *before = running;
    running = p;
    return before;
}

const char *protection_way_name(enum protect_way way)
{
    return way == PROTECT_AUTO ? "auto" : ways[way]->name;
}

int protection_available(enum protect_way way, struct error *err)
{
    return way == PROTECT_AUTO ? 0 : ways[way]->available(err);
}

enum protect_way protection_way(const struct protection *p)
{
    enum protect_way way = PROTECT_UFFD;
    while (ways[way] != p->ops)
        way++;
    return way;
}

uint64_t protection_open_max(const struct protection *p)
{
    unsigned long long most = 65530; /* DEFAULT_MAX_MAP_COUNT */
    if (p->ops != &protect_mprotect)
        return UINT64_MAX;
    FILE *f = fopen("/proc/sys/vm/max_map_count", "r");
    if (f && fscanf(f, "%llu", &most) != 1)
        most = 65530;
    if (f)
        fclose(f);
    return most > 4096 ? (most - 2048) / 2 : 1024; /* two mappings more each; the rest is for the program */
}

/* Page table entries that are there and dirty: made writable, they take a store without another fault. */
static void touch(struct protection *p)
{
    enum { PAGE = 4096 };
    for (uint64_t at = 0; at < p->bytes; at += PAGE) {
        volatile unsigned char *byte = p->base + at;
        *byte = *byte;
    }
}

static int allocate(struct protection *p, struct error *err)
{
    p->found = malloc(PROTECT_FOUND * sizeof(*p->found));
    p->touched = calloc(p->bytes / p->granule / 64 + 1, sizeof(*p->touched));
    if (p->found && p->touched)
        return 0;
    return error_set(err, EXIT_CANNOT, "write-protection: no memory; use a smaller --footprint");
}

static int check(void *base, uint64_t bytes, uint32_t granule, struct error *err)
{
    enum { PAGE = 4096 };
    if (granule < PAGE)
        return error_set(err, EXIT_CANNOT,
                         "write-protection: a granule of %u bytes is less than a page; use --granule 4K",
                         granule);
    if ((uintptr_t)base % granule || bytes % granule || !bytes)
        return error_set(err, EXIT_CANNOT,
                         "write-protection: memory at %p, %llu bytes, is not whole granules of %u bytes",
                         base, (unsigned long long)bytes, granule);
    return 0;
}

static int prepare(struct protection *p, enum protect_way way, struct error *err)
{
    if (way != PROTECT_AUTO) {
        p->ops = ways[way];
        return p->ops->prepare(p, err);
    }
    p->ops = &protect_uffd;
    if (!p->ops->prepare(p, NULL))
        return 0;
    p->ops->unprepare(p);
    p->ops = &protect_mprotect;
    return p->ops->prepare(p, err);
}

struct protection *protection_create(void *base, uint64_t bytes, uint32_t granule, enum protect_way way,
                                     struct error *err)
{
    if (check(base, bytes, granule, err))
        return NULL;
    struct protection *p = aligned_alloc(64, sizeof(*p));
    if (!p) {
        error_set(err, EXIT_CANNOT, "write-protection: no memory");
        return NULL;
    }
    memset(p, 0, sizeof(*p));
    p->ops = &protect_mprotect;
    p->base = base;
    p->bytes = bytes;
    p->granule = granule;
    p->uffd = p->pagemap = -1;
    if (allocate(p, err) || prepare(p, way, err)) {
        protection_destroy(p);
        return NULL;
    }
    touch(p);
    return p;
}

void protection_destroy(struct protection *p)
{
    if (!p)
        return;
    protection_end(p);
    p->ops->unprepare(p);
    free(p->found);
    free(p->touched);
    free(p);
}

/* The bytes behind a page that is there read as what they are. EFAULT: the file ends before it; EHWPOISON.
 * Kernels before 5.14 do not say (EINVAL). A bare system call. */
static bool is_gone(void *address)
{
#ifndef MADV_POPULATE_READ
    enum { MADV_POPULATE_READ = 22 };
#endif
    enum { PAGE = 4096 };
    return madvise((void *)((uintptr_t)address & ~(uintptr_t)(PAGE - 1)), PAGE, MADV_POPULATE_READ) &&
           errno != EINVAL;
}

/* A fault of the running period's memory is its own. uffd's signal is also that of a truncated file, which
 * no unprotecting helps: the same address at once again is looked at. */
static bool take_fault(int number, int code, void *address)
{
    struct period *p = running;
    struct protection *x = p ? p->protection : NULL;
    if (!x || !p->on_fault || number != x->ops->signal || code != x->ops->code)
        return false;
    uint64_t at = (uintptr_t)address - (uintptr_t)x->base;
    if (at >= x->bytes || (number == SIGBUS && p->fault_address == address && is_gone(address)))
        return false;
    p->fault_address = address;
    return p->on_fault(p, at);
}

int protection_begin(struct protection *p, struct error *err)
{
    if (p->ops->signal)
        signals_faults(take_fault);
    if (!p->ops->begin(p)) {
        p->begun = true;
        if (!p->ops->close(p, 0, p->bytes))
            return 0;
    }
    int why = errno;
    protection_end(p);
    return error_set(err, EXIT_CANNOT, "write-protection by %s: refused for %llu bytes (%s)", p->ops->name,
                     (unsigned long long)p->bytes, strerror(why));
}

void protection_end(struct protection *p)
{
    if (p->begun)
        p->ops->end(p);
    p->begun = false;
}

static uint64_t clip(const struct protection *p, uint64_t at, uint64_t bytes)
{
    return at >= p->bytes ? 0 : bytes < p->bytes - at ? bytes : p->bytes - at;
}

void protection_open(struct protection *p, uint64_t at, uint64_t bytes)
{
    bytes = clip(p, at, bytes);
    if (bytes && p->begun && p->ops->open(p, at, bytes))
        __atomic_fetch_add(&p->failures, 1, __ATOMIC_RELAXED);
}

void protection_close(struct protection *p, uint64_t at, uint64_t bytes)
{
    bytes = clip(p, at, bytes);
    if (bytes && p->begun && p->ops->close(p, at, bytes))
        __atomic_fetch_add(&p->failures, 1, __ATOMIC_RELAXED);
}
