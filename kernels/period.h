/* period.h - one fsync period: the writes and the fsync that ends them, as the path functions see it */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PERIOD_H
#define KERNELS_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/inode.h"
#include "kernels/step.h"
#include "strategies/table.h"

/* What is measured: whole paths of write() or of stores through a mapping, ours and the system's own, or the
 * tracker's or the copy's part alone. */
enum kernel {
    KERNEL_WRITE_FSYNC,
    KERNEL_MMAP_FSYNC,
    KERNEL_SYS_WRITE_FSYNC,
    KERNEL_SYS_MMAP_FSYNC,
    KERNEL_TRACK,
    KERNEL_COPY,
    KERNELS
};

/* What a write() does besides (kernels/path/surround.c): before the inode lock, between lock and copy, and
 * after. */
struct surround_state {
    uint64_t table[512];
    uint64_t sum;
    uint64_t line[8] __attribute__((aligned(64))); /* a private line for LOCKed operations */
};

struct surround {
    const char *name;
    void (*before)(struct surround_state *s);
    void (*between)(struct surround_state *s);
    void (*after)(struct surround_state *s);
};

/* What really happened, counted by the counting instance only. */
struct path_counts {
    uint64_t bytes_copied, lookups, entries_marked, entries_scanned, drains;
    uint64_t faults;         /* mmap_fsync: write-protect faults; with pagemap such as the kernel resolved */
    uint64_t write_protects; /* granules */
};

/* One entry of fsync's scan, found before the clock for the path without its scan. */
struct ghost_run {
    struct track_run run;
    struct track_cursor cursor;
};

struct latency;
struct protection;
struct sys_period;
struct drain_device;

struct period {
    enum kernel kernel;
    const struct copy *copy;
    const struct track *track;
    const struct writeback *writeback; /* range NULL: fsync writes nothing back */
    const struct domain *domain;
    const struct surround *surround; /* NULL: none */
    struct surround_state *surround_state;
    struct tracker *tracker;
    struct inode *inode;
    unsigned char *base; /* where file offset 0 is mapped */
    bool fence_write;    /* write() ends with a store fence of its own */
    bool fsync;          /* false: the period has no fsync (dirty=never) */
    bool
        remember; /* bitmaps: write() marks; false where it bypasses the cache, though fsync scans (hybrid) */
    uint32_t granule_shift;
    uint32_t entry_shift; /* trees: what one entry covers; at least a granule */

    /* Write i goes to file offset window + order[i] * stride, size bytes from source + (position + i *
     * source_step) wrapped at source_bytes. */
    uint64_t window, stride, size, writes;
    const uint32_t *order;
    const unsigned char *source;
    uint64_t position, source_step, source_bytes;

    struct track_cursor cursor; /* of the fsync */
    struct ghost_run *ghost;
    uint64_t ghosts;
    unsigned char *delay_buffer; /* `delay` bytes of other traffic between the writes and the fsync */
    uint64_t delay_bytes;
    uint64_t excluded; /* ticks inside the period that do not belong to it (the delay) */
    struct path_counts counts;

    /* For tests, read only by code compiled with PMB_HOOKS: leave this step out (a mutant), or spin in it. */
    int hook_skip, hook_delay; /* -1: none */
    uint64_t hook_ticks;       /* a write */

    struct latency *latency; /* of this thread's stamped calls (kernels/latency.h); NULL: none are stamped */
    struct protection *protection; /* mmap_fsync (kernels/protection.h): of the memory at base; else NULL */
    /* What a store into write-protected memory at this file offset calls, in a signal handler: set by the
     * path itself, which runs in the same thread. false: the fault is none of ours. */
    bool (*on_fault)(struct period *p, uint64_t offset);
    void *fault_address; /* of the last one; NULL: none yet */
    const struct sys_period
        *sys; /* sys kernels (kernels/sys.h): which calls on which descriptor; else NULL */
    /* A drain that this machine has (kernels/drain_device.h), run in place of the domain's; NULL: none. */
    const struct drain_device *drain_device;
};

typedef void (*period_fn)(struct period *);

enum { SHAPES = 3 };

struct ladder_table {
    period_fn prefix[SHAPES][STEPS];  /* all steps up to and with this one */
    period_fn without[SHAPES][STEPS]; /* all steps but this one */
};

struct whole_table {
    period_fn run[SHAPES];
};

/* One kernel's functions as compiled in one layout, by enum track_shape. NULL: it has none. */
struct kernel_table {
    const struct ladder_table *ladder; /* entries of steps that it lacks are NULL */
    const struct whole_table *whole;   /* without a mask: functions of their own */
    const struct whole_table *twin;    /* the same, compiled separately: the control `same` */
    const struct whole_table *stamped; /* the same, each call stamped: for latencies only */
    const struct whole_table *tagged;  /* the same, each call between two tags (tag.h): for counting only */
};

struct path_parts {
    struct kernel_table of[KERNELS];
    const struct surround *surround_kernel, *surround_syscall;
};

/* Layout 0 .. LAYOUTS-1. Never NULL. */
const struct path_parts *path_parts(unsigned layout);

/* The steps that this combination has (a row that it lacks is absent, not 0). */
uint32_t period_steps(const struct period *p);

#endif
