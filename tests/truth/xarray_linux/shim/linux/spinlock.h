/* spinlock.h - the kernel's lock as ours, so that both sides take the same one */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef XARRAY_LINUX_SPINLOCK_H
#define XARRAY_LINUX_SPINLOCK_H

#include "strategies/track/tree_lock.h"

typedef struct {
    uint32_t word;
} spinlock_t;

#define __SPIN_LOCK_UNLOCKED(name)      ((spinlock_t){0})
#define DEFINE_SPINLOCK(name)           spinlock_t name = {0}
#define spin_lock_irqsave(lock, flags)  ((void)(flags), spin_lock(lock))
#define spin_unlock_irqrestore(lock, f) ((void)(f), spin_unlock(lock))

static inline void spin_lock_init(spinlock_t *lock)
{
    lock->word = 0;
}

static inline void spin_lock(spinlock_t *lock)
{
    tree_lock(&lock->word);
}

static inline void spin_unlock(spinlock_t *lock)
{
    tree_unlock(&lock->word);
}

static inline void spin_lock_bh(spinlock_t *lock)
{
    spin_lock(lock);
}

static inline void spin_unlock_bh(spinlock_t *lock)
{
    spin_unlock(lock);
}

static inline void spin_lock_irq(spinlock_t *lock)
{
    spin_lock(lock);
}

static inline void spin_unlock_irq(spinlock_t *lock)
{
    spin_unlock(lock);
}

#endif
