/* linux_memory.c - nodes for the kernel's XArray: from one prepared arena, as ours come from one */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stddef.h>
#include <sys/mman.h>

#include <linux/xarray.h>
#include <linux/slab.h>

/* The kernel's slab lies in its direct map, which has huge pages, and hands out the object that was freed
 * last. */
struct kmem_cache {
    struct xa_node *unused; /* linked through parent */
    struct xa_node *arena;
    size_t used, max;
};

enum { NODES_MAX = 1 << 17 };

/* lib/xarray.c knows its nodes' cache by this global name. */
static struct kmem_cache nodes;
struct kmem_cache *radix_tree_node_cachep = &nodes;

void radix_tree_node_rcu_free(struct rcu_head *head);

static struct xa_node *arena_create(void)
{
    size_t bytes = NODES_MAX * sizeof(struct xa_node), huge = 2 << 20;
    char *p =
        mmap(NULL, bytes + huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    p += huge - (uintptr_t)p % huge;
    madvise(p, bytes, MADV_HUGEPAGE);
    return (struct xa_node *)p;
}

void *kmem_cache_alloc_lru(struct kmem_cache *cache, struct list_lru *lru, int flags)
{
    struct xa_node *node = cache->unused;
    (void)lru, (void)flags;
    if (node) {
        cache->unused = node->parent;
        node->parent = NULL;
        return node;
    }
    if (!cache->arena) {
        cache->arena = arena_create();
        cache->max = cache->arena ? NODES_MAX : 0;
    }
    if (cache->used == cache->max)
        return NULL;
    node = &cache->arena[cache->used++];
    node->private_list.next = node->private_list.prev = &node->private_list;
    return node;
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
    struct xa_node *node = object;
    node->parent = cache->unused;
    cache->unused = node;
}

/* xa_node_free leaves slots and marks empty; the list head was the RCU head's place. */
void radix_tree_node_rcu_free(struct rcu_head *head)
{
    struct xa_node *node = (struct xa_node *)((char *)head - offsetof(struct xa_node, rcu_head));
    node->private_list.next = node->private_list.prev = &node->private_list;
    kmem_cache_free(&nodes, node);
}
