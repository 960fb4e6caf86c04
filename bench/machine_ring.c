/* machine_ring.c - builds and walks a random cycle of lines */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/machine_ring.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/size.h"

enum { HUGE_PAGE = 2 << 20 };

int ring_open(struct ring *r, uint64_t bytes, struct error *err)
{
    char text[SIZE_TEXT];
    uint64_t map_bytes = bytes + HUGE_PAGE;
    void *map =
        mmap(NULL, map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED)
        return error_set(err, EXIT_CANNOT,
                         "probe: no memory for a chase over %s: %s; free some or raise ulimit -v",
                         size_format(bytes, text), strerror(errno));
    uintptr_t start = ((uintptr_t)map + HUGE_PAGE - 1) & ~((uintptr_t)HUGE_PAGE - 1);
    madvise((void *)start, bytes, MADV_HUGEPAGE);
    *r = (struct ring){.lines = (struct ring_line *)start,
                       .capacity = bytes / sizeof(struct ring_line),
                       .map = map,
                       .map_bytes = map_bytes};
    return 0;
}

void ring_close(struct ring *r)
{
    munmap(r->map, r->map_bytes);
    *r = (struct ring){0};
}

void ring_grow(struct ring *r, uint64_t lines, struct rng *rng)
{
    struct ring_line *line = r->lines;
    if (!r->used && lines) {
        line[0].next = line;
        r->used = 1;
    }
    for (uint64_t i = r->used; i < lines && i < r->capacity; i++) {
        struct ring_line *before = &line[rng_below(rng, i)];
        line[i].next = before->next;
        before->next = &line[i];
        r->used = i + 1;
    }
}

void ring_warm(const struct ring *r)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < r->used; i++)
        sum += r->lines[i].word[0];
    __asm__ volatile("" ::"r"(sum));
}

uint64_t ring_walk(struct ring_line **at, uint64_t hops)
{
    struct ring_line *p = *at;
    uint64_t start = clock_begin();
    for (uint64_t i = 0; i < hops; i++) {
        p = p->next;
        __asm__ volatile("" : "+r"(p));
    }
    uint64_t ticks = clock_end() - start;
    *at = p;
    return ticks;
}
