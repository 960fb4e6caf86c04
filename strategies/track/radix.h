/* radix.h - the steps of lib/radix-tree.c and fs/dax.c of Linux 4.x that all its trees share */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_TRACK_RADIX_H
#define STRATEGIES_TRACK_RADIX_H

#include "strategies/track/tree.h"

enum { GANG = 14 /* PAGEVEC_SIZE */ };

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
    if (tree_lookup(t, index, 0, &p))
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
    if (tree_lookup_unlocked(t, index, 0, p))
        return;
    tree_unlock(&t->lock);
    tree_lock(&t->lock);
    if (!tree_lookup_unlocked(t, index, 0, p))
        tree_insert(t, index, fresh, 0, p);
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

static inline __attribute__((always_inline)) void unlock_slot(struct tracker *t, uint64_t index)
{
    struct place p;
    tree_lookup(t, index, 0, &p);
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
static inline __attribute__((always_inline)) bool next_tagged(const struct tracker *t, struct tree_walk *w,
                                                              enum mark mark)
{
    if (w->node && (w->slot == TREE_SLOTS - 1 || !(w->node->marks[mark] >> (w->slot + 1)))) {
        w->next = (w->next + TREE_SLOTS - 1) / TREE_SLOTS * TREE_SLOTS;
        w->node = NULL;
    }
    return tree_next_marked(t, w, mark, 0);
}

/* tag_pages_for_writeback: in batches under the lock */
static bool radix_tag(struct tracker *t, struct track_cursor *cur)
{
    (void)cur;
    return tree_tag(t, next_tagged);
}

/* find_get_entries_tag from the granule `from` on, at most a gang: cur->gang holds the entries as they are.
 * Returns the granule behind the last. The lock is taken here, where the kernel reads under RCU. */
static inline uint64_t gang_lookup(struct tracker *t, struct track_cursor *cur, uint64_t from)
{
    struct tree_walk w = {.next = from};
    cur->gang_used = 0;
    cur->gang_size = 0;
    tree_lock(&t->lock);
    while (cur->gang_size < GANG && next_tagged(t, &w, MARK_TOWRITE))
        cur->gang[cur->gang_size++] = *place_at(t, w.node, w.slot).at;
    tree_unlock(&t->lock);
    return w.next;
}

static void radix_take(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    (void)t, (void)cur, (void)run;
}

static void radix_end(struct tracker *t, struct track_cursor *cur)
{
    (void)t, (void)cur;
}

#endif
