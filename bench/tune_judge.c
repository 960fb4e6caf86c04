/* tune_judge.c - what is kept of the proposals, by the figures of fresh processes */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tune_judge.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void tune_unproven(struct tuning_proposal *p, enum tune_end end)
{
    p->proven = p->kept = false;
    text_copy(p->reason, sizeof(p->reason),
              end == TUNE_TIME     ? "the time was spent before it was proven"
              : end == TUNE_SIGNAL ? "interrupted before it was proven"
              : end == TUNE_FAILED ? "a process failed before it was proven"
                                   : "it was not proven");
}

static __attribute__((format(printf, 2, 3))) void discard(struct tuning_proposal *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(p->reason, sizeof(p->reason), format, args);
    va_end(args);
    p->kept = false;
}

/* A new proof of these pairs; NULL with err for want of memory. */
static struct tuning_proof *add_proof(struct tuning *t, const char *id, const char *proposal,
                                      const char *against, const struct tune_pairs *pairs, size_t size_count,
                                      const struct tune_ground *ground, struct error *err)
{
    uint64_t *sizes = malloc((size_count + 1) * sizeof(*sizes));
    struct tuning_proof *list = realloc(t->proofs, (t->proof_count + 1) * sizeof(*list)), *proof = NULL;
    t->proofs = list ? list : t->proofs;
    if (!sizes || !list) {
        free(sizes);
        error_set(err, EXIT_CANNOT, "tune: no memory for a proof");
        return NULL;
    }
    proof = &list[t->proof_count++];
    *proof = (struct tuning_proof){.seed = ground->seed, .sizes = sizes, .size_count = size_count};
    memcpy(sizes, ground->sizes, size_count * sizeof(*sizes));
    text_copy(proof->id, sizeof(proof->id), id);
    text_copy(proof->proposal, sizeof(proof->proposal), proposal);
    text_copy(proof->against, sizeof(proof->against), against);
    tune_pairs_fill(pairs, sizes, size_count, proof);
    return proof;
}

/* What the proofs of a proposal say of it together. */
static void take(struct tuning_proposal *p, const struct tuning_proof *proof)
{
    p->kept = (!p->proven || p->kept) && proof->kept;
    p->proven = true;
    if (proof->kept && p->kept)
        *p->reason = '\0';
    else if (!proof->kept)
        discard(p, "against %s it costs %.3f times as much (95 %%: %.3f to %.3f), not provably less",
                proof->against, proof->ratio.value, proof->ratio.low, proof->ratio.high);
}

/* Rounds until the wanted ones are there; how many are wanted is told anew after the first, which shows what
 * a process takes. Variants from 2 on are left out, the last ones first, while the least rounds of all, and
 * `reserve` processes beside them, do not fit. */
static enum tune_end run_rounds(struct tune_contest *contest, const struct tune_source *source,
                                bool may_leave, double share, double reserve, struct error *err)
{
    unsigned wanted = TUNE_ROUNDS_LEAST;
    size_t alive = contest->variants;
    enum tune_end end = TUNE_RAN;
    while (end == TUNE_RAN && contest->rounds < wanted) {
        double fits = source->fits(source->state),
               least = TUNE_ROUNDS_LEAST - fmin(TUNE_ROUNDS_LEAST, contest->rounds);
        for (size_t v = contest->variants - 1; may_leave && v > 1; v--)
            if (!contest->out[v] && least * (double)alive + (alive > 2 ? reserve : 0) > fits) {
                contest->out[v] = true;
                alive--;
            }
        if (contest->rounds < 2)
            wanted = tune_rounds_wanted(share * (fits - reserve) + (double)(contest->rounds * alive), alive);
        end = tune_contest_round(contest, source, err);
    }
    return end;
}

/* Proposals of kind environment, the greatest found gains first. */
struct ranking {
    struct tuning_proposal *list[TUNE_VARIANTS];
    double ratio[TUNE_VARIANTS]; /* proven */
    size_t count;
};

static void rank(struct tuning *t, struct ranking *r)
{
    *r = (struct ranking){.count = 0};
    for (size_t i = 0; i < t->proposal_count && r->count + 1 < TUNE_VARIANTS; i++) {
        struct tuning_proposal *p = &t->proposals[i];
        if (strcmp(p->kind, "environment") != 0)
            continue;
        size_t at = r->count++;
        double gain = isfinite(p->found_gain) ? p->found_gain : INFINITY;
        for (; at && (isfinite(r->list[at - 1]->found_gain) ? r->list[at - 1]->found_gain : INFINITY) > gain;
             at--)
            r->list[at] = r->list[at - 1];
        r->list[at] = p;
    }
}

static void set_variable(struct tune_set *set, const struct tuning_proposal *p)
{
    if (set->count == TUNE_TOGETHER)
        return;
    struct tune_variable *v = &set->list[set->count++];
    text_copy(v->name, sizeof(v->name), p->name);
    text_copy(v->value, sizeof(v->value), p->value);
}

/* Each by itself. */
static enum tune_end alone(struct tuning *t, struct ranking *r, const struct tune_source *source,
                           const struct tune_ground *ground, struct error *err)
{
    struct tune_set sets[TUNE_VARIANTS] = {0};
    for (size_t i = 0; i < r->count; i++)
        set_variable(&sets[i + 1], r->list[i]);
    struct tune_contest *contest = tune_contest_new(sets, r->count + 1, ground->rounds_seed, err);
    if (!contest)
        return TUNE_FAILED;
    double reserve = r->count > 1 ? 3 * TUNE_ROUNDS_LEAST : 0;
    enum tune_end end = run_rounds(contest, source, true, 1, reserve, err);
    for (size_t i = 0; i < r->count; i++) {
        struct tuning_proposal *p = r->list[i];
        struct tune_pairs pairs;
        tune_pairs_of(contest, source, i + 1, 0, &pairs);
        tune_unproven(p, contest->out[i + 1] || end == TUNE_RAN ? TUNE_TIME : end);
        if (contest->out[i + 1] || pairs.count < TUNE_ROUNDS_LEAST)
            continue;
        struct tuning_proof *proof =
            add_proof(t, p->id, p->id, "no environment", &pairs, source->sizes, ground, err);
        if (!proof) {
            end = TUNE_FAILED;
            break;
        }
        r->ratio[i] = proof->ratio.value;
        take(p, proof);
    }
    free(contest);
    return end;
}

/* Leaves those that won, the best first, and of two of which one has no effect beside the other the better.
 */
static void winners(struct ranking *r)
{
    struct ranking won = {.count = 0};
    for (size_t i = 0; i < r->count; i++) {
        if (!r->list[i]->kept)
            continue;
        size_t at = won.count++;
        for (; at && won.ratio[at - 1] > r->ratio[i]; at--) {
            won.list[at] = won.list[at - 1];
            won.ratio[at] = won.ratio[at - 1];
        }
        won.list[at] = r->list[i];
        won.ratio[at] = r->ratio[i];
    }
    *r = (struct ranking){.count = 0};
    for (size_t i = 0; i < won.count; i++) {
        const char *rival = NULL;
        for (size_t k = 0; k < r->count && !rival; k++)
            rival = tune_rivals(r->list[k]->name, won.list[i]->name) ? r->list[k]->name : NULL;
        if (rival)
            discard(won.list[i], "one of it and %s has no effect beside the other, which gains more", rival);
        else if (r->count == TUNE_TOGETHER)
            discard(won.list[i], "%d others gain more", TUNE_TOGETHER);
        else {
            r->list[r->count] = won.list[i];
            r->ratio[r->count++] = won.ratio[i];
        }
    }
}

static const char *why_not(enum tune_end end)
{
    return end == TUNE_SIGNAL   ? "it was interrupted"
           : end == TUNE_FAILED ? "a process failed"
                                : "the time was spent";
}

/* All that won, beside nothing and beside the best of them. */
static enum tune_end together(struct tuning *t, const struct ranking *r, const struct tune_source *source,
                              const struct tune_ground *ground, struct error *err)
{
    struct tune_set sets[3] = {0};
    struct tune_pairs pairs, to_best;
    const char *best = r->list[0]->name;
    set_variable(&sets[1], r->list[0]);
    for (size_t i = 0; i < r->count; i++)
        set_variable(&sets[2], r->list[i]);
    struct tune_contest *contest = tune_contest_new(sets, 3, ~ground->rounds_seed, err);
    if (!contest)
        return TUNE_FAILED;
    enum tune_end end = run_rounds(contest, source, false, 1, 0, err);
    tune_pairs_of(contest, source, 2, 0, &pairs);
    tune_pairs_of(contest, source, 2, 1, &to_best);
    free(contest);
    struct interval ratio = tune_pairs_ratio(&to_best);
    struct tuning_proof *proof = NULL;
    if (pairs.count >= TUNE_ROUNDS_LEAST &&
        !(proof = add_proof(t, "libpmem", "libpmem", "no environment", &pairs, source->sizes, ground, err)))
        end = TUNE_FAILED;
    if (proof && ratio.low > 1)
        proof->kept = false;
    for (size_t i = 1; i < r->count && !(proof && proof->kept); i++)
        if (!proof)
            discard(r->list[i], "%s before all that won were proven together: only the best, %s, is kept",
                    why_not(end), best);
        else
            discard(
                r->list[i],
                "all that won cost together %.3f times as much as nothing, %.3f times as much as %s alone: "
                "only that is kept",
                proof->ratio.value, ratio.value, best);
    return end;
}

enum tune_end tune_judge_environment(struct tuning *t, const struct tune_source *source,
                                     const struct tune_ground *ground, struct error *err)
{
    struct ranking r;
    rank(t, &r);
    if (!r.count)
        return TUNE_RAN;
    enum tune_end end = alone(t, &r, source, ground, err);
    winners(&r);
    if (r.count < 2)
        return end;
    if (end == TUNE_RAN)
        return together(t, &r, source, ground, err);
    for (size_t i = 1; i < r.count; i++)
        discard(r.list[i], "%s before all that won were proven together: only the best, %s, is kept",
                why_not(end), r.list[0]->name);
    return end;
}

enum tune_end tune_judge_hybrid(struct tuning *t, struct tuning_proposal *hybrid, const char *const *against,
                                size_t count, const struct tune_source *source, double share,
                                const struct tune_ground *ground, struct error *err)
{
    static const struct tune_set none = {.count = 0};
    struct tune_contest *contest = tune_contest_new(&none, 1, ground->rounds_seed, err);
    if (!contest)
        return TUNE_FAILED;
    enum tune_end end = run_rounds(contest, source, false, share, 0, err);
    tune_unproven(hybrid, end == TUNE_RAN ? TUNE_TIME : end);
    for (size_t i = 0; i < count && contest->rounds >= TUNE_ROUNDS_LEAST; i++) {
        struct tune_pairs pairs = {.count = 0};
        char id[NAME_TEXT];
        for (unsigned r = 0; r < contest->rounds; r++) {
            const double *figures = contest->figures[r][0].log_ns;
            tune_pairs_add(&pairs, figures, figures + (i + 1) * source->sizes, source->sizes, 1);
        }
        if (pairs.count < TUNE_ROUNDS_LEAST) {
            tune_unproven(hybrid, TUNE_RAN);
            break;
        }
        snprintf(id, sizeof(id), "%.15s/%.23s", hybrid->id, against[i]);
        const struct tuning_proof *proof =
            add_proof(t, id, hybrid->id, against[i], &pairs, source->sizes, ground, err);
        if (!proof) {
            tune_unproven(hybrid, end = TUNE_FAILED);
            break;
        }
        take(hybrid, proof);
    }
    free(contest);
    return end;
}
