/* tree_store.h - stores into the tree: its growth, and entries of one slot or of many */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_TRACK_TREE_STORE_H
#define STRATEGIES_TRACK_TREE_STORE_H

#include "strategies/track/tree.h"

/* xas_max: what must fit into the tree for an entry; one more for the first one of many granules, which the
 * head alone could not hold. */
static inline uint64_t tree_max(const struct place *p)
{
    uint64_t mask = ((p->sibs + 1ull) << p->shift) - 1, max = p->index | mask;
    return mask && max == mask ? max + 1 : max;
}

/* max_index: what fits into a tree with this head. */
static inline uint64_t tree_max_index(uint64_t head)
{
    return is_node(head) ? ((uint64_t)TREE_SLOTS << to_node(head)->shift) - 1 : 0;
}

/* A level on top of the head. */
static inline void tree_grow(struct tracker *t, unsigned shift)
{
    uint64_t head = t->head;
    struct tree_node *node = tree_node_new(t, shift, NULL, 0);
    node->count = 1;
    node->values = head & ENTRY_VALUE;
    node->slots[0] = head;
    for (unsigned m = 0; m < MARKS; m++)
        node->marks[m] = t->marks >> m & 1;
    if (is_node(head))
        to_node(head)->parent = node;
    slot_store(&t->head, node_slot(node));
}

/* xas_expand, radix_tree_extend: adds levels on top until max fits. Returns the bits of an index that the
 * tree resolves; of an empty tree, those that it will. */
static inline unsigned tree_expand(struct tracker *t, uint64_t max)
{
    unsigned shift = 0;
    if (!t->head) {
        if (!max)
            return 0;
        while (max >> shift >= TREE_SLOTS)
            shift += TREE_SHIFT;
        return shift + TREE_SHIFT;
    }
    if (is_node(t->head))
        shift = to_node(t->head)->shift + TREE_SHIFT;
    for (; max > tree_max_index(t->head); shift += TREE_SHIFT)
        tree_grow(t, shift);
    return shift;
}

/* xas_create, __radix_tree_create: the place's slot, made where it is not there yet. Goes on from where the
 * place has walked to, else from the root. Returns what the slot holds. */
OUT_OF_LINE uint64_t tree_slot(struct tracker *t, struct place *p)
{
    struct tree_node *node = p->node;
    unsigned shift;
    if (node) {
        shift = node->shift;
    } else {
        shift = tree_expand(t, tree_max(p));
        p->slot = 0;
        p->at = &t->head;
    }
    uint64_t entry = *p->at;
    while (shift > p->shift) {
        shift -= TREE_SHIFT;
        if (!entry) {
            node = tree_node_new(t, shift, p->node, p->slot);
            slot_store(p->at, node_slot(node));
        } else if (is_node(entry)) {
            node = to_node(entry);
        } else {
            break;
        }
        entry = tree_descend(node, p);
    }
    return entry;
}

/* xas_squash_marks: looks at each mark whether a sibling bears it, which happens only where smaller entries
 * were. */
static inline void tree_squash_marks(const struct place *p)
{
    uint64_t siblings = ((1ull << p->sibs) - 1) << (p->slot + 1);
    for (unsigned m = 0; m < MARKS; m++)
        if (p->node->marks[m] & siblings)
            p->node->marks[m] = (p->node->marks[m] & ~siblings) | 1ull << p->slot;
}

/* xas_store, __radix_tree_insert: the canonical slot, then its siblings, each time; nothing where the one
 * slot holds the entry already. A place of a smaller order than the entry that it has found stores the
 * canonical slot alone. There are no smaller entries below a slot, which Linux would free here. Returns what
 * was there. */
OUT_OF_LINE uint64_t tree_store(struct tracker *t, struct place *p, uint64_t entry)
{
    uint64_t first = tree_slot(t, p), next = first, *at = p->at;
    struct tree_node *node = p->node;
    bool value = entry & ENTRY_VALUE;
    int count = 0, values = 0;
    if (node && p->shift < node->shift)
        p->sibs = 0;
    if (first == entry && !p->sibs)
        return first;
    if (node && p->sibs)
        tree_squash_marks(p);
    for (unsigned slot = p->slot, last = slot + p->sibs;; slot++) {
        slot_store(at++, entry);
        if (!node)
            return first;
        count += !next - !entry;
        values += !(first & ENTRY_VALUE) - !value;
        if (slot == last)
            break;
        entry = sibling_of(p->slot);
        next = *at;
        if (!is_sibling(next))
            first = next;
    }
    if (count || values) { /* update_node */
        node->count = (uint8_t)(node->count + count);
        node->values = (uint8_t)(node->values + values);
    }
    return first;
}

#endif
