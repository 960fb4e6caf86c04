/* workspace.h - the memory that all cells of a run share: destination, sources, and other traffic */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_WORKSPACE_H
#define KERNELS_WORKSPACE_H

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

struct workspace {
    unsigned char *base; /* where file offset 0 is mapped; owned by the caller */
    uint64_t bytes;      /* of the destination */
    uint64_t l1d_bytes, l2_bytes, llc_bytes;
    const int *cpus; /* the system's numbers, for thread 0, 1, ...; NULL: threads are not pinned */
    unsigned cpu_count;
    struct ring warm, cold; /* cold.data is NULL until workspace_cold */
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
