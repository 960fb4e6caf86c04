/* tune_rounds.c - runs rounds of fresh processes in turning order */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tune_rounds.h"

#include <math.h>
#include <stdlib.h>

struct tune_contest *tune_contest_new(const struct tune_set *sets, size_t variants,
                                      const struct tune_draw *draw, uint64_t seed, struct error *err)
{
    struct tune_contest *contest = calloc(1, sizeof(*contest));
    if (!contest) {
        error_set(err, EXIT_CANNOT, "tune: no memory for what processes measure");
        return NULL;
    }
    contest->sets = sets;
    contest->variants = variants;
    contest->draw = draw;
    contest->seeds.state = seed;
    return contest;
}

static void clear(struct tune_figures *figures)
{
    for (size_t i = 0; i < TUNE_FIGURES; i++)
        figures->log_ns[i] = NAN;
}

enum tune_end tune_contest_round(struct tune_contest *contest, const struct tune_source *source,
                                 struct error *err)
{
    struct tune_figures *figures = contest->figures[contest->rounds];
    uint64_t seed = rng_next(&contest->seeds) >> 1; /* JSON's integers are signed */
    enum tune_end end = TUNE_RAN;
    struct tune_sizes *sizes = &contest->sizes[contest->rounds];
    sizes->count = contest->draw
                       ? tune_sizes_round(&contest->seeds, contest->draw, contest->rounds, sizes->list)
                       : tune_sizes_tried(sizes->list);
    if (!sizes->count) {
        error_set(err, EXIT_CANNOT, "tune: the search has left no size to prove anything at");
        return TUNE_FAILED;
    }
    for (size_t i = 0; end == TUNE_RAN && i < contest->variants; i++) {
        size_t variant = (contest->rounds + i) % contest->variants;
        clear(&figures[variant]);
        if (!contest->out[variant])
            end = source->run(source->state, &contest->sets[variant], sizes, seed, &figures[variant], err);
    }
    if (end == TUNE_RAN)
        contest->rounds++;
    return end;
}

static int rising(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

size_t tune_contest_sizes(const struct tune_contest *contest, uint64_t *out)
{
    size_t all = 0, count = 0;
    for (unsigned r = 0; r < contest->rounds; r++)
        for (size_t z = 0; z < contest->sizes[r].count; z++)
            out[all++] = contest->sizes[r].list[z];
    qsort(out, all, sizeof(*out), rising);
    for (size_t i = 0; i < all; i++)
        if (!count || out[count - 1] != out[i])
            out[count++] = out[i];
    return count;
}

unsigned tune_rounds_wanted(double processes, size_t variants)
{
    static const unsigned best[] = {TUNE_ROUNDS, 9};
    for (size_t i = 0; i < sizeof(best) / sizeof(best[0]); i++)
        if ((double)best[i] * (double)variants <= processes)
            return best[i];
    return TUNE_ROUNDS_LEAST;
}
