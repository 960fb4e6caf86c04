/* linux_side.c - the measures over the kernel's own XArray, in the order of its fs/dax.c */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include <linux/xarray.h>

#include "strategies/layout.h"
#include "tests/truth/xarray_linux/contender.h"

/* As in fs/dax.c and include/linux/fs.h: an entry is a value, its lowest bit the lock; DIRTY is mark 0,
 * TOWRITE mark 2. */
enum { LOCKED = 1, PFN_SHIFT = 4, WAIT_BITS = 12, BATCH = 4096 };
#define DIRTY   XA_MARK_0
#define TOWRITE XA_MARK_2

struct wait_head {
    uint32_t lock;
    struct wait_head *next, *prev;
};

struct state {
    struct xarray xa;
    struct wait_head wait[1 << WAIT_BITS];
};

static void *linux_create(uint64_t entries)
{
    struct state *s = calloc(1, sizeof(*s));
    (void)entries;
    if (!s)
        return NULL;
    xa_init_flags(&s->xa, XA_FLAGS_LOCK_IRQ);
    for (unsigned i = 0; i < 1 << WAIT_BITS; i++)
        s->wait[i].next = s->wait[i].prev = &s->wait[i];
    return s;
}

static inline bool entry_locked(void *entry)
{
    return xa_to_value(entry) & LOCKED;
}

/* dax_wake_entry: nobody ever waits here. */
static noinline void wake_entry(struct xa_state *xas)
{
    struct state *s = container_of(xas->xa, struct state, xa);
    uint64_t key = ((uintptr_t)xas->xa ^ xas->xa_index) * 0x61c8864680b583ebull;
    struct wait_head *w = &s->wait[key >> (64 - WAIT_BITS)];
    if (READ_ONCE(w->next) != w)
        abort();
}

/* get_unlocked_entry: nobody else ever holds one here. */
static inline void *unlocked_entry(struct xa_state *xas)
{
    void *entry = xas_load(xas);
    if (entry && entry_locked(entry))
        abort();
    return entry;
}

/* dax_lock_entry: stores the entry locked, returns what was there. */
static inline void *lock_entry(struct xa_state *xas, void *entry)
{
    return xas_store(xas, xa_mk_value(xa_to_value(entry) | LOCKED));
}

/* Stores a new entry, growing the tree outside of the lock as grab_mapping_entry does. */
static noinline void insert_entry(struct xa_state *xas, void *entry)
{
    do {
        xas_reset(xas);
        xas_lock_irq(xas);
        xas_store(xas, entry);
        xas_unlock_irq(xas);
    } while (xas_nomem(xas, GFP_KERNEL));
    xas_reset(xas);
}

static noinline void mark_one(struct state *s, unsigned long index)
{
    XA_STATE(xas, &s->xa, index);
    xas_lock_irq(&xas);
    if (!unlocked_entry(&xas)) {
        xas_unlock_irq(&xas);
        insert_entry(&xas, xa_mk_value(index << PFN_SHIFT));
        xas_lock_irq(&xas);
        xas_load(&xas);
    }
    xas_set_mark(&xas, DIRTY);
    xas_unlock_irq(&xas);
}

static void linux_mark(void *state, const uint64_t *index, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        mark_one(state, index[i]);
}

/* grab_mapping_entry */
static noinline void *grab_entry(struct xa_state *xas)
{
    xas_lock_irq(xas);
    void *entry = unlocked_entry(xas);
    if (!entry) {
        xas_unlock_irq(xas);
        entry = xa_mk_value(xas->xa_index << PFN_SHIFT);
        insert_entry(xas, entry);
        xas_lock_irq(xas);
        xas_load(xas);
    }
    lock_entry(xas, entry);
    xas_unlock_irq(xas);
    return entry;
}

/* dax_unlock_entry, with the mark in the same locked section */
static noinline void mark_unlock_entry(struct xa_state *xas, void *entry)
{
    xas_reset(xas);
    xas_lock_irq(xas);
    void *old = xas_store(xas, entry);
    xas_set_mark(xas, DIRTY);
    xas_unlock_irq(xas);
    if (!entry_locked(old))
        abort();
    wake_entry(xas);
}

static void linux_write(void *state, const uint64_t *index, uint64_t n)
{
    struct state *s = state;
    for (uint64_t i = 0; i < n; i++) {
        XA_STATE(xas, &s->xa, index[i]);
        void *entry = grab_entry(&xas);
        mark_unlock_entry(&xas, entry);
    }
}

/* tag_pages_for_writeback */
static noinline void tag(struct state *s)
{
    XA_STATE(xas, &s->xa, 0);
    unsigned tagged = 0;
    void *entry;
    xas_lock_irq(&xas);
    xas_for_each_marked(&xas, entry, ULONG_MAX, DIRTY)
    {
        xas_set_mark(&xas, TOWRITE);
        if (++tagged % BATCH)
            continue;
        xas_pause(&xas);
        xas_unlock_irq(&xas);
        _mm_pause();
        xas_lock_irq(&xas);
    }
    xas_unlock_irq(&xas);
}

static uint64_t linux_find_clear(void *state)
{
    struct state *s = state;
    XA_STATE(xas, &s->xa, 0);
    uint64_t found = 0;
    void *entry;
    if (xa_empty(&s->xa))
        return 0;
    tag(s);
    xas_lock_irq(&xas);
    xas_for_each_marked(&xas, entry, ULONG_MAX, TOWRITE)
    {
        xas_reset(&xas);
        xas_store(&xas, entry);
        xas_clear_mark(&xas, TOWRITE);
        xas_clear_mark(&xas, DIRTY);
        wake_entry(&xas);
        if (++found % BATCH)
            continue;
        xas_pause(&xas);
        xas_unlock_irq(&xas);
        _mm_pause();
        xas_lock_irq(&xas);
    }
    xas_unlock_irq(&xas);
    return found;
}

/* dax_writeback_one; entered and left with the tree lock held */
static noinline void writeback_one(struct xa_state *xas, void *entry)
{
    if (entry_locked(entry))
        abort();
    lock_entry(xas, entry);
    xas_clear_mark(xas, TOWRITE);
    xas_unlock_irq(xas);
    /* here the mappings are write-protected and the page flushed */
    xas_reset(xas);
    xas_lock_irq(xas);
    xas_store(xas, entry);
    xas_clear_mark(xas, DIRTY);
    wake_entry(xas);
}

/* dax_writeback_mapping_range */
static uint64_t linux_fsync(void *state)
{
    struct state *s = state;
    XA_STATE(xas, &s->xa, 0);
    uint64_t found = 0;
    void *entry;
    if (xa_empty(&s->xa))
        return 0;
    tag(s);
    xas_lock_irq(&xas);
    xas_for_each_marked(&xas, entry, ULONG_MAX, TOWRITE)
    {
        writeback_one(&xas, entry);
        if (++found % BATCH)
            continue;
        xas_pause(&xas);
        xas_unlock_irq(&xas);
        _mm_pause();
        xas_lock_irq(&xas);
    }
    xas_unlock_irq(&xas);
    return found;
}

const struct contender IN_LAYOUT(contender_linux) = {.name = "Linux",
                                                     .create = linux_create,
                                                     .mark = linux_mark,
                                                     .find_clear = linux_find_clear,
                                                     .write = linux_write,
                                                     .fsync = linux_fsync};
