/* rcupdate.h - RCU of one thread: reading is free, as in the kernel, and nobody has to be waited for */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef XARRAY_LINUX_RCUPDATE_H
#define XARRAY_LINUX_RCUPDATE_H

#include <linux/types.h>

struct rcu_head {
    struct rcu_head *next;
    void (*func)(struct rcu_head *head);
};

#define rcu_dereference_raw(p)             __atomic_load_n(&(p), __ATOMIC_CONSUME)
#define rcu_dereference(p)                 __atomic_load_n(&(p), __ATOMIC_CONSUME)
#define rcu_dereference_check(p, held)     __atomic_load_n(&(p), __ATOMIC_RELAXED)
#define rcu_dereference_protected(p, held) (p)
#define rcu_assign_pointer(p, value)       __atomic_store_n(&(p), (value), __ATOMIC_RELEASE)
#define RCU_INIT_POINTER(p, value)         ((p) = (value))

static inline void rcu_read_lock(void)
{
}

static inline void rcu_read_unlock(void)
{
}

static inline void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
    func(head);
}

#endif
