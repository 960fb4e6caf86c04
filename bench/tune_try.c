/* tune_try.c - tries variables of libpmem2's environment one at a time */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "bench/tune_judge.h"

/* Processes for which it is worth to begin another contest: most candidates are judged by so many. */
enum { SOME_PAIRS = 4 };

/* Candidates and what became of them. */
struct trial {
    const struct tune_candidate *list;
    size_t count;
    bool judged[TUNE_VARIANTS], won[TUNE_VARIANTS];
    double ratio[TUNE_VARIANTS];
};

/* Those of one contest: variant v is candidate of[v - 1]. */
struct batch {
    size_t of[TUNE_VARIANTS], count;
    struct tune_set sets[TUNE_VARIANTS];
};

static void gather(const struct trial *trial, struct batch *batch)
{
    *batch = (struct batch){.count = 0};
    for (size_t i = 0; i < trial->count && i + 1 < TUNE_VARIANTS; i++)
        if (!trial->judged[i]) {
            struct tune_set *set = &batch->sets[batch->count + 1];
            set->list[0] = trial->list[i].variable;
            set->count = 1;
            batch->of[batch->count++] = i;
        }
}

static size_t alive(const struct tune_contest *contest)
{
    size_t n = 0;
    for (size_t v = 1; v < contest->variants; v++)
        n += !contest->out[v];
    return n;
}

/* Processes that the rest of the rounds is likely to take: one candidate goes on to the end, of the others,
 * which mostly do nothing, each pair sends half home. */
static double likely(unsigned rounds, size_t candidates)
{
    return 2.0 * rounds + fmin(2, rounds) * ((double)candidates - 1);
}

/* Leaves the last ones for later until the rest of the rounds fits. */
static void postpone(struct tune_contest *contest, const struct tune_source *source)
{
    unsigned rounds = TUNE_ROUNDS_LEAST - contest->rounds;
    double fits = source->fits(source->state);
    size_t left = alive(contest);
    for (size_t v = contest->variants - 1; v > 1 && left > 1 && likely(rounds, left) > fits; v--)
        if (!contest->out[v]) {
            contest->out[v] = true;
            left--;
        }
}

static void judge(struct trial *trial, const struct batch *batch, struct tune_contest *contest,
                  const struct tune_source *source)
{
    for (size_t v = 1; v < contest->variants; v++) {
        struct tune_pairs pairs;
        size_t candidate = batch->of[v - 1];
        if (contest->out[v])
            continue;
        tune_pairs_of(contest, source, (struct tune_side){v, 0}, (struct tune_side){0, 0}, &pairs);
        bool lost = pairs.count < contest->rounds || !(pairs.mean[pairs.count - 1] < 0);
        struct interval ratio = tune_pairs_ratio(&pairs);
        contest->out[v] = lost;
        trial->ratio[candidate] = ratio.value;
        trial->won[candidate] = !lost && ratio.high < 1;
        trial->judged[candidate] = lost || contest->rounds >= TUNE_ROUNDS_LEAST;
    }
}

static enum tune_end run_batch(struct trial *trial, const struct tune_source *source, uint64_t seed,
                               struct error *err)
{
    struct batch batch;
    enum tune_end end = TUNE_RAN;
    gather(trial, &batch);
    struct tune_contest *contest = tune_contest_new(batch.sets, batch.count + 1, NULL, seed, err);
    if (!contest)
        return TUNE_FAILED;
    while (end == TUNE_RAN && contest->rounds < TUNE_ROUNDS_LEAST && alive(contest)) {
        postpone(contest, source);
        end = tune_contest_round(contest, source, err);
        if (end == TUNE_RAN)
            judge(trial, &batch, contest, source);
    }
    free(contest);
    return end;
}

static int propose(struct tuning *t, const struct tune_candidate *c, double ratio, struct error *err)
{
    struct tuning_proposal *list = realloc(t->proposals, (t->proposal_count + 1) * sizeof(*t->proposals)), *p;
    if (!list)
        return error_set(err, EXIT_CANNOT, "tune: no memory for a proposal");
    t->proposals = list;
    p = &list[t->proposal_count++];
    *p = (struct tuning_proposal){.found_gain = ratio};
    snprintf(p->id, sizeof(p->id), "libpmem/%.*s", (int)sizeof(p->id) - 9, c->variable.name);
    text_copy(p->kind, sizeof(p->kind), "environment");
    text_copy(p->name, sizeof(p->name), c->variable.name);
    text_copy(p->value, sizeof(p->value), c->variable.value);
    text_copy(p->what, sizeof(p->what), c->what);
    tune_unproven(p, TUNE_RAN);
    return 0;
}

static bool is_best_of_its_variable(const struct trial *trial, size_t i)
{
    for (size_t k = 0; k < trial->count; k++)
        if (k != i && trial->won[k] && !strcmp(trial->list[k].variable.name, trial->list[i].variable.name) &&
            (trial->ratio[k] < trial->ratio[i] || (trial->ratio[k] <= trial->ratio[i] && k < i)))
            return false;
    return true;
}

static unsigned judged(const struct trial *trial)
{
    unsigned n = 0;
    for (size_t i = 0; i < trial->count; i++)
        n += trial->judged[i];
    return n;
}

enum tune_end tune_try(struct tuning *t, const struct tune_candidate *candidates, size_t count,
                       const struct tune_source *source, uint64_t seed, unsigned *tried, struct error *err)
{
    struct trial trial = {.list = candidates, .count = count < TUNE_VARIANTS ? count : TUNE_VARIANTS - 1};
    struct rng seeds = {.state = seed};
    enum tune_end end = TUNE_RAN;
    while (end == TUNE_RAN && judged(&trial) < trial.count)
        end = source->fits(source->state) < SOME_PAIRS ? TUNE_TIME
                                                       : run_batch(&trial, source, rng_next(&seeds), err);
    *tried = judged(&trial);
    for (size_t i = 0; i < trial.count && end != TUNE_FAILED; i++)
        if (trial.won[i] && is_best_of_its_variable(&trial, i) &&
            propose(t, &candidates[i], trial.ratio[i], err))
            end = TUNE_FAILED;
    return end;
}
