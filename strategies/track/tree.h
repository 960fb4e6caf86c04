/* tree.h - the 64-way tree that the radix trees and XArrays share: geometry, memory, descent */
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
    uint8_t values; /* of them, slots that belong to an entry */
    struct tree_node *parent;
    uint64_t unused[3]; /* root pointer and list head there */
    uint64_t slots[TREE_SLOTS];
    uint64_t marks[MARKS]; /* one bit a slot */
} __attribute__((aligned(LINE)));
_Static_assert(sizeof(struct tree_node) == 576, "a node has the size of the kernel's");

/* What a function of the kernel's lib/ is to its callers: a call. gcc would inline most of them here. */
#define OUT_OF_LINE static __attribute__((noinline, unused))

/* A slot holds 0, a node (its address with bit 1, xa_mk_node), or an entry: a value (bit 0, xa_mk_value) with
 * the number of the granule in the place of the page frame, and DAX_LOCKED. An entry of many granules takes
 * 2^(order mod 6) slots of the node whose shift is the order rounded down to a multiple of 6 (xas_set_order):
 * the first is the canonical one, and the others hold its offset as a sibling (xa_mk_sibling). A tree has
 * entries of one order. */
enum {
    ENTRY_VALUE = 1,
    ENTRY_LOCKED = 2,
    ENTRY_SHIFT = 5,
    INTERNAL = 2,
    INTERNAL_MASK = 3,
    SIBLING_SHIFT = 2,
    SIBLING_MAX = 4096 /* nodes lie above it, as xa_is_node has it */
};

struct tracker {
    uint32_t lock;
    uint32_t marks; /* the root's, one bit a mark */
    uint64_t head;  /* 0, a node, or the entry of granule 0 while there is no other */
    uint64_t mapped_bytes;
    uint64_t nodes_used;
    uint64_t nodes_ready; /* faulted in */
    uint64_t nodes_max;
    uint8_t order;       /* of the entries: each covers 2^order granules */
    uint8_t shift, sibs; /* of a place for one of them */
    struct entry_queue queues[QUEUES];
    struct tree_node nodes[]; /* the arena: nodes are never freed before the tree */
};

/* An operation on one index, as struct xa_state: what it is about, and how far it has walked. Zero but for
 * index, shift and sibs: not walked yet (xas_reset). */
struct place {
    uint64_t index;
    uint8_t shift;          /* of the node that holds such an entry */
    uint8_t sibs;           /* slots that it takes besides the canonical one */
    uint8_t slot;           /* in node */
    struct tree_node *node; /* NULL: the head, or not walked */
    uint64_t *at;           /* the slot, or the head */
};

static inline uint64_t entry_of(uint64_t index)
{
    return index << ENTRY_SHIFT | ENTRY_VALUE;
}

static inline uint64_t sibling_of(unsigned slot)
{
    return (uint64_t)slot << SIBLING_SHIFT | INTERNAL;
}

static inline bool is_internal(uint64_t slot)
{
    return (slot & INTERNAL_MASK) == INTERNAL;
}

static inline bool is_sibling(uint64_t slot)
{
    return is_internal(slot) && slot < SIBLING_MAX;
}

static inline unsigned to_sibling(uint64_t slot)
{
    return (unsigned)(slot >> SIBLING_SHIFT);
}

static inline bool is_node(uint64_t slot)
{
    return is_internal(slot) && slot > SIBLING_MAX;
}

static inline struct tree_node *to_node(uint64_t slot)
{
    return (struct tree_node *)(uintptr_t)(slot - INTERNAL);
}

static inline uint64_t node_slot(const struct tree_node *node)
{
    return (uintptr_t)node | INTERNAL;
}

/* XA_STATE_ORDER, without a walk. */
static inline struct place place_of(uint64_t index, unsigned order)
{
    return (struct place){.index = index,
                          .shift = (uint8_t)(order - order % TREE_SHIFT),
                          .sibs = (uint8_t)((1u << order % TREE_SHIFT) - 1)};
}

/* XA_STATE that has walked to a slot, or to the head. */
static inline struct place place_at(struct tracker *t, uint64_t index, struct tree_node *node, unsigned slot)
{
    return (struct place){
        .index = index, .slot = (uint8_t)slot, .node = node, .at = node ? &node->slots[slot] : &t->head};
}

/* xas_set_order of the tree's own order; index is the first granule of an entry. */
static inline struct place place_of_entry(const struct tracker *t, uint64_t index)
{
    return (struct place){.index = index, .shift = t->shift, .sibs = t->sibs};
}

/* Stores are atomic for the head's sake, which empty() reads without the lock. */
static inline void slot_store(uint64_t *at, uint64_t value)
{
    __atomic_store_n(at, value, __ATOMIC_RELAXED);
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
    struct place p = place_of(0, order);
    uint64_t max = tree_nodes_max(entries * (p.sibs + 1u));
    uint64_t bytes = sizeof(struct tracker) + max * sizeof(struct tree_node);
    struct tracker *t = state_map(name, bytes, MAP_NORESERVE, err);
    if (!t)
        return NULL;
    t->mapped_bytes = bytes;
    t->nodes_max = max;
    t->order = (uint8_t)order;
    t->shift = p.shift;
    t->sibs = p.sibs;
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

/* xas_alloc; the parent's count too */
static inline struct tree_node *tree_node_new(struct tracker *t, unsigned shift, struct tree_node *parent,
                                              unsigned offset)
{
    if (t->nodes_used == t->nodes_ready)
        tree_nodes_prepare(t);
    struct tree_node *node = &t->nodes[t->nodes_used];
    __atomic_store_n(&t->nodes_used, t->nodes_used + 1, __ATOMIC_RELAXED);
    if (parent)
        parent->count++;
    node->shift = (uint8_t)shift;
    node->offset = (uint8_t)offset;
    node->parent = parent;
    return node;
}

/* xas_start of a place that has not walked: what the head holds. 0 where the tree does not reach to its
 * index. */
OUT_OF_LINE uint64_t tree_start(struct tracker *t, struct place *p)
{
    uint64_t entry = t->head;
    p->node = NULL;
    p->slot = 0;
    p->at = &t->head;
    if (is_node(entry) ? p->index >> to_node(entry)->shift >= TREE_SLOTS : p->index > 0)
        return 0;
    return entry;
}

/* xas_descend, radix_tree_descend: one level down. What a sibling belongs to is looked up instead of it. */
OUT_OF_LINE uint64_t tree_descend(struct tree_node *node, struct place *p)
{
    unsigned slot = p->index >> node->shift & (TREE_SLOTS - 1);
    uint64_t entry = node->slots[slot];
    p->node = node;
    while (is_sibling(entry)) {
        slot = to_sibling(entry);
        entry = node->slots[slot];
    }
    p->slot = (uint8_t)slot;
    p->at = &node->slots[slot];
    return entry;
}

/* xas_load after xas_reset, __radix_tree_lookup: the entry, or 0 where there is none. Found by any granule of
 * an entry: the place is its canonical slot. */
OUT_OF_LINE uint64_t tree_load(struct tracker *t, struct place *p)
{
    uint64_t entry = tree_start(t, p);
    while (is_node(entry)) {
        struct tree_node *node = to_node(entry);
        if (p->shift > node->shift)
            break;
        entry = tree_descend(node, p);
        if (!node->shift)
            break;
    }
    return entry;
}

/* False: no entry. */
static inline bool tree_lookup(struct tracker *t, uint64_t index, unsigned order, struct place *p)
{
    *p = place_of(index, order);
    return tree_load(t, p);
}

/* get_unlocked_entry, get_unlocked_mapping_entry: looks the entry up and waits, dropping the tree lock, as
 * long as somebody has it locked. 0: no entry. */
static inline uint64_t tree_load_unlocked(struct tracker *t, struct place *p)
{
    for (;;) {
        uint64_t entry = tree_load(t, p);
        if (!entry || !(entry & ENTRY_LOCKED))
            return entry;
        queue_wait(queue_of(t->queues, p->index), &t->lock);
    }
}

#endif
