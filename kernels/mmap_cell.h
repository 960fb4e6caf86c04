/* mmap_cell.h - what a cell of stores through a mapping has besides: its write-protection, outside of the
 * clock
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_MMAP_CELL_H
#define KERNELS_MMAP_CELL_H

#include "kernels/internal.h"
#include "kernels/protection.h"

/* All of these do nothing for other kernels. */

/* Makes the protection of the footprint in workspace->stores. -1 with err (EXIT_CANNOT) for what the memory,
 * the system or the tracker cannot do. */
int mmap_create(struct cell *cell, struct error *err);
void mmap_destroy(struct cell *cell);

/* The memory belongs to this cell from begin to end, all of it write-protected, as after an fsync: cells
 * share it, and their ways of protection differ. Without fsync (dirty=never) nothing is ever protected. */
int mmap_begin(struct cell *cell, struct error *err);
void mmap_end(struct cell *cell);
/* -1 with err (EXIT_CANNOT) when the system has refused a protection since mmap_begin. */
int mmap_failed(const struct cell *cell, struct error *err);

/* Page faults that the system counts (getrusage) in these periods without anyone else touching the memory. A
 * fault that is delivered to us is none of them: x86 returns before handle_mm_fault where the mapping forbids
 * the store (mprotect), and mm_account_fault leaves out what ended in a signal (uffd). But the store's second
 * try faults once more where the kernel has not made the page table entry writable along with the mapping,
 * and pagemap's faults are all the kernel's. Whether it does so is asked of the first page when the cell is
 * made. Upper bound where pages are larger than 4 KiB or sparse slots share them. 0 for other kernels. */
uint64_t mmap_kernel_faults(const struct cell *cell, uint64_t first, uint64_t periods);

/* The steps of a period of this kernel; track `none`: the page tables are the tracker. */
uint32_t mmap_steps(const struct period *p);

/* What is done before the clock for a rung without `left_out`. */
unsigned mmap_ghosts_of(const struct cell *cell, enum step left_out);

/* Makes the granules (entries) that the period at hand stores to writable, for stores outside of the clock;
 * write-protects them. */
void mmap_open_period(struct cell *cell);
void mmap_close_period(struct cell *cell);
/* The same of whole windows first .. first+periods-1. */
void mmap_open_windows(struct cell *cell, uint64_t first, uint64_t periods);
void mmap_close_windows(struct cell *cell, uint64_t first, uint64_t periods);
/* The same by several threads at once, each for its own part: nobody goes on before it is done. */
void mmap_open_lane(struct cell *cell, unsigned thread, uint64_t window);
void mmap_close_lane(struct cell *cell, unsigned thread, uint64_t window);

/* Page tables: what the scan of the period at hand will find, as its ghosts. */
void mmap_collect_runs(struct cell *cell);

#endif
