/* pmem2.c - finds libpmem2's memcpy once and calls it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/pmem2.h"

#include <libpmem2.h>
#include <sys/mman.h>

enum { ROOM = 4096 };

/* Write-once: libpmem2 chooses at load time and by granularity alone, so that every call would be answered
 * the same; a copy's signature is that of the routine it stands for and has no room to carry it. */
static pmem2_memcpy_fn resolved;

/* The function of a map over `room`, which nobody touches. By CACHE_LINE, since for anonymous memory itself
 * libpmem2 would take BYTE and not flush, for a file in the page cache PAGE and call msync. The map stays in
 * libpmem2's own list: pmem2_map_delete (1.12) loses the map's data mover (pmem/pmdk issue 5637), which a
 * leak checker would tell of. 0, or libpmem2's error. */
static int memcpy_of(void *room, pmem2_memcpy_fn *found)
{
    struct pmem2_source *source = NULL;
    struct pmem2_map *map = NULL;
    int code = pmem2_source_from_anon(&source, ROOM);
    if (!code)
        code = pmem2_map_from_existing(&map, source, room, ROOM, PMEM2_GRANULARITY_CACHE_LINE);
    if (!code)
        *found = pmem2_get_memcpy_fn(map);
    pmem2_source_delete(&source);
    return code;
}

int libpmem2_prepare(struct error *err)
{
    pmem2_memcpy_fn found = NULL;
    if (__atomic_load_n(&resolved, __ATOMIC_ACQUIRE))
        return 0;
    void *room = mmap(NULL, ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED)
        return error_set(err, EXIT_CANNOT, "libpmem2's memcpy: no memory for a page; use less of it");
    if (memcpy_of(room, &found)) {
        munmap(room, ROOM);
        return error_set(err, EXIT_CANNOT,
                         "libpmem2's memcpy cannot be had: %s; leave the pmem2 copies out of --copy",
                         pmem2_errormsg());
    }
    __atomic_store_n(&resolved, found, __ATOMIC_RELEASE);
    return 0;
}

static inline pmem2_memcpy_fn library(void)
{
    return __atomic_load_n(&resolved, __ATOMIC_RELAXED);
}

void libpmem2_copy(void *dst, const void *src, size_t n)
{
    library()(dst, src, n, PMEM2_F_MEM_NODRAIN);
}

void libpmem2_copy_nt(void *dst, const void *src, size_t n)
{
    library()(dst, src, n, PMEM2_F_MEM_NODRAIN | PMEM2_F_MEM_NONTEMPORAL);
}

void libpmem2_copy_t(void *dst, const void *src, size_t n)
{
    library()(dst, src, n, PMEM2_F_MEM_NODRAIN | PMEM2_F_MEM_TEMPORAL);
}
