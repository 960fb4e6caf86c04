/* radix_4_7.c - the tree as Linux 4.7 had it: DIRTY is never cleared, each gang descends from the start */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/track/radix.h"

/* Steps of fs/dax.c and lib/radix-tree.c of Linux 4.7, defects and all:
 *
 *   - start_index never advances: each gang of 14 is looked up from the start of the range again, over what
 * the gangs before it have cleared (until 1eb643d02b21, 4.12).
 *   - DIRTY is never cleared: each fsync writes back everything that was ever marked, however long ago and
 * however clean (until 4b4bb46d00b3, 4.10). What an fsync costs is therefore a matter of history. The history
 * here: who makes a cell has its whole footprint marked once, so that every fsync writes back the whole
 * footprint, which is the steady state of a file that has been written all over. Other histories are between
 * this and `radix`.
 *   - fsync takes no entry lock: dax_writeback_one looks whether the slot is what the gang found and TOWRITE
 * is still set, and flushes. An entry that a writer has locked or unlocked since is left to the next gang:
 * TOWRITE is still set.
 *
 * Two fsyncs of a file at once break the promise, there as here:
 *
 *   A tags a granule and flushes it; a write() to it returns; B's fsync begins and tags (TOWRITE is still
 * set, nothing changes); A clears TOWRITE; B does not find the granule, and returns without having flushed
 * that write.
 *
 * Hence single_fsync. With one fsync at a time there is no such hole, whatever writers do meanwhile: a
 * write() has set DIRTY before it returns and nobody clears it, so that the tagging of an fsync that begins
 * afterwards sets TOWRITE, which none but that fsync clears, and only behind its flush. A write() that comes
 * after the flush and before the clearing loses its TOWRITE, but not its DIRTY: it has returned after fsync()
 * was called and is for the next one. That DIRTY stays is what saves it; cleared together with TOWRITE, with
 * no entry lock, it would be lost for good.
 *
 * An entry holds its granule's number from its insertion on, where 4.7's is empty until
 * dax_insert_mapping_entry, which here stores it once more. */

static struct tracker *radix_4_7_create(uint64_t file_bytes, uint32_t granule, struct error *err)
{
    return tree_create("radix-4.7", file_bytes, granule, 0, err);
}

/* dax_insert_mapping_entry, then put_locked_mapping_entry: the second and third locked section of a write */
static void radix_4_7_entry_mark_unlock(struct tracker *t, uint64_t index)
{
    struct place p;
    tree_lock(&t->lock);
    tree_lookup(t, index, 0, &p);
    slot_store(p.at, entry_of(index) | ENTRY_LOCKED);
    tag_set(t, index, MARK_DIRTY);
    tree_unlock(&t->lock);
    radix_entry_unlock(t, index);
}

/* dax_writeback_one up to the flush. False: the entry has changed since the gang lookup, or another fsync has
 * written it back. */
static bool still_to_write(struct tracker *t, uint64_t entry)
{
    struct place p;
    uint64_t index = entry >> ENTRY_SHIFT;
    tree_lock(&t->lock);
    bool ours = tree_lookup(t, index, 0, &p) && *p.at == entry && tag_get(t, index, MARK_TOWRITE);
    tree_unlock(&t->lock);
    return ours;
}

/* The loop of dax_writeback_mapping_range. Ends when nothing is tagged: release() clears each. */
static bool radix_4_7_next(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    for (;;) {
        if (cur->gang_used == cur->gang_size)
            gang_lookup(t, cur, 0);
        if (!cur->gang_size)
            return false;
        uint64_t entry = cur->gang[cur->gang_used++];
        if (!still_to_write(t, entry))
            continue;
        *run = (struct track_run){.index = entry >> ENTRY_SHIFT, .bits = 1};
        return true;
    }
}

/* dax_writeback_one after the flush. Taking the lock is a LOCKed operation: the CLWBs are done before. */
static void radix_4_7_release(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    (void)cur;
    tree_lock(&t->lock);
    tag_clear(t, run->index, MARK_TOWRITE);
    tree_unlock(&t->lock);
}

const struct track IN_LAYOUT(track_radix_4_7) = {
    .name = "radix-4.7",
    .summary = "the tree as Linux 4.7 had it: DIRTY never cleared, each gang of 14 from the start again",
    .promise =
        "write() holds the entry lock across copy and tag, and DIRTY is never cleared: each fsync writes "
        "back all that was ever marked, which is the whole footprint; broken by two fsyncs at once",
    .shape = SHAPE_TREE,
    .single_fsync = true,
    .create = radix_4_7_create,
    .destroy = tree_destroy,
    .memory = tree_memory,
    .entry_lock = radix_entry_lock,
    .entry_unlock = radix_entry_unlock,
    .entry_mark_unlock = radix_4_7_entry_mark_unlock,
    .mark = radix_mark,
    .empty = tree_empty,
    .tag = radix_tag,
    .next = radix_4_7_next,
    .take = radix_take,
    .release = radix_4_7_release,
    .end = radix_end,
};
