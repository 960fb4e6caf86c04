/* tree.h - the 64-way tree that the radix trees and XArrays share: geometry, nodes, descent, growth */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_TRACK_TREE_H
#define STRATEGIES_TRACK_TREE_H

#include "strategies/track.h"
#include "strategies/track/state.h"
#include "strategies/track/tree_lock.h"

/* Geometry of include/linux/xarray.h and, in 4.x, include/linux/radix-tree.h. */
enum { TREE_SHIFT = 6, TREE_SLOTS = 64, TREE_BATCH = 4096 /* XA_CHECK_SCHED, WRITEBACK_TAG_BATCH */ };
enum mark { MARK_DIRTY, MARK_WRITEBACK, MARK_TOWRITE, MARKS };

/* 576 bytes, as struct xa_node and struct radix_tree_node. */
struct tree_node {
    uint8_t shift;  /* of the index, for this node's slots: 0 in a leaf */
    uint8_t offset; /* its slot in the parent */
    uint8_t count;  /* slots in use */
    struct tree_node *parent;
    uint64_t unused[3]; /* root pointer and list head there */
    uint64_t slots[TREE_SLOTS];
    uint64_t marks[MARKS]; /* one bit a slot */
} __attribute__((aligned(LINE)));
_Static_assert(sizeof(struct tree_node) == 576, "a node has the size of the kernel's");

/* A slot holds 0, a node, or an entry: a value (bit 0, xa_mk_value) with the number of the granule in the
 * place of the page frame, and DAX_LOCKED. An entry of many granules takes 2^(order mod 6) slots of the node
 * whose shift is the order rounded down to a multiple of 6 (xas_set_order): the first is the canonical one,
 * and the others hold its offset as a sibling (xa_mk_sibling). A tree has entries of one order; where that is
 * the constant 0, nothing of this remains. */
enum { ENTRY_VALUE = 1, ENTRY_LOCKED = 2, ENTRY_SHIFT = 5, SIBLING = 2, SIBLING_SHIFT = 2 };

struct tracker {
    uint32_t lock;
    uint32_t marks; /* the root's, one bit a mark */
    uint64_t head;  /* 0, a node, or the entry of granule 0 while there is no other */
    uint64_t mapped_bytes;
    uint64_t nodes_used;
    uint64_t nodes_ready; /* faulted in */
    uint64_t nodes_max;
    struct entry_queue queues[QUEUES];
    uint32_t order;           /* of the entries: each covers 2^order granules */
    struct tree_node nodes[]; /* the arena: nodes are never freed before the tree */
};

/* Where an entry is: in a leaf's slot, or in the head (node NULL). */
struct place {
    struct tree_node *node;
    unsigned slot;
    uint64_t *at;
};

/* A walk over marked entries. */
struct tree_walk {
    uint64_t next;          /* the granule to look at next */
    struct tree_node *node; /* leaf of the last one found, NULL: descend from the root */
    unsigned slot;
};

static inline uint64_t entry_of(uint64_t index)
{
    return index << ENTRY_SHIFT | ENTRY_VALUE;
}

static inline uint64_t sibling_of(unsigned slot)
{
    return (uint64_t)slot << SIBLING_SHIFT | SIBLING;
}

/* xa_is_sibling, xa_to_sibling: the canonical slot of what is found in `slot` of a node. */
static inline unsigned canonical_slot(uint64_t entry, unsigned slot)
{
    return (entry & (ENTRY_VALUE | SIBLING)) == SIBLING ? (unsigned)(entry >> SIBLING_SHIFT) : slot;
}

/* Slots that an entry takes, and the shift of its node. */
static inline unsigned entry_slots(unsigned order)
{
    return 1u << order % TREE_SHIFT;
}

static inline unsigned entry_node_shift(unsigned order)
{
    return order - order % TREE_SHIFT;
}

/* Siblings are no nodes: see canonical_slot. */
static inline bool is_node(uint64_t slot)
{
    return slot && !(slot & ENTRY_VALUE);
}

static inline struct tree_node *to_node(uint64_t slot)
{
    return (struct tree_node *)(uintptr_t)slot;
}

/* Stores are atomic for the head's sake, which empty() reads without the lock. */
static inline void slot_store(uint64_t *at, uint64_t value)
{
    __atomic_store_n(at, value, __ATOMIC_RELAXED);
}

static inline struct place place_at(struct tracker *t, struct tree_node *node, unsigned slot)
{
    return (struct place){node, slot, node ? &node->slots[slot] : &t->head};
}

static inline uint64_t tree_nodes_max(uint64_t granules)
{
    uint64_t nodes = 0;
    do {
        granules = (granules + TREE_SLOTS - 1) / TREE_SLOTS;
        nodes += granules;
    } while (granules > 1);
    return nodes;
}

/* Address space for every node that the file can need; memory is taken as nodes are. The last entry may
 * extend past the end of the file. */
static inline struct tracker *tree_create(const char *name, uint64_t file_bytes, uint32_t granule,
                                          unsigned order, struct error *err)
{
    uint64_t entries = ((state_granules(file_bytes, granule) - 1) >> order) + 1;
    uint64_t max = tree_nodes_max(entries * entry_slots(order));
    uint64_t bytes = sizeof(struct tracker) + max * sizeof(struct tree_node);
    struct tracker *t = state_map(name, bytes, MAP_NORESERVE, err);
    if (!t)
        return NULL;
    t->mapped_bytes = bytes;
    t->nodes_max = max;
    t->order = order;
    return t;
}

static inline void tree_destroy(struct tracker *t)
{
    if (t)
        munmap(t, t->mapped_bytes);
}

/* The nodes in use and the head; what the arena has faulted in ahead of use is not counted. */
static inline uint64_t tree_memory(const struct tracker *t)
{
    return sizeof(*t) + __atomic_load_n(&t->nodes_used, __ATOMIC_RELAXED) * sizeof(struct tree_node);
}

/* mapping_empty */
static inline bool tree_empty(const struct tracker *t)
{
    return !__atomic_load_n(&t->head, __ATOMIC_RELAXED);
}

/* Faults in the next 455 nodes (256 KiB) at once: slab pages do not fault either. Before Linux 5.14 they do
 * here. */
static inline void tree_nodes_prepare(struct tracker *t)
{
    uint64_t more = t->nodes_max - t->nodes_used < 455 ? t->nodes_max - t->nodes_used : 455;
    uintptr_t start = (uintptr_t)&t->nodes[t->nodes_used] & ~(uintptr_t)4095;
    uintptr_t end = (uintptr_t)&t->nodes[t->nodes_used + more];
#ifdef MADV_POPULATE_WRITE
    madvise((void *)start, end - start, MADV_POPULATE_WRITE);
#else
    (void)start, (void)end;
#endif
    t->nodes_ready = t->nodes_used + more;
}

static inline struct tree_node *tree_node_new(struct tracker *t, unsigned shift, struct tree_node *parent,
                                              unsigned offset)
{
    if (t->nodes_used == t->nodes_ready)
        tree_nodes_prepare(t);
    struct tree_node *node = &t->nodes[t->nodes_used];
    __atomic_store_n(&t->nodes_used, t->nodes_used + 1, __ATOMIC_RELAXED);
    node->shift = (uint8_t)shift;
    node->offset = (uint8_t)offset;
    node->parent = parent;
    return node;
}

/* xas_load, __radix_tree_lookup: descends from the root. False: no entry. Found by any granule of an entry:
 * the place is its canonical slot (xas_descend). */
static inline bool tree_lookup(struct tracker *t, uint64_t index, unsigned order, struct place *p)
{
    *p = place_at(t, NULL, 0);
    uint64_t entry = t->head;
    if (is_node(entry) ? index >> to_node(entry)->shift >= TREE_SLOTS : index > 0)
        return false;
    while (is_node(entry)) {
        struct tree_node *node = to_node(entry);
        *p = place_at(t, node, index >> node->shift & (TREE_SLOTS - 1));
        if (order)
            *p = place_at(t, node, canonical_slot(*p->at, p->slot));
        entry = *p->at;
    }
    return entry != 0;
}

/* xas_max: what must fit into the tree for the entry at index; one more for the first one, which the head
 * alone could not hold. */
static inline uint64_t tree_max(uint64_t index, unsigned order)
{
    uint64_t mask = (1ull << order) - 1, max = index | mask;
    return order && max == mask ? max + 1 : max;
}

/* xas_store: the canonical slot, then its siblings, each time; xas_squash_marks looks before whether a
 * sibling bears a mark, which happens only where smaller entries were. */
static inline void tree_store(const struct place *p, uint64_t entry, unsigned order)
{
    unsigned slots = entry_slots(order);
    for (unsigned m = 0; slots > 1 && m < MARKS; m++) {
        uint64_t siblings = ((1ull << (slots - 1)) - 1) << (p->slot + 1);
        if (p->node->marks[m] & siblings)
            p->node->marks[m] = (p->node->marks[m] & ~siblings) | 1ull << p->slot;
    }
    slot_store(p->at, entry);
    for (unsigned i = 1; i < slots; i++)
        slot_store(p->at + i, sibling_of(p->slot));
}

/* xas_expand, radix_tree_extend: adds levels on top until index fits. Returns the bits of index that the tree
 * resolves. */
static inline unsigned tree_expand(struct tracker *t, uint64_t index)
{
    unsigned bits = is_node(t->head) ? to_node(t->head)->shift + TREE_SHIFT : 0;
    while (index >> bits) {
        if (t->head) {
            struct tree_node *node = tree_node_new(t, bits, NULL, 0);
            node->slots[0] = t->head;
            node->count = 1;
            for (unsigned m = 0; m < MARKS; m++)
                node->marks[m] = t->marks >> m & 1;
            if (is_node(t->head))
                to_node(t->head)->parent = node;
            slot_store(&t->head, (uintptr_t)node);
        }
        bits += TREE_SHIFT;
    }
    return bits;
}

/* xas_create, __radix_tree_create: grows the tree to index and stores entry in its empty slots. */
static inline void tree_insert(struct tracker *t, uint64_t index, uint64_t entry, unsigned order,
                               struct place *p)
{
    unsigned shift = tree_expand(t, tree_max(index, order));
    *p = place_at(t, NULL, 0);
    while (shift > entry_node_shift(order)) {
        shift -= TREE_SHIFT;
        if (!*p->at) {
            slot_store(p->at, (uintptr_t)tree_node_new(t, shift, p->node, p->slot));
            if (p->node)
                p->node->count++;
        }
        *p = place_at(t, to_node(*p->at), index >> shift & (TREE_SLOTS - 1));
    }
    tree_store(p, entry, order);
    if (p->node)
        p->node->count += (uint8_t)entry_slots(order);
}

/* The root of a walk: false when nothing at or after w->next can bear the mark, or the head is the entry. */
static inline struct tree_node *tree_walk_root(const struct tracker *t, const struct tree_walk *w,
                                               enum mark mark)
{
    if (!(t->marks >> mark & 1) || !is_node(t->head))
        return NULL;
    struct tree_node *node = to_node(t->head);
    return w->next >> node->shift < TREE_SLOTS ? node : NULL;
}

/* xas_find_marked: the first entry at or after w->next that bears the mark; goes on in the leaf of the last
 * one and from there through the parents. Found: the entry ends before w->next. */
static inline bool tree_next_marked(const struct tracker *t, struct tree_walk *w, enum mark mark,
                                    unsigned order)
{
    struct tree_node *node = w->node;
    uint64_t index = node ? w->next - 1 : w->next; /* always inside node's range */
    unsigned offset = w->slot + 1;
    if (!node) {
        if (!index && t->marks >> mark & 1 && !is_node(t->head)) {
            w->next = 1;
            return true;
        }
        node = tree_walk_root(t, w, mark);
        offset = node ? (unsigned)(index >> node->shift) : 0;
    }
    while (node) {
        uint64_t left = offset < TREE_SLOTS ? node->marks[mark] >> offset << offset : 0;
        if (!left) {
            offset = node->offset + 1u;
            node = node->parent;
            continue;
        }
        unsigned slot = (unsigned)__builtin_ctzll(left);
        if (slot != (index >> node->shift & (TREE_SLOTS - 1)))
            index = (index >> node->shift >> TREE_SHIFT << TREE_SHIFT | slot) << node->shift;
        if (node->shift == entry_node_shift(order)) {
            *w = (struct tree_walk){index + (1ull << order), node, slot};
            return true;
        }
        node = to_node(node->slots[slot]);
        offset = index >> node->shift & (TREE_SLOTS - 1);
    }
    return false;
}

/* xas_set_mark, node_tag_set: from the leaf up, stopping at the first ancestor that is marked already. */
static inline void tree_mark_up(struct tracker *t, const struct place *p, enum mark mark)
{
    struct tree_node *node = p->node;
    for (unsigned slot = p->slot; node; slot = node->offset, node = node->parent) {
        if (node->marks[mark] >> slot & 1)
            return;
        node->marks[mark] |= 1ull << slot;
    }
    t->marks |= 1u << mark;
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
        struct place p = place_at(t, w.node, w.slot);
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

/* xas_clear_mark, node_tag_clear: from the leaf up, as long as a node's mark word becomes empty. */
static inline void tree_clear_up(struct tracker *t, const struct place *p, enum mark mark)
{
    struct tree_node *node = p->node;
    for (unsigned slot = p->slot; node; slot = node->offset, node = node->parent) {
        if (!(node->marks[mark] >> slot & 1))
            return;
        node->marks[mark] &= ~(1ull << slot);
        if (node->marks[mark])
            return;
    }
    t->marks &= ~(1u << mark);
}

/* xas_get_mark */
static inline bool tree_marked(const struct tracker *t, const struct place *p, enum mark mark)
{
    return p->node ? p->node->marks[mark] >> p->slot & 1 : t->marks >> mark & 1;
}

/* get_next_unlocked_entry, get_unlocked_mapping_entry: looks the entry up and waits, dropping the tree lock,
 * as long as somebody has it locked. False: no entry. */
static inline bool tree_lookup_unlocked(struct tracker *t, uint64_t index, unsigned order, struct place *p)
{
    while (tree_lookup(t, index, order, p)) {
        if (!(*p->at & ENTRY_LOCKED))
            return true;
        queue_wait(queue_of(t->queues, index), &t->lock);
    }
    return false;
}

#endif
