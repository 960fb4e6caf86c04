/* region_stores.c - the file once more, or other anonymous memory in small pages */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/region_stores.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/signals.h"
#include "bench/region_parts.h"
#include "kernels/stream.h"

#ifndef MAP_SYNC
#define MAP_SYNC 0x80000
#endif

static int map_file(struct region_stores *s, const struct region *r, const struct region_request *q,
                    struct error *err)
{
    bool sync = !strcmp(r->facts.map_sync, "true") && r->file.kind != FILE_DEVICE;
    int flags = sync ? MAP_SHARED_VALIDATE | MAP_SYNC : MAP_SHARED;
    void *map = mmap(NULL, r->mapped, PROT_READ | PROT_WRITE, flags, r->file.fd, 0);
    if (map == MAP_FAILED)
        return error_set(err, EXIT_CANNOT,
                         "--path %s: cannot be mapped a second time: %s; leave the mmap paths out", q->path,
                         strerror(errno));
    *s = (struct region_stores){.base = map, .bytes = r->bytes, .mapped = r->mapped};
    signals_guard_also(s->base, s->mapped);
    return 0;
}

static int map_anonymous(struct region_stores *s, const struct region_request *q, uint64_t bytes, bool huge,
                         struct error *err)
{
    bytes = (bytes + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
    s->base = region_map_aligned(bytes, err);
    if (!s->base)
        return -1;
    s->bytes = s->mapped = bytes;
    madvise(s->base, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    if (q->node >= 0) /* the region has said it where that does not work */
        region_node_bind(s->base, bytes, q->node);
    signals_guard_also(s->base, bytes);
    memset(s->base, FILE_FILLING, bytes);
    return 0;
}

int region_stores_open(struct region_stores *s, const struct region *r, const struct region_request *q,
                       uint64_t bytes, bool huge, struct error *err)
{
    *s = (struct region_stores){.base = NULL};
    return q->path ? map_file(s, r, q, err) : map_anonymous(s, q, bytes, huge, err);
}

void region_stores_close(struct region_stores *s)
{
    if (!s->base)
        return;
    signals_guard_also(NULL, 0);
    munmap(s->base, s->mapped);
    *s = (struct region_stores){.base = NULL};
}
