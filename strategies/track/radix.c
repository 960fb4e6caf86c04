/* radix.c - the tree of Linux 4.13: tags from the root down, an entry lock, fsync scans in gangs */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/track/radix.h"

/* Steps of fs/dax.c and lib/radix-tree.c of Linux 4.13 (the scan advances, 4.12; DIRTY is cleared after the
 * flush, 4.10), with one step moved: TOWRITE goes together with DIRTY after the flush. Cleared before it, as
 * there, it hides the entry from a second fsync that has tagged already, which then returns while the first
 * still flushes. */

static struct tracker *radix_create(uint64_t file_bytes, uint32_t granule, struct error *err)
{
    return tree_create("radix", file_bytes, granule, 0, err);
}

static void radix_entry_mark_unlock(struct tracker *t, uint64_t index)
{
    tree_lock(&t->lock);
    tag_set(t, index, MARK_DIRTY);
    unlock_slot(t, index);
    tree_unlock(&t->lock);
    queue_wake(queue_of(t->queues, index));
}

static bool radix_next(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    if (cur->gang_used == cur->gang_size)
        cur->next = gang_lookup(t, cur, cur->next);
    if (!cur->gang_size)
        return false;
    *run = (struct track_run){.index = cur->gang[cur->gang_used++] >> ENTRY_SHIFT, .bits = 1};
    return true;
}

/* dax_writeback_one up to the flush. False: another fsync has written it back. No lock is held afterwards. */
static bool radix_hold(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    struct place p = place_of(run->index, 0);
    (void)cur;
    tree_lock(&t->lock);
    bool ours = tree_load_unlocked(t, &p) && tag_get(t, run->index, MARK_TOWRITE);
    if (ours)
        slot_store(p.at, *p.at | ENTRY_LOCKED);
    tree_unlock(&t->lock);
    return ours;
}

/* dax_writeback_one after the flush, put_locked_mapping_entry. Taking the lock is a LOCKed operation: the
 * CLWBs are done before the entry is seen unlocked or clean, by whichever CPU. Nobody can have marked it
 * since hold(). */
static void radix_release(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    (void)cur;
    tree_lock(&t->lock);
    tag_clear(t, run->index, MARK_TOWRITE);
    tag_clear(t, run->index, MARK_DIRTY);
    unlock_slot(t, run->index);
    tree_unlock(&t->lock);
    queue_wake(queue_of(t->queues, run->index));
}

const struct track IN_LAYOUT(track_radix) = {
    .name = "radix",
    .summary = "the tree of Linux 4.x: 64-way, tags from the root down, entry lock, gangs of 14",
    .promise =
        "write() holds the entry lock across copy and tag, fsync across the write-back, and clears the tags "
        "only after it, behind a LOCKed operation; another fsync finds the entry tagged and waits for it",
    .shape = SHAPE_TREE,
    .create = radix_create,
    .destroy = tree_destroy,
    .memory = tree_memory,
    .entry_lock = radix_entry_lock,
    .entry_unlock = radix_entry_unlock,
    .entry_mark_unlock = radix_entry_mark_unlock,
    .mark = radix_mark,
    .empty = tree_empty,
    .tag = radix_tag,
    .next = radix_next,
    .hold = radix_hold,
    .take = radix_take,
    .release = radix_release,
    .end = radix_end,
};
