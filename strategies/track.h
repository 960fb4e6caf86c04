/* track.h - how the path remembers what is dirty: the interface of strategies/track/ */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_TRACK_H
#define STRATEGIES_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "strategies/layout.h"

/* The promise of every tracker: a write() that had returned before fsync() was called is durable when that
 * fsync returns, with any number of writers and fsyncs. Each file says how it keeps it. */

struct tracker; /* the state of one file; its layout in memory does not depend on the code layout */

/* Which composition of the path a tracker needs (see kernels/path.h). */
enum track_shape {
    SHAPE_DIRECT, /* nothing to remember */
    SHAPE_TREE,   /* an entry a granule, locked across copy and mark */
    SHAPE_BITMAP  /* marked after the copy by one LOCKed operation */
};

/* What one step of an fsync's scan found: granule `index` + i is dirty where bit i is set. Trees: bits == 1,
 * and the entry covers the 2^order granules from `index` on, which is a multiple of that. */
struct track_run {
    uint64_t index;
    uint64_t bits;
    uint32_t order;
};

/* One fsync's place in the scan. Zeroed by the caller, then owned by the strategy until end(). */
struct track_cursor {
    uint64_t next;      /* next granule (tree) or word (bitmap) to look at */
    void *node;         /* trees: the leaf that holds the entry found */
    uint32_t slot;      /* trees: its slot; bitmaps: this fsync's claim */
    uint32_t batch;     /* entries since the last pause */
    uint32_t locked;    /* the tree lock is held */
    uint32_t gang_used; /* radix: of gang */
    uint32_t gang_size;
    uint64_t gang[16]; /* radix: entries of one gang lookup */
};

/* One tracker. Granules are numbered from 0 over the file; `granule` is a power of two in bytes. All
 * functions but create and destroy may be called by any number of threads at once. */
struct track {
    const char *name;
    const char *summary;
    const char *promise; /* how the promise is kept, one sentence */
    enum track_shape shape;
    uint64_t entry_bytes; /* trees with multi-page entries: what one covers, aligned; 0: one granule */
    bool single_fsync;    /* the promise holds only while no two fsyncs of the file run at once */

    /* State for a file of file_bytes. NULL with err set (EXIT_CANNOT) when memory is short. */
    struct tracker *(*create)(uint64_t file_bytes, uint32_t granule, struct error *err);
    void (*destroy)(struct tracker *t);
    /* Bytes that the state occupies now. */
    uint64_t (*memory)(const struct tracker *t);

    /* write(), trees: find or insert the entry and lock it, waiting for its holder (grab_mapping_entry); then
     * unlock and wake, with or without marking it dirty in the same locked section. */
    void (*entry_lock)(struct tracker *t, uint64_t index);
    void (*entry_unlock)(struct tracker *t, uint64_t index);
    void (*entry_mark_unlock)(struct tracker *t, uint64_t index);
    /* Marks granules [first, first+count) dirty, in a locked section of its own (trees) or by LOCKed ORs. */
    void (*mark)(struct tracker *t, uint64_t first, uint64_t count);

    /* fsync(), in this order (dax_writeback_mapping_range, tag_pages_for_writeback, dax_writeback_one):
     *   empty() ? done : tag(); while (next()) { if (hold()) { take(); write back; release(); } } end();
     * A caller may leave hold and release out: then next/take alone walk over what is dirty.
     * hold NULL: scan and entry step are one: next() has looked at the entry itself, and release() belongs to
     * the scan, which would not get on without it. */
    bool (*empty)(const struct tracker *t);                   /* mapping_empty: nothing was ever tracked */
    bool (*tag)(struct tracker *t, struct track_cursor *cur); /* DIRTY to TOWRITE; false: nothing is dirty */
    bool (*next)(struct tracker *t, struct track_cursor *cur, struct track_run *run);
    bool (*hold)(struct tracker *t, struct track_cursor *cur,
                 struct track_run *run); /* false: somebody else did it */
    void (*take)(struct tracker *t, struct track_cursor *cur,
                 struct track_run *run); /* bitmaps: fetch and clear */
    void (*release)(struct tracker *t, struct track_cursor *cur,
                    struct track_run *run);                   /* clear DIRTY, wake */
    void (*end)(struct tracker *t, struct track_cursor *cur); /* and wait for what others still hold */
};

enum track_id {
#define TRACK(symbol) TRACK_##symbol,
#include "strategies/track.def"
#undef TRACK
    TRACKS
};

const struct track *track_get(enum track_id id, unsigned layout);

#endif
