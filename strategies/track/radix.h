/* radix.h - the steps of lib/radix-tree.c and fs/dax.c of Linux 4.x that all its trees share */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_TRACK_RADIX_H
#define STRATEGIES_TRACK_RADIX_H

#include "strategies/track/tree_marks.h"
#include "strategies/track/tree_store.h"

enum { GANG = 14 /* PAGEVEC_SIZE */ };

/* radix_tree_tag_set: from the root to the leaf, read then set on each level, then the root's own tag */
OUT_OF_LINE void tag_set(struct tracker *t, uint64_t index, enum mark mark)
{
    uint64_t entry = t->head;
    while (is_node(entry)) {
        struct tree_node *node = to_node(entry);
        unsigned slot = index >> node->shift & (TREE_SLOTS - 1);
        if (!bit_test(&node->marks[mark], slot))
            bit_test_set(&node->marks[mark], slot);
        entry = node->slots[slot];
    }
    if (!(t->marks >> mark & 1))
        t->marks |= 1u << mark;
}

/* node_tag_clear: read, then cleared on each level, up while the node's tag word is zero */
OUT_OF_LINE void node_tag_clear(struct tracker *t, const struct place *p, enum mark mark)
{
    struct tree_node *node = p->node;
    for (unsigned slot = p->slot; node; slot = node->offset, node = node->parent) {
        if (!bit_test(&node->marks[mark], slot))
            return;
        bit_test_clear(&node->marks[mark], slot);
        if (node->marks[mark])
            return;
    }
    if (t->marks >> mark & 1)
        t->marks &= ~(1u << mark);
}

/* radix_tree_tag_clear: walks down, then up */
OUT_OF_LINE void tag_clear(struct tracker *t, uint64_t index, enum mark mark)
{
    struct place p;
    if (tree_lookup(t, index, 0, &p))
        node_tag_clear(t, &p, mark);
}

/* radix_tree_tag_get: walks down as long as the tag is set */
OUT_OF_LINE bool tag_get(const struct tracker *t, uint64_t index, enum mark mark)
{
    if (!(t->marks >> mark & 1))
        return false;
    uint64_t entry = t->head;
    while (is_node(entry)) {
        struct tree_node *node = to_node(entry);
        unsigned slot = index >> node->shift & (TREE_SLOTS - 1);
        if (!bit_test(&node->marks[mark], slot))
            return false;
        entry = node->slots[slot];
    }
    return true;
}

/* get_unlocked_mapping_entry; where there is none, drops the lock as for radix_tree_preload, and inserts
 * `fresh` unless somebody else has by then. Returns with the lock held. */
static void find_or_insert(struct tracker *t, uint64_t index, uint64_t fresh, struct place *p)
{
    *p = place_of(index, 0);
    if (tree_load_unlocked(t, p))
        return;
    tree_unlock(&t->lock);
    tree_lock(&t->lock);
    if (tree_load_unlocked(t, p))
        return;
    *p = place_of(index, 0); /* radix_tree_insert walks from the root again */
    tree_store(t, p, fresh);
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
    if (!w->node && !(t->marks >> mark & 1))
        return false;
    return tree_next_marked(t, w, mark);
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
        cur->gang[cur->gang_size++] = *place_at(t, 0, w.node, w.slot).at;
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
