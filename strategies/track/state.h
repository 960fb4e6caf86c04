/* state.h - memory for a tracker's state, from mmap */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_TRACK_STATE_H
#define STRATEGIES_TRACK_STATE_H

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include "base/error.h"
#include "base/size.h"

/* Granules of a file, at least one; the last may be partial. */
static inline uint64_t state_granules(uint64_t file_bytes, uint32_t granule)
{
    uint64_t n = file_bytes / granule + (file_bytes % granule != 0);
    return n ? n : 1;
}

enum { STATE_HUGE = 2 << 20 };

/* Gives back what lies before the first huge page's boundary in `mapped`, and behind the `bytes` from there
 * on. */
static inline uint8_t *state_trim(uint8_t *mapped, uint64_t bytes)
{
    uint64_t skip = -(uintptr_t)mapped % STATE_HUGE;
    uint64_t end = (skip + bytes + 4095) / 4096 * 4096;
    if (skip)
        munmap(mapped, skip);
    if (end < bytes + STATE_HUGE)
        munmap(mapped + end, bytes + STATE_HUGE - end);
    return mapped + skip;
}

/* Zeroed memory, or NULL with err set (EXIT_CANNOT). `reserve` is 0, or MAP_NORESERVE for what is touched
 * sparsely. Huge pages are asked for, and state of at least one begins at its boundary: the kernel's own
 * trackers live in its direct map, which has them. */
static inline void *state_map(const char *name, uint64_t bytes, int reserve, struct error *err)
{
    uint64_t spare = bytes < STATE_HUGE ? 0 : STATE_HUGE;
    void *p = mmap(NULL, bytes + spare, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | reserve, -1, 0);
    if (p == MAP_FAILED) {
        char size[SIZE_TEXT];
        error_set(
            err, EXIT_CANNOT,
            "tracker '%s': no memory for %s of state (%s); take a larger --granule or a smaller --file-size",
            name, size_format(bytes, size), strerror(errno));
        return NULL;
    }
    if (spare)
        p = state_trim(p, bytes);
    madvise(p, bytes, MADV_HUGEPAGE);
    return p;
}

#endif
