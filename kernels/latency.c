/* latency.c - the histograms' bounds, sums and percentiles, and the room that a cell has for them */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/latency.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kernels/cell.h"

enum { STAMPS = 4001, WARM_UP = 200, ABOVE_LEAST = 5 };

uint64_t histogram_low(unsigned bucket)
{
    unsigned octave = bucket >> HISTOGRAM_BITS;
    if (octave < 2)
        return bucket;
    uint64_t mantissa = (bucket & (HISTOGRAM_AN_OCTAVE - 1)) | HISTOGRAM_AN_OCTAVE;
    return mantissa << (octave - 1);
}

uint64_t histogram_high(unsigned bucket)
{
    return bucket + 1 < HISTOGRAM_BUCKETS ? histogram_low(bucket + 1) - 1 : UINT64_MAX;
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
    if (!from->n)
        return;
    to->min = to->n == 0 || from->min < to->min ? from->min : to->min;
    to->max = from->max > to->max ? from->max : to->max;
    to->n += from->n;
    to->sum += from->sum;
    for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++)
        to->count[b] += from->count[b];
}

bool histogram_percentile(const struct histogram *h, uint64_t one_in, uint64_t *ns)
{
    uint64_t above = h->n / one_in, seen = 0;
    if (above < ABOVE_LEAST)
        return false;
    for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++) {
        seen += h->count[b];
        if (seen < h->n - above)
            continue;
        *ns = histogram_high(b) < h->max ? histogram_high(b) : h->max;
        return true;
    }
    return false;
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

uint64_t stamp_empty_ticks(void)
{
    uint64_t ticks[STAMPS];
    for (int i = -WARM_UP; i < STAMPS; i++) {
        uint64_t begin = clock_begin(), end = clock_end();
        if (i >= 0)
            ticks[i] = end - begin;
    }
    qsort(ticks, STAMPS, sizeof(ticks[0]), compare_u64);
    return ticks[STAMPS / 2];
}

int latency_create(struct cell *cell, const struct stamp_clock *clock, struct error *err)
{
    size_t bytes = cell->threads * sizeof(*cell->latency);
    cell->latency = aligned_alloc(64, bytes);
    if (!cell->latency)
        return error_set(err, EXIT_CANNOT, "latency: no memory for the histograms of %u threads; use fewer",
                         cell->threads);
    memset(cell->latency, 0, bytes);
    for (unsigned i = 0; i < cell->threads; i++)
        cell->latency[i].clock = *clock;
    cell->period.latency = &cell->latency[0];
    return 0;
}

void latency_destroy(struct cell *cell)
{
    free(cell->latency);
    cell->latency = cell->period.latency = NULL;
}

void latency_clear(struct cell *cell)
{
    for (unsigned i = 0; cell->latency && i < cell->threads; i++)
        cell->latency[i].write = cell->latency[i].fsync = (struct histogram){0};
}

void latency_gather(const struct cell *cell, struct histogram *write, struct histogram *fsync)
{
    for (unsigned i = 0; cell->latency && i < cell->threads; i++) {
        histogram_merge(write, &cell->latency[i].write);
        histogram_merge(fsync, &cell->latency[i].fsync);
    }
}
