/* tune_judge.c - what is kept of the proposals, by the figures of fresh processes */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tune_judge.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char NONE[] = "no environment";

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

/* What these pairs prove; its sizes are owned. NULL sizes, with err, for want of memory. */
static struct tuning_proof make_proof(const char *id, const char *proposal, const char *against,
                                      const struct tune_contest *contest, const struct tune_pairs *pairs,
                                      const struct tune_ground *ground, struct error *err)
{
    struct tuning_proof proof = {.seed = ground->seed,
                                 .sizes = malloc(TUNE_ROUNDS * PROVE_SIZES * sizeof(*proof.sizes))};
    if (!proof.sizes) {
        error_set(err, EXIT_CANNOT, "tune: no memory for a proof");
        return proof;
    }
    proof.size_count = tune_contest_sizes(contest, proof.sizes);
    text_copy(proof.id, sizeof(proof.id), id);
    text_copy(proof.proposal, sizeof(proof.proposal), proposal);
    text_copy(proof.against, sizeof(proof.against), against);
    tune_pairs_fill(pairs, &proof);
    return proof;
}

/* Takes over its sizes; NULL with err for want of memory. */
static struct tuning_proof *add_proof(struct tuning *t, struct tuning_proof proof, struct error *err)
{
    struct tuning_proof *list = proof.sizes ? realloc(t->proofs, (t->proof_count + 1) * sizeof(*list)) : NULL;
    if (!list) {
        free(proof.sizes);
        error_set(err, EXIT_CANNOT, "tune: no memory for a proof");
        return NULL;
    }
    t->proofs = list;
    list[t->proof_count] = proof;
    return &list[t->proof_count++];
}

/* What the proofs of a proposal say of it together. */
static void take(struct tuning_proposal *p, const struct tuning_proof *proof)
{
    bool none = !strcmp(proof->against, NONE);
    p->kept = (!p->proven || p->kept) && proof->kept;
    p->proven = true;
    if (proof->kept && p->kept)
        *p->reason = '\0';
    else if (!proof->kept && proof->ratio.high < 1)
        discard(p, "%s%s%scheaper on the whole (%.2f), but %s cost %.2f times as much",
                none ? "" : "against ", none ? "" : proof->against, none ? "" : " ", proof->ratio.value,
                proof->worst.where, proof->worst.ratio);
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

static const struct tune_side nothing = {0, 0};

/* Each by itself. */
static enum tune_end alone(struct tuning *t, struct ranking *r, const struct tune_source *source,
                           const struct tune_ground *ground, struct error *err)
{
    struct tune_set sets[TUNE_VARIANTS] = {0};
    for (size_t i = 0; i < r->count; i++)
        set_variable(&sets[i + 1], r->list[i]);
    struct tune_contest *contest =
        tune_contest_new(sets, r->count + 1, &ground->draw, ground->rounds_seed, err);
    if (!contest)
        return TUNE_FAILED;
    double reserve = r->count > 1 ? 3 * TUNE_ROUNDS_LEAST : 0;
    enum tune_end end = run_rounds(contest, source, true, 1, reserve, err);
    for (size_t i = 0; i < r->count; i++) {
        struct tuning_proposal *p = r->list[i];
        struct tune_pairs pairs;
        tune_pairs_of(contest, source, (struct tune_side){i + 1, 0}, nothing, &pairs);
        tune_unproven(p, contest->out[i + 1] || end == TUNE_RAN ? TUNE_TIME : end);
        if (contest->out[i + 1] || pairs.count < TUNE_ROUNDS_LEAST)
            continue;
        const struct tuning_proof *proof =
            add_proof(t, make_proof(p->id, p->id, NONE, contest, &pairs, ground, err), err);
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

/* Variables that are kept, and the next one, which may join them. */
struct joining {
    struct tune_set kept;
    struct tuning_proof
        proof; /* of all that are kept, once there are several; else of the first that failed */
};

/* Why one does not join, of the proofs of all with it, against nothing and against all without it. */
static void reject(struct tuning_proposal *p, const struct tuning_proof *all,
                   const struct tuning_proof *added)
{
    if (tune_class_loses(added) || tune_class_loses(all)) {
        const struct tuning_class *worst = tune_class_loses(added) ? &added->worst : &all->worst;
        discard(p, "beside %s it costs %.3f times as much (%.3f to %.3f), and %s %.2f times: it is not added",
                added->against, added->ratio.value, added->ratio.low, added->ratio.high, worst->where,
                worst->ratio);
    } else
        discard(p,
                "beside %s it costs %.3f times as much (95 %%: %.3f to %.3f), not provably less: it is not "
                "added",
                added->against, added->ratio.value, added->ratio.low, added->ratio.high);
}

/* What the contest says of it: it joins, or is discarded. Whether the proof of all was taken over. */
static bool settle(struct joining *j, const struct tune_set *with, struct tuning_proposal *p,
                   const struct tuning_proof *all, const struct tuning_proof *added)
{
    bool joins = all->kept && added->kept, first = !j->proof.sizes;
    if (joins)
        j->kept = *with;
    else
        reject(p, all, added);
    if (!joins && !first)
        return false;
    free(j->proof.sizes);
    j->proof = *all;
    j->proof.kept = joins;
    return true;
}

/* Tries whether one more joins, beside nothing and beside those that are kept; `others` are to be tried after
 * it. *settled: whether that was found out. */
static enum tune_end join(struct joining *j, struct tuning_proposal *p, size_t others,
                          const struct tune_source *source, const struct tune_ground *ground, uint64_t seed,
                          bool *settled, struct error *err)
{
    struct tune_set sets[3] = {{.count = 0}, j->kept, j->kept};
    struct tune_pairs pairs, to_kept;
    set_variable(&sets[2], p);
    struct tune_contest *contest = tune_contest_new(sets, 3, &ground->draw, seed, err);
    if (!contest)
        return TUNE_FAILED;
    enum tune_end end = run_rounds(contest, source, false, 1, 3 * TUNE_ROUNDS_LEAST * (double)others, err);
    tune_pairs_of(contest, source, (struct tune_side){2, 0}, nothing, &pairs);
    tune_pairs_of(contest, source, (struct tune_side){2, 0}, (struct tune_side){1, 0}, &to_kept);
    *settled = pairs.count >= TUNE_ROUNDS_LEAST && to_kept.count >= TUNE_ROUNDS_LEAST;
    if (*settled) {
        struct tuning_proof all = make_proof("libpmem", "libpmem", NONE, contest, &pairs, ground, err),
                            added = {.seed = 0};
        snprintf(added.against, sizeof(added.against), "%.35s%s", j->kept.list[0].name,
                 j->kept.count > 1 ? " ..." : "");
        tune_pairs_fill(&to_kept, &added);
        end = all.sizes ? end : TUNE_FAILED;
        if (!all.sizes || !settle(j, &sets[2], p, &all, &added))
            free(all.sizes);
    }
    free(contest);
    return end;
}

/* Adds to the best, the first, one after the other. */
static enum tune_end together(struct tuning *t, const struct ranking *r, enum tune_end end,
                              const struct tune_source *source, const struct tune_ground *ground,
                              struct error *err)
{
    struct joining j = {.kept = {.count = 0}};
    struct rng seeds = {.state = ~ground->rounds_seed};
    set_variable(&j.kept, r->list[0]);
    for (size_t i = 1; i < r->count; i++) {
        bool settled = false;
        if (end == TUNE_RAN)
            end = join(&j, r->list[i], r->count - 1 - i, source, ground, rng_next(&seeds), &settled, err);
        if (!settled)
            discard(r->list[i], "%s before it was proven beside %s, which is kept", why_not(end),
                    r->list[0]->name);
    }
    return j.proof.sizes && !add_proof(t, j.proof, err) ? TUNE_FAILED : end;
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
    return r.count < 2 ? end : together(t, &r, end, source, ground, err);
}

enum tune_end tune_judge_hybrid(struct tuning *t, struct tuning_proposal *hybrid, const char *const *against,
                                size_t count, const struct tune_source *source, double share,
                                const struct tune_ground *ground, struct error *err)
{
    static const struct tune_set none = {.count = 0};
    struct tune_contest *contest = tune_contest_new(&none, 1, &ground->draw, ground->rounds_seed, err);
    if (!contest)
        return TUNE_FAILED;
    enum tune_end end = run_rounds(contest, source, false, share, 0, err);
    tune_unproven(hybrid, end == TUNE_RAN ? TUNE_TIME : end);
    for (size_t i = 0; i < count && contest->rounds >= TUNE_ROUNDS_LEAST; i++) {
        struct tune_pairs pairs;
        char id[NAME_TEXT];
        tune_pairs_of(contest, source, nothing, (struct tune_side){0, i + 1}, &pairs);
        if (pairs.count < TUNE_ROUNDS_LEAST) {
            tune_unproven(hybrid, TUNE_RAN);
            break;
        }
        snprintf(id, sizeof(id), "%.15s/%.23s", hybrid->id, against[i]);
        const struct tuning_proof *proof =
            add_proof(t, make_proof(id, hybrid->id, against[i], contest, &pairs, ground, err), err);
        if (!proof) {
            tune_unproven(hybrid, end = TUNE_FAILED);
            break;
        }
        take(hybrid, proof);
    }
    free(contest);
    return end;
}
