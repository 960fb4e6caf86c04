/* cell.h - one cell: a path with its parts, a stream, and the state that they leave behind */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_CELL_H
#define KERNELS_CELL_H

#include "kernels/period.h"
#include "kernels/protection.h"
#include "kernels/stream.h"
#include "kernels/sys.h"
#include "kernels/workspace.h"

enum cell_surround { SURROUND_NONE, SURROUND_SYSCALL, SURROUND_KERNEL };
enum cell_dest { DEST_OWN, DEST_ABSENT, DEST_READ, DEST_DIRTY };

struct cell_spec {
    enum kernel kernel;
    enum copy_id copy;
    enum track_id track;
    enum writeback_id writeback;
    enum domain_id domain;
    bool fsync;       /* false: dirty=never */
    bool fence_write; /* write() fences: what a durable copy with FENCE_NEEDED asks for, unless a tracker
                         follows */
    bool bypass; /* a bitmap's path whose writes of this size go past the cache and are not marked (hybrid) */
    enum cell_surround surround;
    enum cell_dest dest;
    bool cold_source;
    bool ladder; /* leave-one-out will be asked for */
    uint64_t file_bytes, extents, delay;
    unsigned threads;         /* 0 is 1; the stream knows of them too */
    bool own_files;           /* each thread writes and fsyncs a file of its own */
    struct sys_calls sys;     /* of the sys kernels */
    enum protect_way protect; /* of mmap_fsync; with track `none` always by the page tables */
    struct stream stream;
};

struct sys_cell;

struct cell {
    struct cell_spec spec;
    bool borrows; /* surround state, inodes, slots and serials are another cell's */
    const struct workspace *workspace;
    struct period period;
    struct surround_state *surround_state; /* one a thread */
    unsigned threads, files;
    struct tracker **tracker; /* one a file; period has the first */
    struct inode **inode;
    uint64_t written; /* bytes stored to the destination so far, outside of the threads' timed periods too */
    struct sys_cell *sys;   /* of the sys kernels (kernels/sys_cell.h); else NULL */
    unsigned kernel_faults; /* mmap_fsync: the kernel's own, of a page after each write-protection */
    struct lane *lanes;     /* NULL: one thread, which is the caller */
    struct team *team;
    uint32_t *slots;         /* of the period at hand */
    uint64_t *serials;       /* of the periods of a visit */
    uint64_t serial;         /* of the next period */
    uint64_t ghosts_max;     /* entries of period.ghost */
    struct latency *latency; /* of the stamped calls, one a thread; NULL: none are stamped */
};

/* Makes trackers and inodes, and enters the footprint into the tracker, clean. spec->stream must be resolved.
 * With more than one thread, starts the
 * others, which sleep between the periods; they are pinned to workspace->cpus where there are any.
 * NULL with err set. Not thread-safe: cells share the destination. */
struct cell *cell_create(const struct cell_spec *spec, const struct workspace *w, struct error *err);
/* The same for a cell that is compared with `beside` and differs from it in the path alone: what both need is
 * one memory, so that neither gets better pages or cache sets than the other. `beside` must be destroyed
 * later; NULL: as cell_create. */
struct cell *cell_create_beside(const struct cell_spec *spec, const struct workspace *w, struct cell *beside,
                                struct error *err);
void cell_destroy(struct cell *cell);

/* What of the cell runs in a visit. */
enum variant_kind {
    VARIANT_WHOLE,     /* the path without a mask (kernel `track`: the tracker's part) */
    VARIANT_TWIN,      /* its separately compiled twin: the control `same` */
    VARIANT_SPIN,      /* the whole path, and spin_links of clock_chain after the last fence: the control
                          `different` */
    VARIANT_PREFIX,    /* steps up to `step` */
    VARIANT_WITHOUT,   /* all steps but `step` */
    VARIANT_PREMARKED, /* all steps, the marks set before the clock: what the path without `tag` is compared
                          with */
    VARIANT_UNFLUSHED, /* as VARIANT_WITHOUT of the drain, which is made up for only once, after the last
                          period: what the other's next writes pay for a drain that this machine has */
    VARIANT_STAMPED,   /* the whole path, each call stamped: asks for latency_create */
    VARIANT_TAGGED     /* the whole path, each call between two tags (kernels/path/tag.h): for counting */
};

struct variant {
    enum variant_kind kind;
    enum step step;
    uint64_t spin_links;
};

struct visit {
    uint64_t ticks;  /* of the timed periods, sum: each from the first thread's start to the last one's end */
    uint64_t faults; /* page faults around them; of mmap_fsync those that the system counts besides what is
                        delivered and resolved by us (mmap_kernel_faults) */
    uint64_t written; /* bytes stored to the destination by everything that the visit did */
    uint64_t skew;    /* ticks by which the threads' counters disagree at least; 0: none shown */
    uint64_t moved;   /* periods of a thread that ran on another CPU than asked for */
};

enum { VISIT_PERIODS = 1024 }; /* at most */

/* Runs one visit: MFENCE, 20 us of pause, one dropped sample, the destination brought into its state, then
 * `periods` periods, each timed by itself over windows first, first+1, ...; every step that the variant
 * leaves out is run after each period's clock has stopped, a drain that this machine has too (its failures
 * are counted where drain_device.h says). With `natural` (a footprint far over the caches)
 * the windows are not touched before and the dropped sample uses the `periods` windows before them. All data
 * are then checked against what the stream must have left. Returns 0, or -1 with err (EXIT_CANNOT) naming the
 * first wrong byte. */
int cell_visit(struct cell *cell, const struct variant *variant, unsigned layout, uint64_t first,
               uint64_t periods, bool natural, struct visit *out, struct error *err);

/* What thread `thread` took for its share of the periods of the last visit, ticks. */
uint64_t cell_thread_ticks(const struct cell *cell, unsigned thread);

/* What one period really executes, by the counting instance; checked like a visit. The threads take turns, so
 * that the counts are exact: what contention adds (another turn at a lock) is not in them. */
struct cell_counts {
    struct path_counts path;
    uint64_t nt_bytes, lines_flushed, fences, locked_ops;
    uint64_t lines_dirtied; /* distinct lines that the period's writes touch */
    uint64_t writes;
    bool ours; /* false: the system does the work, and nt_bytes, lines_flushed, fences and locked_ops are not
                  known */
};
int cell_count(struct cell *cell, struct cell_counts *out, struct error *err);

#endif
