/* tree_lock.h - the one lock of a file's tree, and the queues of those who wait for a locked entry */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_TRACK_TREE_LOCK_H
#define STRATEGIES_TRACK_TREE_LOCK_H

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "strategies/prim.h"
#include "strategies/track/spin.h"

/* The kernel's spin lock (xa_lock, tree_lock): one LOCKed compare-exchange to take it, a plain store to drop
 * it. */
static inline void tree_lock(uint32_t *lock)
{
    unsigned turns = 0;
    while (!locked_compare_exchange32(lock, 0, 1))
        while (__atomic_load_n(lock, __ATOMIC_RELAXED))
            spin_turn(&turns);
}

static inline void tree_unlock(uint32_t *lock)
{
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

/* As dax_entry_waitqueue: waiters of all entries, hashed into a few queues. The kernel's 4096 are shared by
 * all files; these belong to one. A woken waiter looks again, so that a shared queue costs time only. */
enum { QUEUE_BITS = 6, QUEUES = 1 << QUEUE_BITS };

struct entry_queue {
    uint32_t waiters; /* changed under the tree lock */
    uint32_t turn;    /* the futex: changes at each wake */
};

static inline struct entry_queue *queue_of(struct entry_queue *queues, uint64_t index)
{
    return &queues[(index * 0x9e3779b97f4a7c15u) >> (64 - QUEUE_BITS)];
}

/* Sleeps until somebody unlocks an entry of this queue. The tree lock is held on entry and return. */
static inline void queue_wait(struct entry_queue *q, uint32_t *lock)
{
    __atomic_store_n(&q->waiters, q->waiters + 1, __ATOMIC_RELAXED);
    uint32_t turn = __atomic_load_n(&q->turn, __ATOMIC_RELAXED);
    tree_unlock(lock);
    syscall(SYS_futex, &q->turn, FUTEX_WAIT_PRIVATE, turn, NULL, NULL, 0);
    tree_lock(lock);
    __atomic_store_n(&q->waiters, q->waiters - 1, __ATOMIC_RELAXED);
}

/* Wakes who waits, to be called after the entry was unlocked, with the tree lock or after dropping it: a
 * waiter has counted itself and read `turn` in the locked section in which it saw the entry locked. */
static inline void queue_wake(struct entry_queue *q)
{
    if (!__atomic_load_n(&q->waiters, __ATOMIC_RELAXED))
        return;
    locked_add32(&q->turn, 1);
    syscall(SYS_futex, &q->turn, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

#endif
