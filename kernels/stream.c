/* stream.c - slots, windows and their order */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/stream.h"

#include <stdlib.h>

#include "base/rng.h"

enum { LINE_BYTES = 64 };

static uint64_t round_up(uint64_t x, uint64_t to)
{
    return (x + to - 1) / to * to;
}

static uint64_t at_least_one(uint64_t x)
{
    return x ? x : 1;
}

static uint64_t min_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

int stream_resolve(struct stream *s, struct error *err)
{
    if (!s->size || !s->granule || !s->overwrite)
        return error_set(err, EXIT_CANNOT, "size, granule and overwrite must be at least 1");
    s->stride = s->access == ACCESS_SPARSE ? round_up(s->size, s->granule) : s->size;
    uint64_t fit = s->footprint / s->stride;
    if (!fit)
        return error_set(
            err, EXIT_CANNOT,
            "footprint: %llu bytes hold not one write of %llu (stride %llu); use a larger --footprint",
            (unsigned long long)s->footprint, (unsigned long long)s->size, (unsigned long long)s->stride);
    uint64_t dirty = s->dirty ? s->dirty : min_of(s->footprint, DIRTY_CAP);
    s->threads = at_least_one(s->threads);
    s->slots = min_of(at_least_one(dirty / s->size) * (s->dirty ? s->threads : 1), fit);
    if (!s->dirty)
        s->slots = min_of(s->slots, WRITES_CAP);
    s->slots = s->slots / s->threads * s->threads;
    if (!s->slots)
        return error_set(
            err, EXIT_CANNOT,
            "footprint: %llu bytes hold not one write of %llu for each of %llu threads; use a larger "
            "--footprint or fewer --threads",
            (unsigned long long)s->footprint, (unsigned long long)s->size, (unsigned long long)s->threads);
    if (s->slots > PERIOD_WRITES_MAX / s->overwrite)
        return error_set(
            err, EXIT_CANNOT,
            "dirty: a period of %llu writes, %llu times over, is more than %d; use a smaller --dirty or "
            "--overwrite",
            (unsigned long long)s->slots, (unsigned long long)s->overwrite, PERIOD_WRITES_MAX);
    s->windows = fit / s->slots;
    s->writes = s->slots * s->overwrite;
    return 0;
}

uint64_t stream_window(const struct stream *s, uint64_t index)
{
    return FILE_START + s->offset + index % s->windows * s->slots * s->stride;
}

/* One pass of one thread over its block of slots. */
static void fill_pass(const struct stream *s, uint64_t serial, uint64_t thread, uint64_t pass,
                      uint32_t *slots)
{
    uint64_t block = s->slots / s->threads;
    for (uint64_t i = 0; i < block; i++)
        slots[i] = (uint32_t)(thread * block + i);
    struct rng r = {.state = s->seed ^ (serial * 0x9e3779b97f4a7c15u) ^ (pass << 48) ^ (thread << 40)};
    r.state = rng_next(&r); /* or the passes of some seeds would draw one sequence, each a number later */
    if (s->access == ACCESS_RANDOM)
        rng_shuffle(&r, slots, block);
}

void stream_thread_slots(const struct stream *s, uint64_t serial, uint64_t thread, uint32_t *slots)
{
    uint64_t block = s->slots / s->threads;
    if (s->order == ORDER_PASS) {
        for (uint64_t pass = 0; pass < s->overwrite; pass++)
            fill_pass(s, serial, thread, pass, slots + pass * block);
        return;
    }
    fill_pass(s, serial, thread, 0, slots);
    for (uint64_t i = block; i-- > 0;)
        for (uint64_t k = 0; k < s->overwrite; k++)
            slots[i * s->overwrite + k] = slots[i];
}

void stream_slots(const struct stream *s, uint64_t serial, uint32_t *slots)
{
    for (uint64_t thread = 0; thread < s->threads; thread++)
        stream_thread_slots(s, serial, thread, slots + thread * (s->writes / s->threads));
}

uint64_t stream_reach(const struct stream *s)
{
    uint64_t slot = round_up(s->offset % LINE_BYTES + s->size, LINE_BYTES);
    return s->windows * s->slots * min_of(slot, s->stride);
}

static uint64_t hash_word(uint64_t hash, uint64_t word)
{
    struct rng r = {.state = hash ^ word};
    return rng_next(&r);
}

uint64_t stream_hash(const struct stream *s)
{
    uint64_t hash = hash_word(hash_word(s->size, s->writes), s->windows);
    uint32_t *slots = malloc(s->writes * sizeof(*slots));
    for (uint64_t period = 0; slots && period < 2; period++) {
        stream_slots(s, period, slots);
        for (uint64_t i = 0; i < s->writes; i++)
            hash = hash_word(hash, stream_window(s, period) + slots[i] * s->stride);
    }
    free(slots);
    return hash;
}
