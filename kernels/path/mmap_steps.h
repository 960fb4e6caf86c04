/* mmap_steps.h - the steps of stores through a mapping: the fault with its mark, and fsync's write-protection
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PATH_MMAP_STEPS_H
#define KERNELS_PATH_MMAP_STEPS_H

#include "kernels/path/steps.h"
#include "kernels/protection.h"
#include "strategies/track/spin.h"

/* What must be one step and why: kernels/protection.c. */

enum { GROUP = 64 }; /* granules under one lock: a bitmap's word */

static inline uint32_t *group_of(struct protection *x, uint64_t index)
{
    return &x->lock[index / GROUP % PROTECT_LOCKS].lock;
}

static inline void group_lock(struct protection *x, uint64_t index)
{
    uint32_t *lock = group_of(x, index);
    unsigned turns = 0;
    while (!locked_compare_exchange32(lock, 0, 1))
        while (__atomic_load_n(lock, __ATOMIC_RELAXED))
            spin_turn(&turns);
}

static inline void group_unlock(struct protection *x, uint64_t index)
{
    __atomic_store_n(group_of(x, index), 0, __ATOMIC_RELEASE);
}

static inline void count_fault(struct period *p)
{
#if PMB_TRACE
    p->counts.faults++;
#else
    (void)p;
#endif
}

static inline void count_protected(struct period *p, uint64_t granules)
{
#if PMB_TRACE
    p->counts.write_protects += granules;
#else
    (void)p, (void)granules;
#endif
}

/* The first granule of the entry that holds the offset. */
static inline uint64_t fault_index(const struct period *p, uint64_t offset)
{
    return offset >> p->entry_shift << (p->entry_shift - p->granule_shift);
}

/* Makes the entry writable: dax_insert_entry's pages, a PMD's worth of them where the entry is one. */
static inline bool fault_open(struct period *p, uint64_t offset)
{
    struct protection *x = p->protection;
    uint64_t entry = 1ull << p->entry_shift, start = offset & ~(entry - 1);
#if PMB_HOOKS
    if (p->hook_skip == STEP_FAULT) { /* an emptied fault: nothing faults any more */
        start = 0;
        entry = x->bytes;
    }
#endif
    bool open = !x->ops->open(x, start, min_u64(entry, x->bytes - start));
    if (!open)
        __atomic_fetch_add(&x->failures, 1, __ATOMIC_RELAXED);
    return open;
}

/* What rungs without the mark have. */
static inline bool fault_unmarked(struct period *p, uint64_t offset)
{
    count_fault(p);
    return fault_open(p, offset);
}

static inline bool fault_marks(const struct period *p)
{
#if PMB_HOOKS
    return p->hook_skip != STEP_MARK;
#else
    (void)p;
    return true;
#endif
}

/* dax_insert_pfn_mkwrite: the entry, DIRTY, the inode; then the page is mapped writable. */
static inline bool fault_tree(struct period *p, uint64_t offset)
{
    uint64_t index = fault_index(p, offset);
    if (!fault_marks(p))
        return fault_unmarked(p, offset);
    count_fault(p);
    count_marked(p, 1);
    step_mark_inode(p);
    p->track->entry_lock(p->tracker, index);
    group_lock(p->protection, index);
    p->track->entry_mark_unlock(p->tracker, index);
    bool open = fault_open(p, offset);
    group_unlock(p->protection, index);
    return open;
}

static inline bool fault_bitmap(struct period *p, uint64_t offset)
{
    uint64_t index = fault_index(p, offset);
    if (!fault_marks(p))
        return fault_unmarked(p, offset);
    count_fault(p);
    count_marked(p, 1);
    step_mark_inode(p);
    group_lock(p->protection, index);
    p->track->mark(p->tracker, index, 1);
    bool open = fault_open(p, offset);
    group_unlock(p->protection, index);
    return open;
}

/* This thread's faults are this period's until step_leave. Returns whose they were. */
static inline struct period *step_enter(struct period *p, bool (*on_fault)(struct period *, uint64_t))
{
    p->on_fault = on_fault;
    p->fault_address = NULL;
    return protection_run(p);
}

static inline void step_leave(struct period *before)
{
    protection_run(before);
}

/* For planted delays alone: what a fault does is a part of some stores, delays are one a store. */
static inline void step_store_planted(const struct period *p)
{
    step_runs(p, STEP_FAULT);
    step_runs(p, STEP_MARK);
}

/* A write() marks beyond what is mapped: that needs no protection. */
static inline void step_close_range(struct period *p, uint64_t index, uint64_t granules)
{
    struct protection *x = p->protection;
    uint64_t at = index << p->granule_shift;
    if (at >= x->bytes)
        return;
    uint64_t bytes = min_u64(granules << p->granule_shift, x->bytes - at);
    count_protected(p, bytes >> p->granule_shift);
    if (x->ops->close(x, at, bytes))
        __atomic_fetch_add(&x->failures, 1, __ATOMIC_RELAXED);
}

/* pfn_mkclean_range over the granules of a run, neighbours together. */
static inline void step_write_protect(struct period *p, struct track_run run)
{
    if (!step_runs(p, STEP_WRITE_PROTECT))
        return;
    if (run.order) {
        step_close_range(p, run.index, 1ull << run.order);
        return;
    }
    for (uint64_t bits = run.bits; bits;) {
        unsigned first = (unsigned)__builtin_ctzll(bits);
        uint64_t rest = ~(bits >> first);
        unsigned length = rest ? (unsigned)__builtin_ctzll(rest) : 64 - first;
        step_close_range(p, run.index + first, length);
        bits = first + length >= 64 ? 0 : bits & (UINT64_MAX << (first + length));
    }
}

/* What one fsync finds and protects in the page tables, and writes back at once, stretch by stretch. */
static inline void step_scan_pages(struct period *p, bool writeback)
{
    struct protection *x = p->protection;
    if (!step_runs(p, STEP_WRITE_PROTECT))
        return;
    if (!locked_compare_exchange32(&x->turn, 0, 1))
        inode_lock_slow(&x->turn);
    for (uint64_t at = 0; at < x->bytes;) {
        int n = x->ops->scan(x, &at, x->found);
        if (n < 0) {
            __atomic_fetch_add(&x->failures, 1, __ATOMIC_RELAXED);
            break;
        }
        for (int i = 0; i < n; i++) {
            uint64_t bytes = x->found[i].end - x->found[i].start;
#if PMB_TRACE
            p->counts.faults += bytes >> p->granule_shift;
            p->counts.entries_scanned += bytes >> p->granule_shift;
#endif
            count_protected(p, bytes >> p->granule_shift);
            if (writeback && p->writeback->range && step_runs(p, STEP_WRITEBACK))
                p->writeback->range(p->base + x->found[i].start, bytes);
        }
    }
    if (locked_add32(&x->turn, (uint32_t)-1) != 1)
        inode_wake(&x->turn);
}

#endif
