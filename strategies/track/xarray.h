/* xarray.h - the functions of today's tree, for entries of one granule and of many */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_TRACK_XARRAY_H
#define STRATEGIES_TRACK_XARRAY_H

#include "strategies/track/tree_marks.h"
#include "strategies/track/tree_store.h"

/* Steps of fs/dax.c, lib/xarray.c and mm/page-writeback.c of Linux 6.16, with one step moved. There
 * dax_writeback_one clears TOWRITE before the flush. A second fsync that has tagged before that and scans
 * after it no longer finds the entry, and returns while the first still flushes it. Here TOWRITE goes
 * together with DIRTY after the flush, so that every scan finds the entry, and waits for its holder. The
 * steps are as many as there.
 *
 * write() stores an entry through a state of its order (XA_STATE_ORDER), which writes the siblings too;
 * fsync's state has order 0 (XA_STATE) and writes the canonical slot alone.
 *
 * The tree's functions are calls and work on a state in memory, each store walks from the root again after a
 * reset, and marks are the kernel's bit instructions: what the compiler could save here, Linux pays. Timed
 * against its own lib/xarray.c by tests/truth/xarray-linux. */

/* xas_set_order: the first granule of the entry that holds this one. */
static inline uint64_t entry_start(const struct tracker *t, uint64_t index)
{
    return index >> t->order << t->order;
}

/* grab_mapping_entry with dax_lock_entry */
static void xarray_entry_lock(struct tracker *t, uint64_t index)
{
    struct place p = place_of_entry(t, entry_start(t, index));
    tree_lock(&t->lock);
    uint64_t entry = tree_load_unlocked(t, &p);
    if (!entry)
        entry = entry_of(p.index);
    tree_store(t, &p, entry | ENTRY_LOCKED);
    tree_unlock(&t->lock);
}

/* dax_unlock_entry */
static void xarray_entry_unlock(struct tracker *t, uint64_t index)
{
    struct place p = place_of_entry(t, entry_start(t, index));
    tree_lock(&t->lock);
    tree_store(t, &p, entry_of(p.index));
    tree_unlock(&t->lock);
    queue_wake(queue_of(t->queues, p.index));
}

static void xarray_entry_mark_unlock(struct tracker *t, uint64_t index)
{
    struct place p = place_of_entry(t, entry_start(t, index));
    tree_lock(&t->lock);
    tree_store(t, &p, entry_of(p.index));
    tree_mark_up(t, &p, MARK_DIRTY);
    tree_unlock(&t->lock);
    queue_wake(queue_of(t->queues, p.index));
}

/* dax_insert_pfn_mkwrite, up to the mark: waits for the entry's holder, since an fsync that holds it will
 * clear DIRTY */
static void xarray_mark(struct tracker *t, uint64_t first, uint64_t count)
{
    uint64_t step = 1ull << t->order;
    for (uint64_t index = entry_start(t, first); index < first + count; index += step) {
        struct place p = place_of_entry(t, index);
        tree_lock(&t->lock);
        if (!tree_load_unlocked(t, &p))
            tree_store(t, &p, entry_of(index));
        tree_mark_up(t, &p, MARK_DIRTY);
        tree_unlock(&t->lock);
    }
}

static void cursor_lock(struct tracker *t, struct track_cursor *cur)
{
    if (cur->locked)
        return;
    tree_lock(&t->lock);
    cur->locked = 1;
}

/* xas_pause or xas_reset, and drop the lock: the next step descends from the root. */
static void cursor_unlock(struct tracker *t, struct track_cursor *cur)
{
    cur->node = NULL;
    cur->locked = 0;
    tree_unlock(&t->lock);
}

/* tag_pages_for_writeback */
static bool xarray_tag(struct tracker *t, struct track_cursor *cur)
{
    (void)cur;
    return tree_tag(t, tree_next_marked);
}

/* xas_for_each_marked of dax_writeback_mapping_range */
static bool xarray_next(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    if (cur->batch == TREE_BATCH) {
        cur->batch = 0;
        if (cur->locked)
            cursor_unlock(t, cur);
        _mm_pause();
    }
    cursor_lock(t, cur);
    struct tree_walk w = {cur->next, cur->node, cur->slot};
    if (!tree_next_marked(t, &w, MARK_TOWRITE))
        return false;
    cur->next = w.next;
    cur->node = w.node;
    cur->slot = w.slot;
    cur->batch++;
    *run = (struct track_run){.index = w.next - (1ull << t->order), .bits = 1, .order = t->order};
    return true;
}

/* dax_writeback_one up to the flush. False: another fsync has written it back; the tree lock stays held then.
 */
static bool xarray_hold(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    struct place p = place_at(t, run->index, cur->node, cur->slot);
    uint64_t entry = *p.at;
    if (entry & ENTRY_LOCKED) {
        entry = tree_load_unlocked(t, &p);
        cur->node = p.node;
        cur->slot = p.slot;
        if (!entry || !tree_marked(t, &p, MARK_TOWRITE))
            return false;
    }
    tree_store(t, &p, entry | ENTRY_LOCKED);
    cursor_unlock(t, cur);
    return true;
}

static void xarray_take(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    (void)t, (void)cur, (void)run;
}

/* dax_writeback_one after the flush. Taking the lock is a LOCKed operation: the CLWBs are done before the
 * entry is seen unlocked or clean, by whichever CPU. Nobody can have marked it since hold(): that takes the
 * entry. */
static void xarray_release(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    struct place p = place_of(run->index, 0);
    cursor_lock(t, cur);
    tree_store(t, &p, entry_of(run->index));
    tree_clear_up(t, &p, MARK_TOWRITE);
    tree_clear_up(t, &p, MARK_DIRTY);
    cur->node = p.node;
    cur->slot = p.slot;
    queue_wake(queue_of(t->queues, run->index));
}

static void xarray_end(struct tracker *t, struct track_cursor *cur)
{
    if (cur->locked)
        cursor_unlock(t, cur);
}

#endif
