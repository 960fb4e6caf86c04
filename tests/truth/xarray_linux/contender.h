/* contender.h - one side of the comparison: the same four measures over a tree of entries */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_TRUTH_XARRAY_LINUX_CONTENDER_H
#define TESTS_TRUTH_XARRAY_LINUX_CONTENDER_H

#include <stdint.h>

/* Equal work on both sides:
 *
 *   mark        each entry, which is there and clean: tree lock, walk to it, see that it is not locked, set
 *               DIRTY, tree unlock
 *   find_clear  DIRTY to TOWRITE in batches of 4096 under the lock; then over what bears TOWRITE, the lock
 *               held: find the next, walk to it again from the root, store it, clear TOWRITE and DIRTY, look
 *               for waiters; every 4096 the lock is dropped
 *   write       for each entry: tree lock, walk, store it locked, tree unlock; (the copy); tree lock, walk
 *               again, store it unlocked, set DIRTY, tree unlock, look for waiters
 *   fsync       DIRTY to TOWRITE as above; for each that bears TOWRITE: store it locked, tree unlock; (the
 *               flush); tree lock, walk again, store it unlocked, look for waiters; TOWRITE and DIRTY are
 *               cleared on the way (Linux: TOWRITE before the flush; ours: after it)
 *
 * The write's copy, the flush, the mappings' write-protection and the disabling of interrupts are left out on
 * both sides. Not thread-safe. */
struct contender {
    const char *name;
    void *(*create)(uint64_t entries); /* room for indices 0 .. entries-1; NULL: no memory */
    void (*mark)(void *state, const uint64_t *index, uint64_t n); /* inserts what is not there */
    uint64_t (*find_clear)(void *state);                          /* returns how many it found */
    void (*write)(void *state, const uint64_t *index, uint64_t n);
    uint64_t (*fsync)(void *state); /* returns how many it found */
};

/* Linux' side in code layout 0 .. 3. */
extern const struct contender contender_linux_l0, contender_linux_l1, contender_linux_l2, contender_linux_l3;

#endif
