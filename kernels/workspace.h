/* workspace.h - the memory that all cells of a run share: destination, sources, and other traffic */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_WORKSPACE_H
#define KERNELS_WORKSPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Random bytes that are read in a circle. A read of up to `slack` bytes may begin anywhere below `bytes`. */
struct ring {
    unsigned char *data;
    uint64_t
        bytes; /* a multiple of 64 whose count of lines is prime, so that no pass meets its own data again */
    uint64_t slack;
    uint64_t mapped; /* bytes of address space */
};

/* What each period touches of its cell lies at one of these places: at this distance in one huge page they
 * fall into the same sets of the first- and second-level cache (up to 2048 sets), so that no cell of a group
 * has better ones than another. */
enum { CELL_STRIDE = 128 << 10, CELL_PLACES = 16 };

struct cell_places {
    unsigned char *mapped, *base; /* place i is at base + i * CELL_STRIDE, zeroed when it is free */
    uint32_t taken;               /* a bit a place */
};

struct sys_file;
struct drain_device;

struct workspace {
    unsigned char *base; /* where file offset 0 is mapped; owned by the caller */
    uint64_t bytes;      /* of the destination */
    uint64_t l1d_bytes, l2_bytes, llc_bytes;
    const int *cpus; /* the system's numbers, for thread 0, 1, ...; NULL: threads are not pinned */
    unsigned cpu_count;
    /* For mmap_fsync: memory of the same kind in pages that can be write-protected one by one; file offset 0
     * is at stores, which lies at a multiple of the granule. A file is mapped there a second time, anonymous
     * memory is other memory in pages of 4 KiB. NULL: no such cell can be made. Owned by the caller. */
    unsigned char *stores;
    uint64_t stores_bytes;
    bool file;                               /* base and stores are mappings of one file */
    const struct sys_file *sys;              /* for the sys kernels; NULL: no such cell can be made */
    const struct drain_device *drain_device; /* a drain that this machine has; NULL: the domain's */
    struct ring warm, cold;                  /* cold.data is NULL until workspace_cold */
    struct cell_places *places;
    unsigned char *traffic; /* read to age the caches, written as delay: traffic_bytes */
    uint64_t traffic_bytes;
};

/* Fills in rings and traffic buffer for writes of at most max_size bytes and delays of max_delay bytes; base,
 * bytes and the cache sizes are set by the caller. -1 with err (EXIT_CANNOT) when memory is short. */
int workspace_open(struct workspace *w, uint64_t max_size, uint64_t max_delay, uint64_t seed,
                   struct error *err);

/* Makes the cold ring (four LLCs) unless it is there. */
int workspace_cold(struct workspace *w, uint64_t max_size, uint64_t seed, struct error *err);

void workspace_close(struct workspace *w);

#endif
