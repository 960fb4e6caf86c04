/* inode.c - builds the extent tree, and the sleeping half of the inode lock */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/inode.h"

#include <immintrin.h>
#include <linux/futex.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BLOCK = 4096 };

static uint64_t ceil_div(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

static uint64_t fill_extents(struct inode *inode, unsigned char *addr, uint64_t bytes, uint64_t wanted)
{
    uint64_t each = ceil_div(ceil_div(bytes, wanted), BLOCK) * BLOCK;
    uint64_t n = 0;
    for (uint64_t start = 0; start < bytes; start += each, n++)
        inode->extents[n] = (struct extent){
            .start = start, .bytes = bytes - start < each ? bytes - start : each, .addr = addr + start};
    return n;
}

static void fill_leaves(struct inode *inode)
{
    for (uint64_t i = 0; i < ceil_div(inode->extent_count, EXTENT_FANOUT); i++)
        for (uint64_t k = 0; k < EXTENT_FANOUT; k++) {
            uint64_t e = i * EXTENT_FANOUT + k;
            inode->nodes[i].key[k] = e < inode->extent_count ? inode->extents[e].start : UINT64_MAX;
            inode->nodes[i].record[k] = e < inode->extent_count ? &inode->extents[e] : NULL;
        }
}

/* Stacks index levels upon the leaves until one node is left; returns it. */
static struct extent_node *stack_levels(struct inode *inode)
{
    struct extent_node *level = inode->nodes;
    uint64_t count = ceil_div(inode->extent_count, EXTENT_FANOUT);
    inode->depth = 1;
    while (count > 1) {
        struct extent_node *above = level + count;
        for (uint64_t i = 0; i < ceil_div(count, EXTENT_FANOUT); i++)
            for (uint64_t k = 0; k < EXTENT_FANOUT; k++) {
                uint64_t c = i * EXTENT_FANOUT + k;
                above[i].key[k] = c < count ? level[c].key[0] : UINT64_MAX;
                above[i].child[k] = c < count ? &level[c] : NULL;
            }
        level = above;
        count = ceil_div(count, EXTENT_FANOUT);
        inode->depth++;
    }
    return level;
}

struct inode *inode_create(unsigned char *addr, uint64_t bytes, uint64_t extents, struct error *err)
{
    struct inode *inode = aligned_alloc(64, ceil_div(sizeof(*inode), 64) * 64);
    if (inode) {
        *inode = (struct inode){0};
        inode->extents = calloc(extents + 1, sizeof(*inode->extents));
        inode->nodes = calloc(extents / 8 + 4, sizeof(*inode->nodes)); /* leaves n/16, levels above n/240 */
    }
    if (!inode || !inode->extents || !inode->nodes) {
        inode_destroy(inode);
        error_set(err, EXIT_CANNOT, "extent tree: no memory for %llu records; use a smaller --extents",
                  (unsigned long long)extents);
        return NULL;
    }
    inode->extent_count = fill_extents(inode, addr, bytes, extents);
    fill_leaves(inode);
    inode->root = stack_levels(inode);
    return inode;
}

void inode_destroy(struct inode *inode)
{
    if (!inode)
        return;
    free(inode->extents);
    free(inode->nodes);
    free(inode);
}

/* rwsem_optimistic_spin: the owner runs on another CPU and will be done soon. Whether it does run is not
 * known to user space; some 30 us are longer than any write that is not sleeping itself. */
enum { SPINS = 1000 };

void inode_lock_slow(uint32_t *rwsem)
{
    for (unsigned i = 0; i < SPINS; i++) {
        uint32_t free = 0;
        if (!__atomic_load_n(rwsem, __ATOMIC_RELAXED) &&
            __atomic_compare_exchange_n(rwsem, &free, 1, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
            return;
        _mm_pause();
    }
    while (__atomic_exchange_n(rwsem, 2, __ATOMIC_SEQ_CST) != 0)
        syscall(SYS_futex, rwsem, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
}

void inode_wake(uint32_t *rwsem)
{
    __atomic_store_n(rwsem, 0, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, rwsem, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
