/* sys_cell.h - what a cell of the system's own calls has besides: its descriptors, and what is done outside
 * of the clock */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_SYS_CELL_H
#define KERNELS_SYS_CELL_H

#include "kernels/internal.h"
#include "kernels/paths.h"

struct sys_cell {
    const struct sys_file *file;
    bool scratch; /* the blocks are made anew before each period, and looked at after it */
    struct sys_failure failure;
    struct error error;      /* the first of what went wrong outside of the clock */
    unsigned char *buffer;   /* one write, read back */
    struct sys_period *part; /* one a thread */
};

/* Nothing for other kernels. Refuses, with EXIT_CANNOT, what the calls cannot do or the file is not there
 * for; brings the stream of appends into ascending order. */
int sys_create(struct cell *cell, struct error *err);
void sys_destroy(struct cell *cell);

/* The steps of a period of the sys kernels; its `sys` says which call ends it, NULL: fsync. */
uint32_t sys_steps(const struct period *p);

static inline bool sys_has_scratch(const struct cell *cell)
{
    return cell->sys && cell->sys->scratch;
}

/* Before a period over the window that begins at this file offset, and after it; by one thread, outside of
 * the clock. Nothing without a scratch file. */
void sys_before_period(struct cell *cell, uint64_t window);
void sys_after_period(struct cell *cell);

/* Two periods of its own calls over each of these windows: what dest=own asks for. */
void sys_history(struct cell *cell, uint64_t first, uint64_t periods);

/* What is done before the clock for a rung without `left_out`, and after it for what `mask` left out. */
unsigned sys_ghosts_of(const struct cell *cell, enum step left_out);
void sys_ghosts(struct cell *cell, unsigned ghosts);
void sys_finish_period(struct cell *cell, uint32_t mask, unsigned ghosts);

/* The writes of `p`, which begin at write `first` of the cell's period, as read from the scratch file. */
int sys_verify(struct cell *cell, const struct period *p, uint64_t first, struct error *err);

/* Failures are forgotten, or make an error of the visit. Nothing for other kernels. */
void sys_forget(struct cell *cell);
int sys_failed(struct cell *cell, struct error *err);

#endif
