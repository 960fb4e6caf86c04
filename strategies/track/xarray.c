/* xarray.c - today's tree: marks from the leaf up, an entry lock, fsync scans under the tree lock */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/track/tree.h"

/* Steps of fs/dax.c, lib/xarray.c and mm/page-writeback.c of Linux 6.16, with one step moved. There
 * dax_writeback_one clears TOWRITE before the flush. A second fsync that has tagged before that and scans
 * after it no longer finds the entry, and returns while the first still flushes it. Here TOWRITE goes
 * together with DIRTY after the flush, so that every scan finds the entry, and waits for its holder. The
 * steps are as many as there. */

static struct tracker *xarray_create(uint64_t file_bytes, uint32_t granule, struct error *err)
{
    return tree_create("xarray", file_bytes, granule, err);
}

/* grab_mapping_entry with dax_lock_entry */
static void xarray_entry_lock(struct tracker *t, uint64_t index)
{
    struct place p;
    tree_lock(&t->lock);
    if (tree_lookup_unlocked(t, index, &p))
        slot_store(p.at, *p.at | ENTRY_LOCKED);
    else
        tree_insert(t, index, entry_of(index) | ENTRY_LOCKED, &p);
    tree_unlock(&t->lock);
}

/* dax_unlock_entry: xas_reset, and xas_store walks again */
static void xarray_entry_unlock(struct tracker *t, uint64_t index)
{
    struct place p;
    tree_lock(&t->lock);
    tree_lookup(t, index, &p);
    slot_store(p.at, *p.at & ~(uint64_t)ENTRY_LOCKED);
    tree_unlock(&t->lock);
    queue_wake(queue_of(t->queues, index));
}

static void xarray_entry_mark_unlock(struct tracker *t, uint64_t index)
{
    struct place p;
    tree_lock(&t->lock);
    tree_lookup(t, index, &p);
    tree_mark_up(t, &p, MARK_DIRTY);
    slot_store(p.at, *p.at & ~(uint64_t)ENTRY_LOCKED);
    tree_unlock(&t->lock);
    queue_wake(queue_of(t->queues, index));
}

/* dax_insert_pfn_mkwrite, up to the mark: waits for the entry's holder, since an fsync that holds it will
 * clear DIRTY */
static void xarray_mark(struct tracker *t, uint64_t first, uint64_t count)
{
    for (uint64_t index = first; index < first + count; index++) {
        struct place p;
        tree_lock(&t->lock);
        if (!tree_lookup_unlocked(t, index, &p))
            tree_insert(t, index, entry_of(index), &p);
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
    *run = (struct track_run){.index = w.next - 1, .bits = 1};
    return true;
}

/* dax_writeback_one up to the flush. False: another fsync has written it back; the tree lock stays held then.
 */
static bool xarray_hold(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    struct place p = place_at(t, cur->node, cur->slot);
    if (*p.at & ENTRY_LOCKED) {
        bool found = tree_lookup_unlocked(t, run->index, &p);
        cur->node = p.node;
        cur->slot = p.slot;
        if (!found || !tree_marked(t, &p, MARK_TOWRITE))
            return false;
    }
    slot_store(p.at, *p.at | ENTRY_LOCKED);
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
    struct place p;
    cursor_lock(t, cur);
    tree_lookup(t, run->index, &p);
    slot_store(p.at, *p.at & ~(uint64_t)ENTRY_LOCKED);
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

const struct track IN_LAYOUT(track_xarray) = {
    .name = "xarray",
    .summary = "today's tree: 64-way, marks from the leaf up, entry lock, pause every 4096 entries",
    .promise =
        "write() holds the entry lock across copy and mark, fsync across the write-back, and clears the "
        "marks "
        "only after it, behind a LOCKed operation; another fsync finds the entry marked and waits for it",
    .shape = SHAPE_TREE,
    .create = xarray_create,
    .destroy = tree_destroy,
    .memory = tree_memory,
    .entry_lock = xarray_entry_lock,
    .entry_unlock = xarray_entry_unlock,
    .entry_mark_unlock = xarray_entry_mark_unlock,
    .mark = xarray_mark,
    .empty = tree_empty,
    .tag = xarray_tag,
    .next = xarray_next,
    .hold = xarray_hold,
    .take = xarray_take,
    .release = xarray_release,
    .end = xarray_end,
};
