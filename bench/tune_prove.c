/* tune_prove.c - tries libpmem's environment and proves proposals by fresh processes of this program */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tune_prove.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/text.h"
#include "bench/tune_fresh.h"
#include "bench/tune_judge.h"
#include "bench/tune_sizes.h"

/* The tracker's cached path of hybrid, at all sizes, and the path that it takes from its size on. */
static const char *const pure[] = {"bypass", "deferred-bitmap2"};
enum { PURE = 2 };

/* Of the time, while other proposals wait. */
static const double HYBRID_SHARE = 0.25;

int tune_try_library(const struct tune_processes *all, struct tuning *t, uint64_t deadline, unsigned *tried,
                     unsigned *planned, struct error *err)
{
    struct tune_candidate candidates[TUNE_VARIANTS];
    struct tune_fresh fresh;
    *tried = *planned = 0;
    if (!tune_library_fits(all->domain))
        return 0;
    size_t count = tune_candidates(t, cpu_features(), candidates);
    *planned = (unsigned)count;
    if (tune_fresh_library(&fresh, all, deadline, err))
        return -1;
    struct tune_source source = tune_fresh_source(&fresh);
    enum tune_end end = tune_try(t, candidates, count, &source, all->seed, tried, err);
    tune_fresh_close(&fresh);
    return end == TUNE_FAILED ? -1 : 0;
}

/* What all proofs of one call have in common. */
struct proving {
    const struct tune_processes *all;
    struct tuning *t;
    struct size_list searched;
    uint64_t seed, deadline;
    struct rng rng;
};

static bool has_environment(const struct tuning *t)
{
    for (size_t i = 0; i < t->proposal_count; i++)
        if (!strcmp(t->proposals[i].kind, "environment"))
            return true;
    return false;
}

static enum tune_end prove_hybrid(struct proving *p, struct tuning_proposal *hybrid, struct error *err)
{
    uint64_t from = strtoull(hybrid->value, NULL, 10);
    char path[NAME_TEXT];
    const char *paths[TUNE_PATHS] = {path, pure[0], pure[1]};
    struct tune_fresh fresh;
    snprintf(path, sizeof(path), "hybrid@%llu", (unsigned long long)from);
    struct tune_ground ground = {{p->searched, from}, p->seed, rng_next(&p->rng)};
    if (!from) {
        text_copy(hybrid->reason, sizeof(hybrid->reason), "there is no size from which on it would bypass");
        return TUNE_RAN;
    }
    if (tune_fresh_paths(&fresh, p->all, hybrid->situation, paths, TUNE_PATHS, p->deadline, err))
        return TUNE_FAILED;
    struct tune_source source = tune_fresh_source(&fresh);
    enum tune_end end = tune_judge_hybrid(p->t, hybrid, pure, PURE, &source,
                                          has_environment(p->t) ? HYBRID_SHARE : 1, &ground, err);
    tune_fresh_close(&fresh);
    return end;
}

/* Those of which nothing was said yet. */
static void unproven_rest(struct tuning *t, enum tune_end end)
{
    for (size_t i = 0; i < t->proposal_count; i++)
        if (!t->proposals[i].proven && !*t->proposals[i].reason)
            tune_unproven(&t->proposals[i], end);
}

/* An environment cannot be proven where a library's copy cannot be measured. */
static void refuse_environment(struct tuning *t, const char *domain)
{
    for (size_t i = 0; i < t->proposal_count; i++)
        if (!strcmp(t->proposals[i].kind, "environment"))
            snprintf(t->proposals[i].reason, sizeof(t->proposals[i].reason),
                     "under domain %.40s a copy is durable only after a drain, which libpmem2's has not",
                     domain);
}

static enum tune_end prove_environment(struct proving *p, struct error *err)
{
    struct tune_fresh fresh;
    struct tune_ground ground = {{p->searched, 0}, p->seed, rng_next(&p->rng)};
    if (!has_environment(p->t))
        return TUNE_RAN;
    if (!tune_library_fits(p->all->domain)) {
        refuse_environment(p->t, p->all->domain);
        return TUNE_RAN;
    }
    if (tune_fresh_library(&fresh, p->all, p->deadline, err))
        return TUNE_FAILED;
    struct tune_source source = tune_fresh_source(&fresh);
    enum tune_end end = tune_judge_environment(p->t, &source, &ground, err);
    tune_fresh_close(&fresh);
    return end;
}

static void forget_proofs(struct tuning *t)
{
    for (size_t i = 0; i < t->proof_count; i++)
        free(t->proofs[i].sizes);
    t->proof_count = 0;
    for (size_t i = 0; i < t->proposal_count; i++) {
        t->proposals[i].proven = t->proposals[i].kept = false;
        *t->proposals[i].reason = '\0';
    }
}

int tune_prove(const struct tune_processes *all, struct tuning *t, const uint64_t *searched, size_t count,
               uint64_t seed, uint64_t deadline, struct error *err)
{
    uint64_t *taken = malloc((count + PROVE_SIZES) * sizeof(*taken));
    if (!taken)
        return error_set(err, EXIT_CANNOT, "proof: no memory");
    memcpy(taken, searched, count * sizeof(*taken));
    struct proving p = {.all = all,
                        .t = t,
                        .searched = {taken, count + tune_sizes_tried(taken + count)},
                        .seed = seed,
                        .deadline = deadline,
                        .rng = {.state = seed}};
    enum tune_end end = TUNE_RAN;
    forget_proofs(t);
    for (size_t i = 0; i < t->proposal_count && (end == TUNE_RAN || end == TUNE_TIME); i++)
        if (!strcmp(t->proposals[i].name, "hybrid") && !strcmp(t->proposals[i].kind, "constant"))
            end = prove_hybrid(&p, &t->proposals[i], err);
    if (end == TUNE_RAN || end == TUNE_TIME)
        end = prove_environment(&p, err);
    unproven_rest(t, end);
    free(taken);
    return end == TUNE_FAILED ? -1 : 0;
}
