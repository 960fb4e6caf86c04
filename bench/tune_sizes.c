/* tune_sizes.c - picks and draws sizes */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tune_sizes.h"

#include <math.h>
#include <string.h>

#include "bench/tune_prove.h"

enum { GRID = 8, LINE = 64, DRAWS = 1000, LIBPMEM_THRESHOLD = 256 /* libpmem2 1.12, MOVNT_THRESHOLD */ };

static const double APART = 1.1, THRESHOLDS_APART = 1.25;

static bool is_among(uint64_t size, struct size_list list)
{
    for (size_t i = 0; i < list.count; i++)
        if (list.sizes[i] == size)
            return true;
    return false;
}

static bool is_near(double size, double factor, struct size_list list)
{
    for (size_t i = 0; i < list.count; i++)
        if (fabs(log(size / (double)list.sizes[i])) <= log(factor))
            return true;
    return false;
}

static size_t insert(uint64_t *out, size_t count, uint64_t size)
{
    size_t at = count;
    for (; at && out[at - 1] > size; at--)
        out[at] = out[at - 1];
    out[at] = size;
    return count + 1;
}

static double share(struct rng *rng)
{
    return (double)(rng_next(rng) >> 11) * 0x1p-53;
}

/* One of low..high; 0: there seems to be none. */
static uint64_t draw_one(struct rng *rng, double low, double high, bool whole, struct size_list taken,
                         struct size_list drawn)
{
    for (int draw = 0; draw < DRAWS; draw++) {
        uint64_t size = (uint64_t)(low * pow(high / low, share(rng)));
        size -= size % (whole ? LINE : GRID);
        if ((double)size >= low && is_whole_lines(size) == whole && !is_among(size, taken) &&
            !is_near((double)size, APART, drawn))
            return size;
    }
    return 0;
}

size_t tune_sizes_draw(struct rng *rng, uint64_t low, uint64_t high, size_t parts, unsigned whole,
                       struct size_list taken, uint64_t *out, size_t count)
{
    double step = pow((double)high / (double)low, 1 / (double)parts);
    for (size_t part = 0; part < parts; part++) {
        double from = (double)low * pow(step, (double)part), to = from * step;
        bool lines = part % 2 == whole;
        struct size_list drawn = {out, count};
        uint64_t size = draw_one(rng, from, to, lines, taken, drawn);
        size = size ? size : draw_one(rng, from, to, !lines, taken, drawn);
        count = size ? insert(out, count, size) : count;
    }
    return count;
}

size_t tune_sizes_round(struct rng *rng, const struct tune_draw *draw, unsigned round, uint64_t *out)
{
    size_t half = PROVE_SIZES / 2;
    bool below = draw->from > 2 * PROVE_LEAST, above = draw->from && draw->from < PROVE_MOST / 2;
    if (!below || !above)
        return tune_sizes_draw(rng, PROVE_LEAST, PROVE_MOST, PROVE_SIZES, round % 2, draw->taken, out, 0);
    size_t count = tune_sizes_draw(rng, PROVE_LEAST, draw->from - GRID, half, round % 2, draw->taken, out, 0);
    return tune_sizes_draw(rng, draw->from, PROVE_MOST, half, round % 2, draw->taken, out, count);
}

size_t tune_sizes_tried(uint64_t *out)
{
    /* half of them whole lines, half not: where a copy's last line is not whole, another may be the better */
    static const uint64_t sizes[PROVE_SIZES] = {64, 152, 328, 1024, 1960, 6144, 16384, 50000};
    memcpy(out, sizes, sizeof(sizes));
    return PROVE_SIZES;
}

static uint64_t on_grid(double size)
{
    double grid = size < 512 ? 8 : 64;
    return (uint64_t)(round(size / grid) * grid);
}

size_t tune_sizes_thresholds(const struct tuning *t, uint64_t *out, size_t most)
{
    static const char prefix[] = "libpmem/";
    static const uint64_t own = LIBPMEM_THRESHOLD, steps[] = {1024, 4096, 16384};
    size_t count = 0, found = t->crossover_count, all = found + sizeof(steps) / sizeof(steps[0]);
    for (size_t i = 0; i < all && count < most; i++) {
        const struct tuning_crossover *c = &t->crossovers[i];
        if (i < found && (strncmp(c->id, prefix, strlen(prefix)) != 0 || !isfinite(c->size)))
            continue;
        double size = i < found ? c->size : (double)steps[i - found];
        if (!(size > PROVE_LEAST && size < PROVE_MOST))
            continue;
        size = (double)on_grid(size);
        if (!is_near(size, THRESHOLDS_APART, (struct size_list){out, count}) &&
            !is_near(size, THRESHOLDS_APART, (struct size_list){&own, 1}))
            count = insert(out, count, (uint64_t)size);
    }
    return count;
}
