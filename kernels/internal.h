/* internal.h - what the files of kernels/ share about a cell's periods */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_INTERNAL_H
#define KERNELS_INTERNAL_H

#include "kernels/cell.h"

/* Something done before the clock in place of a step that is left out. */
enum ghost {
    GHOST_NONE = 0,
    GHOST_LINES = 1 << 0, /* the data are written, so that write-back finds dirty lines */
    GHOST_MARKS = 1 << 1, /* the granules are marked */
    GHOST_TAGS = 1 << 2,  /* and tagged for write-back */
    GHOST_RUNS = 1 << 3,  /* what the scan would find is known */
    GHOST_PAGES = 1 << 4  /* the pages can be stored to without a fault */
};

enum { SOURCE_LINE = 64 }; /* data begin at whole lines of the ring */

/* period_setup.c: strategies of one layout; window, slots and source of the period with this serial. */
void cell_use_layout(struct cell *cell, unsigned layout);
void cell_set_period(struct cell *cell, uint64_t window, uint64_t serial);
uint64_t cell_position(const struct cell *cell, uint64_t serial);

/* The tracker of the file that this thread writes. */
static inline struct tracker *cell_tracker(const struct cell *cell, uint64_t thread)
{
    return cell->tracker[cell->files > 1 ? thread : 0];
}

/* Address of write i of the period at hand, and of its data. */
static inline unsigned char *write_target(const struct period *p, uint64_t i)
{
    return p->base + p->window + (uint64_t)p->order[i] * p->stride;
}

static inline const unsigned char *write_source(const struct period *p, uint64_t i)
{
    return p->source + (p->position + i * p->source_step) % p->source_bytes;
}

/* finish.c: the ghosts of a period before its clock, and the steps that `mask` left out after it. */
void cell_ghosts(struct cell *cell, unsigned ghosts);
void cell_finish_period(struct cell *cell, uint32_t mask, unsigned ghosts);
void cell_drain(struct cell *cell); /* by the machine's own way, where there is one; a failure is counted */
void cell_mark_period(struct cell *cell);
void cell_other_traffic(struct cell *cell); /* the delay's, outside a clock */
void cell_full_fsync(struct cell *cell, bool writeback);

/* lanes.c: the threads' own periods, made from the cell's, all at once for the clock or one after the other
 * for counting.
 */
struct lane {
    struct period period;
    void *stamp;    /* of each period of a sample */
    uint64_t ticks; /* sum over them */
    unsigned moved; /* periods that did not run on the CPU that was asked for */
} __attribute__((aligned(64)));

/* Periods over windows first, first+1, ... with serials from `serial` on; `condition`: the destination is
 * brought into its state before each. */
struct lanes_work {
    period_fn run;
    uint64_t spin_links, first, serial, periods;
    bool condition;
};

int lanes_create(struct cell *cell, struct error *err);
void lanes_destroy(struct cell *cell);
void lane_take(struct cell *cell, unsigned i, uint64_t window, uint64_t serial);
/* The sum of the periods' ticks, each from the first thread's start to the last one's end. */
uint64_t lanes_sample(struct cell *cell, const struct lanes_work *work);
void lanes_in_turn(struct cell *cell, uint64_t serial, period_fn run);

/* condition.c: brings windows first .. first+periods-1 into the state that spec.dest names. */
void cell_condition(struct cell *cell, uint64_t first, uint64_t periods, bool natural);
/* One thread's part of it, whatever the footprint. */
void cell_condition_part(struct cell *cell, unsigned thread, uint64_t first, uint64_t periods);

/* verify.c: the data of the period with this serial at this window. */
int cell_verify(struct cell *cell, uint64_t window, uint64_t serial, struct error *err);
/* Write i of this period, whose data are at `is`. */
int verify_write(const struct period *p, uint64_t i, const unsigned char *is, struct error *err);
/* Whether write i of a period is its slot's last one. */
bool is_last_write(const struct stream *s, uint64_t i);

#endif
