/* tree_marks.h - the tree's marks: set and cleared from an entry upwards, and the walk over what bears one */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_TRACK_TREE_MARKS_H
#define STRATEGIES_TRACK_TREE_MARKS_H

#include "strategies/track/tree.h"

/* The bit operations of arch/x86/include/asm/bitops.h, not LOCKed. With the bit's number in a register these
 * take several times as long on memory as a load, a shift and an OR, which a compiler would choose. Each
 * returns what the bit was. */
static inline bool bit_test(const uint64_t *word, uint64_t bit)
{
    bool old;
    __asm__ volatile("btq %2, %1" : "=@ccc"(old) : "m"(*word), "Jr"(bit));
    return old;
}

static inline bool bit_test_set(uint64_t *word, uint64_t bit)
{
    bool old;
    __asm__ volatile("btsq %2, %1" : "=@ccc"(old), "+m"(*word) : "Jr"(bit));
    return old;
}

static inline bool bit_test_clear(uint64_t *word, uint64_t bit)
{
    bool old;
    __asm__ volatile("btrq %2, %1" : "=@ccc"(old), "+m"(*word) : "Jr"(bit));
    return old;
}

/* A walk over marked entries. */
struct tree_walk {
    uint64_t next;          /* the granule to look at next: behind the entry found last */
    struct tree_node *node; /* of that entry, NULL: descend from the root */
    unsigned slot;
};

/* xas_get_mark */
static inline bool tree_marked(const struct tracker *t, const struct place *p, enum mark mark)
{
    return p->node ? bit_test(&p->node->marks[mark], p->slot) : t->marks >> mark & 1;
}

/* xas_set_mark: from the entry up, stopping at the first ancestor that is marked already. */
OUT_OF_LINE void tree_mark_up(struct tracker *t, const struct place *p, enum mark mark)
{
    struct tree_node *node = p->node;
    for (unsigned slot = p->slot; node; slot = node->offset, node = node->parent)
        if (bit_test_set(&node->marks[mark], slot))
            return;
    if (!(t->marks >> mark & 1))
        t->marks |= 1u << mark;
}

/* xas_clear_mark: from the entry up, as long as a node's mark word becomes empty. */
OUT_OF_LINE void tree_clear_up(struct tracker *t, const struct place *p, enum mark mark)
{
    struct tree_node *node = p->node;
    for (unsigned slot = p->slot; node; slot = node->offset, node = node->parent)
        if (!bit_test_clear(&node->marks[mark], slot) || node->marks[mark])
            return;
    if (t->marks >> mark & 1)
        t->marks &= ~(1u << mark);
}

/* xas_find_chunk: the first slot from `slot` on that bears the mark, or TREE_SLOTS. */
static inline unsigned node_next_marked(const struct tree_node *node, unsigned slot, enum mark mark)
{
    uint64_t left = slot < TREE_SLOTS ? node->marks[mark] & ~0ull << slot : 0;
    return left ? (unsigned)__builtin_ctzll(left) : TREE_SLOTS;
}

/* xas_move_index: to the beginning of a slot, or behind the last one. */
static inline uint64_t index_moved(uint64_t index, const struct tree_node *node, unsigned slot)
{
    return (index & ~(TREE_SLOTS - 1ull) << node->shift) + ((uint64_t)slot << node->shift);
}

/* The walk is at the entry that begins at index. */
static inline void walk_found(const struct tracker *t, struct tree_walk *w, uint64_t index,
                              struct tree_node *node, unsigned slot)
{
    *w = (struct tree_walk){index + (1ull << t->order), node, slot};
}

/* xas_find_marked: goes on in the node of the last entry and from there through the parents, or descends from
 * the root. Linux' max is the end of all indices here, and what it compares with it is left out. */
OUT_OF_LINE bool tree_find_marked(const struct tracker *t, struct tree_walk *w, enum mark mark)
{
    struct tree_node *node = w->node;
    uint64_t index = node ? w->next - 1 : w->next; /* always inside node's range */
    unsigned slot = w->slot;
    bool advance = node;
    if (!node) {
        if (!is_node(t->head)) {
            w->next = 1;
            return !index && t->marks >> mark & 1;
        }
        node = to_node(t->head);
        if (index >> node->shift >= TREE_SLOTS)
            return false;
        slot = (unsigned)(index >> node->shift);
    }
    while (node) {
        if (slot == TREE_SLOTS) {
            slot = node->offset + 1u;
            node = node->parent;
            advance = false;
            continue;
        }
        if (!advance && is_sibling(node->slots[slot])) {
            slot = to_sibling(node->slots[slot]);
            index = index_moved(index, node, slot);
        }
        unsigned found = node_next_marked(node, slot + advance, mark);
        if (found > slot) {
            advance = false;
            index = index_moved(index, node, found);
            slot = found;
            if (slot == TREE_SLOTS)
                continue;
        }
        if (!is_node(node->slots[slot])) {
            walk_found(t, w, index, node, slot);
            return true;
        }
        node = to_node(node->slots[slot]);
        slot = index >> node->shift & (TREE_SLOTS - 1);
    }
    return false;
}

/* xas_next_marked: the first entry at or after w->next that bears the mark. A leaf's own are found without a
 * call. Found: the entry ends before w->next. */
static inline bool tree_next_marked(const struct tracker *t, struct tree_walk *w, enum mark mark)
{
    struct tree_node *node = w->node;
    if (!node || node->shift)
        return tree_find_marked(t, w, mark);
    unsigned slot = node_next_marked(node, w->slot + 1, mark);
    if (slot == TREE_SLOTS)
        return tree_find_marked(t, w, mark);
    walk_found(t, w, index_moved(w->next - 1, node, slot), node, slot);
    return true;
}

typedef bool (*tree_next_fn)(const struct tracker *t, struct tree_walk *w, enum mark mark);

/* tag_pages_for_writeback: DIRTY to TOWRITE in batches under the lock; `next` is the tree's own way of going
 * on. false: nothing is DIRTY. */
static inline __attribute__((always_inline)) bool tree_tag(struct tracker *t, tree_next_fn next)
{
    struct tree_walk w = {0};
    uint64_t tagged = 0;
    tree_lock(&t->lock);
    while (next(t, &w, MARK_DIRTY)) {
        struct place p = place_at(t, 0, w.node, w.slot);
        tree_mark_up(t, &p, MARK_TOWRITE);
        if (++tagged % TREE_BATCH)
            continue;
        w.node = NULL;
        tree_unlock(&t->lock);
        _mm_pause();
        tree_lock(&t->lock);
    }
    tree_unlock(&t->lock);
    return tagged != 0;
}

#endif
