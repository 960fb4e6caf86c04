/* radix.c - the tree of Linux 4.13: tags from the root down, an entry lock, fsync scans in gangs */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/track/tree.h"

/* Steps of fs/dax.c and lib/radix-tree.c of Linux 4.13 (the scan advances, 4.12; DIRTY is cleared after the
 * flush, 4.10), with one step moved: TOWRITE goes together with DIRTY after the flush. Cleared before it, as
 * there, it hides the entry from a second fsync that has tagged already, which then returns while the first
 * still flushes. The gang lookup takes the lock here, where the kernel reads under RCU. */

enum { GANG = 14 /* PAGEVEC_SIZE */ };

static struct tracker *radix_create(uint64_t file_bytes, uint32_t granule, struct error *err)
{
    return tree_create("radix", file_bytes, granule, err);
}

/* radix_tree_tag_set: from the root to the leaf, read then set on each level, then the root's own tag */
static void tag_set(struct tracker *t, uint64_t index, enum mark mark)
{
    uint64_t entry = t->head;
    while (is_node(entry)) {
        struct tree_node *node = to_node(entry);
        unsigned slot = index >> node->shift & (TREE_SLOTS - 1);
        if (!(node->marks[mark] >> slot & 1))
            node->marks[mark] |= 1ull << slot;
        entry = node->slots[slot];
    }
    if (!(t->marks >> mark & 1))
        t->marks |= 1u << mark;
}

/* radix_tree_tag_clear: walks down, then up while the node's tag word is zero */
static void tag_clear(struct tracker *t, uint64_t index, enum mark mark)
{
    struct place p;
    if (tree_lookup(t, index, &p))
        tree_clear_up(t, &p, mark);
}

/* radix_tree_tag_get: walks down as long as the tag is set */
static bool tag_get(const struct tracker *t, uint64_t index, enum mark mark)
{
    if (!(t->marks >> mark & 1))
        return false;
    uint64_t entry = t->head;
    while (is_node(entry)) {
        struct tree_node *node = to_node(entry);
        unsigned slot = index >> node->shift & (TREE_SLOTS - 1);
        if (!(node->marks[mark] >> slot & 1))
            return false;
        entry = node->slots[slot];
    }
    return true;
}

/* get_unlocked_mapping_entry; where there is none, drops the lock as for radix_tree_preload, and inserts
 * `fresh` unless somebody else has by then. Returns with the lock held. */
static void find_or_insert(struct tracker *t, uint64_t index, uint64_t fresh, struct place *p)
{
    if (tree_lookup_unlocked(t, index, p))
        return;
    tree_unlock(&t->lock);
    tree_lock(&t->lock);
    if (!tree_lookup_unlocked(t, index, p))
        tree_insert(t, index, fresh, p);
}

/* grab_mapping_entry, lock_slot */
static void radix_entry_lock(struct tracker *t, uint64_t index)
{
    struct place p;
    tree_lock(&t->lock);
    find_or_insert(t, index, entry_of(index) | ENTRY_LOCKED, &p);
    slot_store(p.at, *p.at | ENTRY_LOCKED);
    tree_unlock(&t->lock);
}

static void unlock_slot(struct tracker *t, uint64_t index)
{
    struct place p;
    tree_lookup(t, index, &p);
    slot_store(p.at, *p.at & ~(uint64_t)ENTRY_LOCKED);
}

/* put_locked_mapping_entry */
static void radix_entry_unlock(struct tracker *t, uint64_t index)
{
    tree_lock(&t->lock);
    unlock_slot(t, index);
    tree_unlock(&t->lock);
    queue_wake(queue_of(t->queues, index));
}

static void radix_entry_mark_unlock(struct tracker *t, uint64_t index)
{
    tree_lock(&t->lock);
    tag_set(t, index, MARK_DIRTY);
    unlock_slot(t, index);
    tree_unlock(&t->lock);
    queue_wake(queue_of(t->queues, index));
}

/* dax_pfn_mkwrite; waits for the entry's holder, since an fsync that holds it will clear DIRTY */
static void radix_mark(struct tracker *t, uint64_t first, uint64_t count)
{
    for (uint64_t index = first; index < first + count; index++) {
        struct place p;
        tree_lock(&t->lock);
        find_or_insert(t, index, entry_of(index), &p);
        tag_set(t, index, MARK_DIRTY);
        tree_unlock(&t->lock);
    }
}

/* radix_tree_for_each_tagged: a chunk of the iterator is a leaf, and each is found from the root */
static bool next_tagged(const struct tracker *t, struct tree_walk *w, enum mark mark)
{
    if (w->node && (w->slot == TREE_SLOTS - 1 || !(w->node->marks[mark] >> (w->slot + 1)))) {
        w->next = (w->next + TREE_SLOTS - 1) / TREE_SLOTS * TREE_SLOTS;
        w->node = NULL;
    }
    return tree_next_marked(t, w, mark);
}

/* tag_pages_for_writeback: in batches under the lock */
static bool radix_tag(struct tracker *t, struct track_cursor *cur)
{
    (void)cur;
    return tree_tag(t, next_tagged);
}

/* find_get_entries_tag from cur->next on */
static void gang_lookup(struct tracker *t, struct track_cursor *cur)
{
    struct tree_walk w = {.next = cur->next};
    cur->gang_used = 0;
    cur->gang_size = 0;
    tree_lock(&t->lock);
    while (cur->gang_size < GANG && next_tagged(t, &w, MARK_TOWRITE))
        cur->gang[cur->gang_size++] = w.next - 1;
    tree_unlock(&t->lock);
    cur->next = w.next;
}

static bool radix_next(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    if (cur->gang_used == cur->gang_size)
        gang_lookup(t, cur);
    if (!cur->gang_size)
        return false;
    *run = (struct track_run){.index = cur->gang[cur->gang_used++], .bits = 1};
    return true;
}

/* dax_writeback_one up to the flush. False: another fsync has written it back. No lock is held afterwards. */
static bool radix_hold(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    struct place p;
    (void)cur;
    tree_lock(&t->lock);
    bool ours = tree_lookup_unlocked(t, run->index, &p) && tag_get(t, run->index, MARK_TOWRITE);
    if (ours)
        slot_store(p.at, *p.at | ENTRY_LOCKED);
    tree_unlock(&t->lock);
    return ours;
}

static void radix_take(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    (void)t, (void)cur, (void)run;
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

static void radix_end(struct tracker *t, struct track_cursor *cur)
{
    (void)t, (void)cur;
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
