/* steps.h - the single steps of the path, each after the kernel function that it stands for */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PATH_STEPS_H
#define KERNELS_PATH_STEPS_H

#include <string.h>

#include "base/clock.h"
#include "kernels/drain_device.h"
#include "kernels/period.h"
#include "strategies/prim.h"

#ifndef PMB_HOOKS
#define PMB_HOOKS 0
#endif

/* true unless a test emptied this step; spins there when a test planted a delay. Constant true when measured.
 */
static inline bool step_runs(const struct period *p, enum step step)
{
#if PMB_HOOKS
    if (p->hook_delay == (int)step)
        clock_spin(p->hook_ticks * (STEP_BIT(step) & STEPS_FSYNC ? p->writes : 1));
    return p->hook_skip != (int)step;
#else
    (void)p, (void)step;
    return true;
#endif
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* down_write(&inode->i_rwsem): one LOCKed compare-exchange when free. */
static inline void step_lock(struct period *p)
{
    if (step_runs(p, STEP_LOCK) && !locked_compare_exchange32(&p->inode->rwsem, 0, 1))
        inode_lock_slow(&p->inode->rwsem);
}

/* up_write: one LOCKed operation, which also orders the write's NT stores and CLWBs (SDM vol. 3, 8.2.5). */
static inline void step_unlock(struct period *p)
{
#if PMB_HOOKS
    if (p->hook_skip == STEP_LOCK)
        return;
#endif
    if (locked_add32(&p->inode->rwsem, (uint32_t)-1) != 1)
        inode_wake(&p->inode->rwsem);
}

/* iomap_iter and dax_direct_access: the extent that holds the offset, by binary search in each node. */
static inline const struct extent *extent_lookup(const struct inode *inode, uint64_t offset)
{
    const struct extent_node *node = inode->root;
    for (uint32_t level = inode->depth;; level--) {
        unsigned low = 0;
        for (unsigned half = EXTENT_FANOUT / 2; half; half /= 2)
            low += node->key[low + half] <= offset ? half : 0;
        if (level == 1)
            return node->record[low];
        node = node->child[low];
    }
}

/* Maps the offset; *n is clipped to the extent. */
static inline unsigned char *step_lookup(struct period *p, uint64_t offset, uint64_t *n)
{
    if (!step_runs(p, STEP_LOOKUP))
        return p->base + offset;
#if PMB_TRACE
    p->counts.lookups++;
#endif
    const struct extent *e = extent_lookup(p->inode, offset);
    *n = min_u64(*n, e->start + e->bytes - offset);
    return e->addr + (offset - e->start);
}

/* __mark_inode_dirty(I_DIRTY_PAGES): a test when it is dirty already, else under inode->i_lock. */
static inline void step_mark_inode(struct period *p)
{
    struct inode *inode = p->inode;
    if (!step_runs(p, STEP_MARK_INODE) ||
        (__atomic_load_n(&inode->state, __ATOMIC_RELAXED) & INODE_DIRTY_PAGES))
        return;
    while (!locked_compare_exchange32(&inode->state_lock, 0, 1))
        _mm_pause();
    __atomic_store_n(&inode->state, inode->state | INODE_DIRTY_PAGES, __ATOMIC_RELAXED);
    __atomic_store_n(&inode->state_lock, 0, __ATOMIC_RELEASE);
}

/* fsync's half of it: the data are about to be clean (writeback_single_inode). */
static inline void step_clean_inode(struct period *p)
{
    struct inode *inode = p->inode;
    if (!step_runs(p, STEP_CLEAN_INODE))
        return;
    while (!locked_compare_exchange32(&inode->state_lock, 0, 1))
        _mm_pause();
    __atomic_store_n(&inode->state, inode->state & ~(uint32_t)INODE_DIRTY_PAGES, __ATOMIC_RELAXED);
    __atomic_store_n(&inode->state_lock, 0, __ATOMIC_RELEASE);
}

/* dax_copy_from_iter. */
static inline void step_copy(struct period *p, unsigned char *dst, const unsigned char *src, uint64_t n)
{
    if (!step_runs(p, STEP_COPY))
        return;
#if PMB_TRACE
    p->counts.bytes_copied += n;
#endif
    p->copy->copy(dst, src, n);
}

static inline void step_finish(struct period *p, unsigned char *dst, uint64_t n)
{
    if (p->copy->finish && step_runs(p, STEP_FINISH))
        p->copy->finish(dst, n);
}

static inline void step_fence(struct period *p)
{
    if (p->fence_write && step_runs(p, STEP_FENCE))
        store_fence();
}

static inline void count_marked(struct period *p, uint64_t n)
{
#if PMB_TRACE
    p->counts.entries_marked += n;
#else
    (void)p, (void)n;
#endif
}

static inline void step_entry_lock(struct period *p, uint64_t index)
{
    if (step_runs(p, STEP_ENTRY_LOCK))
        p->track->entry_lock(p->tracker, index);
}

/* The second locked section of a write() in a tree: mark and unlock, or one of both. */
static inline void step_entry_mark(struct period *p, uint64_t index, bool locked, bool mark)
{
#if PMB_HOOKS
    locked = locked && p->hook_skip != STEP_ENTRY_LOCK;
    mark = mark && step_runs(p, STEP_MARK);
#endif
    if (mark)
        count_marked(p, 1);
    if (locked && mark)
        p->track->entry_mark_unlock(p->tracker, index);
    else if (locked)
        p->track->entry_unlock(p->tracker, index);
    else if (mark)
        p->track->mark(p->tracker, index, 1);
}

/* Bitmaps: the granules of the whole write, after its copy. */
static inline void step_mark_range(struct period *p, uint64_t offset)
{
    if (!step_runs(p, STEP_MARK))
        return;
    uint64_t first = offset >> p->granule_shift, last = (offset + p->size - 1) >> p->granule_shift;
    count_marked(p, last - first + 1);
    p->track->mark(p->tracker, first, last - first + 1);
}

/* mapping_empty, then tag_pages_for_writeback. false: nothing to write back. */
static inline bool step_tag(struct period *p)
{
    if (!step_runs(p, STEP_TAG))
        return false;
    if (p->track->empty(p->tracker))
        return false;
    p->cursor = (struct track_cursor){0};
    return p->track->tag(p->tracker, &p->cursor);
}

/* dax_flush over the granules of a run, neighbours together. */
static inline void step_writeback(struct period *p, struct track_run run)
{
    if (!p->writeback->range || !step_runs(p, STEP_WRITEBACK))
        return;
    if (run.order) { /* one entry of many granules: all of it, however little changed */
        p->writeback->range(p->base + (run.index << p->granule_shift),
                            1ull << (p->granule_shift + run.order));
        return;
    }
    for (uint64_t bits = run.bits; bits;) {
        unsigned first = (unsigned)__builtin_ctzll(bits);
        uint64_t rest = ~(bits >> first);
        unsigned length = rest ? (unsigned)__builtin_ctzll(rest) : 64 - first;
        p->writeback->range(p->base + ((run.index + first) << p->granule_shift),
                            (uint64_t)length << p->granule_shift);
        bits = first + length >= 64 ? 0 : bits & (UINT64_MAX << (first + length));
    }
}

static inline void count_scanned(struct period *p, struct track_run run)
{
#if PMB_TRACE
    p->counts.entries_scanned += (uint64_t)__builtin_popcountll(run.bits);
#else
    (void)p, (void)run;
#endif
}

static inline void step_fsync_fence(struct period *p)
{
    if (step_runs(p, STEP_FSYNC_FENCE))
        p->domain->fence();
}

static inline void step_drain(struct period *p)
{
    if ((!p->domain->drain && !p->drain_device) || !step_runs(p, STEP_DRAIN))
        return;
#if PMB_TRACE
    p->counts.drains++;
#endif
    if (!p->drain_device)
        p->domain->drain();
    else if (p->drain_device->drain(p->drain_device))
        __atomic_fetch_add(p->drain_device->failures, 1, __ATOMIC_RELAXED);
}

/* Other cached traffic between the writes and the fsync; its time is not the period's. */
static inline void step_delay(struct period *p)
{
    if (!p->delay_bytes)
        return;
    uint64_t start = clock_begin();
    for (uint64_t i = 0; i < p->delay_bytes; i += LINE)
        p->delay_buffer[i]++;
    p->excluded += clock_end() - start;
}

#endif
