/* workspace.c - source rings and the buffer of other traffic */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/workspace.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/rng.h"

enum { LINE_BYTES = 64, PAGE_BYTES = 4096 };

static uint64_t round_to(uint64_t x, uint64_t to)
{
    return (x + to - 1) / to * to;
}

static bool is_prime(uint64_t n)
{
    for (uint64_t d = 2; d * d <= n; d++)
        if (n % d == 0)
            return false;
    return n > 1;
}

static uint64_t prime_lines(uint64_t bytes)
{
    uint64_t lines = bytes / LINE_BYTES;
    while (lines > 2 && !is_prime(lines))
        lines--;
    return lines * LINE_BYTES;
}

static void fill_random(unsigned char *data, uint64_t bytes, uint64_t seed)
{
    struct rng r = {.state = seed};
    for (uint64_t i = 0; i + 8 <= bytes; i += 8) {
        uint64_t word = rng_next(&r);
        memcpy(data + i, &word, sizeof(word));
    }
}

static int no_memory(const char *what, uint64_t bytes, struct error *err)
{
    return error_set(err, EXIT_CANNOT, "%s: no memory for %llu MiB; use a smaller size or footprint", what,
                     (unsigned long long)(bytes >> 20));
}

static void *map_anonymous(uint64_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    madvise(p, bytes, MADV_HUGEPAGE);
    return p;
}

/* Maps the same `body` bytes again and again, so that a long read stays within a small ring. */
static int map_mirrored(struct ring *ring, uint64_t body, struct error *err)
{
    int fd = memfd_create("pmembench-ring", MFD_CLOEXEC);
    ring->mapped = round_to(ring->bytes + ring->slack, body) + body;
    ring->data = mmap(NULL, ring->mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    bool good = fd >= 0 && ring->data != MAP_FAILED && ftruncate(fd, (off_t)body) == 0;
    for (uint64_t at = 0; good && at < ring->mapped; at += body)
        good = mmap(ring->data + at, body, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | MAP_POPULATE, fd,
                    0) != MAP_FAILED;
    if (fd >= 0)
        close(fd);
    if (ring->data == MAP_FAILED)
        ring->data = NULL;
    return good ? 0 : no_memory("source ring", body, err);
}

enum { CELLS_BYTES = CELL_STRIDE * CELL_PLACES };

/* One huge page where the system gives it: twice the address space holds an aligned one. */
static int map_places(struct workspace *w, struct error *err)
{
    w->places = calloc(1, sizeof(*w->places));
    unsigned char *p = w->places ? map_anonymous(2 * (uint64_t)CELLS_BYTES) : NULL;
    if (!p)
        return no_memory("cells", 2 * (uint64_t)CELLS_BYTES, err);
    w->places->mapped = p;
    w->places->base = p + (CELLS_BYTES - (uintptr_t)p % CELLS_BYTES) % CELLS_BYTES;
    memset(w->places->base, 0, CELLS_BYTES);
    return 0;
}

int workspace_open(struct workspace *w, uint64_t max_size, uint64_t max_delay, uint64_t seed,
                   struct error *err)
{
    uint64_t body = round_to(w->l1d_bytes / 2, PAGE_BYTES);
    w->cold = (struct ring){0};
    w->warm = (struct ring){.bytes = prime_lines(body), .slack = max_size};
    w->traffic_bytes = round_to(max_delay > 2 * w->l2_bytes ? max_delay : 2 * w->l2_bytes, PAGE_BYTES);
    w->traffic = map_anonymous(w->traffic_bytes);
    if (!w->traffic)
        return no_memory("traffic buffer", w->traffic_bytes, err);
    memset(w->traffic, 1, w->traffic_bytes);
    if (map_mirrored(&w->warm, body, err) || map_places(w, err))
        return -1;
    fill_random(w->warm.data, body, seed);
    return 0;
}

int workspace_cold(struct workspace *w, uint64_t max_size, uint64_t seed, struct error *err)
{
    if (w->cold.data)
        return 0;
    struct ring ring = {.bytes = prime_lines(4 * w->llc_bytes), .slack = max_size};
    ring.mapped = round_to(ring.bytes + ring.slack, PAGE_BYTES);
    ring.data = map_anonymous(ring.mapped);
    if (!ring.data)
        return no_memory("cold source ring", ring.mapped, err);
    fill_random(ring.data, ring.mapped, seed ^ 0xc01d);
    w->cold = ring;
    return 0;
}

void workspace_close(struct workspace *w)
{
    if (w->warm.data)
        munmap(w->warm.data, w->warm.mapped);
    if (w->cold.data)
        munmap(w->cold.data, w->cold.mapped);
    if (w->traffic)
        munmap(w->traffic, w->traffic_bytes);
    if (w->places && w->places->mapped)
        munmap(w->places->mapped, 2 * (uint64_t)CELLS_BYTES);
    free(w->places);
    w->places = NULL;
    w->warm = w->cold = (struct ring){0};
    w->traffic = NULL;
}
