/* inode.h - what of the inode the write path touches: its lock, its dirty state, its extents */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_INODE_H
#define KERNELS_INODE_H

#include <stdint.h>

#include "base/error.h"

enum { EXTENT_FANOUT = 16, INODE_DIRTY_PAGES = 1 };

struct extent {
    uint64_t start; /* file offset */
    uint64_t bytes;
    unsigned char *addr; /* where it is mapped */
};

/* A B+tree of extents, as file systems keep it in memory (xfs_iext_*, ext4 extent blocks): 16 keys a node. */
struct extent_node {
    uint64_t key[EXTENT_FANOUT]; /* first file offset below child i; UINT64_MAX where there is none */
    union {
        struct extent_node *child[EXTENT_FANOUT];
        struct extent *record[EXTENT_FANOUT];
    };
};

struct inode {
    uint32_t rwsem; /* write side: 0 free, 1 held, 2 held and waited for */
    uint32_t state; /* INODE_DIRTY_PAGES */
    uint32_t state_lock;
    uint32_t depth; /* of the extent tree: 1 = the root is a leaf */
    struct extent_node *root;
    struct extent_node *nodes;
    struct extent *extents;
    uint64_t extent_count;
};

/* An inode of `bytes` mapped at addr, in `extents` records of equal length (whole 4 KiB blocks, so there may
 * be fewer). NULL with err when memory is short. */
struct inode *inode_create(unsigned char *addr, uint64_t bytes, uint64_t extents, struct error *err);
void inode_destroy(struct inode *inode);

/* The contended halves of the write lock: spin for a while (rwsem_optimistic_spin), then sleep on a futex;
 * wake one sleeper. */
void inode_lock_slow(uint32_t *rwsem);
void inode_wake(uint32_t *rwsem);

#endif
