/* tune_rounds.c - runs rounds of fresh processes in turning order */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tune_rounds.h"

#include <math.h>
#include <stdlib.h>

struct tune_contest *tune_contest_new(const struct tune_set *sets, size_t variants, uint64_t seed,
                                      struct error *err)
{
    struct tune_contest *contest = calloc(1, sizeof(*contest));
    if (!contest) {
        error_set(err, EXIT_CANNOT, "tune: no memory for what processes measure");
        return NULL;
    }
    contest->sets = sets;
    contest->variants = variants;
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
    for (size_t i = 0; end == TUNE_RAN && i < contest->variants; i++) {
        size_t variant = (contest->rounds + i) % contest->variants;
        clear(&figures[variant]);
        if (!contest->out[variant])
            end = source->run(source->state, &contest->sets[variant], seed, &figures[variant], err);
    }
    if (end == TUNE_RAN)
        contest->rounds++;
    return end;
}

unsigned tune_rounds_wanted(double processes, size_t variants)
{
    static const unsigned best[] = {TUNE_ROUNDS, 9};
    for (size_t i = 0; i < sizeof(best) / sizeof(best[0]); i++)
        if ((double)best[i] * (double)variants <= processes)
            return best[i];
    return TUNE_ROUNDS_LEAST;
}
