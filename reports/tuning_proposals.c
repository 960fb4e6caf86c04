/* tuning_proposals.c - what a tuning proposed, kept and withdrew, and why it proposed nothing */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "reports/format.h"
#include "reports/tuning_parts.h"

static void fact(const struct tuning_page *p, const char *label, const struct line *line)
{
    page_fact(p->page, label, arena_format(&p->t->model.arena, "%s", line->text));
}

static const struct tuned_proof *proof_at(const struct tuned *t, const char *proposal, size_t n)
{
    for (size_t i = 0; i < t->proof_count; i++)
        if (!strcmp(t->proofs[i].proposal, proposal) && !n--)
            return &t->proofs[i];
    return NULL;
}

static bool is_environment(const struct tuned_proposal *proposal)
{
    return !strcmp(proposal->kind, "environment");
}

/* A variable as a shell takes it, a constant as --paths takes it, with the situation that it is for. */
static void add_name(struct line *line, const struct tuned_proposal *proposal, bool good)
{
    line_add(line, "%s%s%c%s%s%s%s", good ? STYLE_GOOD : "", proposal->name,
             is_environment(proposal) ? '=' : '@', proposal->value, good ? STYLE_OFF : "",
             *proposal->where ? " " : "", proposal->where);
}

static void kept(const struct tuning_page *p, const struct tuned_proposal *proposal)
{
    struct arena *a = &p->t->model.arena;
    const struct tuned_proof *proof, *last = NULL;
    struct line line = {0};
    add_name(&line, proposal, true);
    for (size_t i = 0; (proof = proof_at(p->t, proposal->id, i)); last = proof, i++) {
        bool none = !strcmp(proof->against, "no environment");
        line_add(&line, "%s %s%s%s",
                 i      ? ","
                 : none ? " makes it"
                        : ":",
                 tuned_gain(a, proof->ratio), none ? "" : " than ", none ? "" : proof->against);
    }
    if (last)
        line_add(&line, "; proven on %zu other sizes", last->size_count);
    if (*proposal->effect && p->room->shared.hints)
        line_add(&line, ": %s", proposal->effect);
    page_fact(p->page, is_environment(proposal) ? "libpmem" : proposal->id, arena_format(a, "%s", line.text));
}

static void add_not_kept(struct line *line, const struct tuning_page *p,
                         const struct tuned_proposal *proposal)
{
    struct arena *a = &p->t->model.arena;
    const struct tuned_proof *proof = proof_at(p->t, proposal->id, 0);
    line_add(line, "%s", line->used ? "; " : "");
    add_name(line, proposal, false);
    if (*proposal->reason)
        line_add(line, " (%s)", proposal->reason);
    else if (proof)
        line_add(line, " (%s)", tuned_gain(a, proof->ratio));
}

/* One line for those whose proof went against them, one for those that came to none. */
static void not_kept(const struct tuning_page *p, bool proven)
{
    const struct tuned *t = p->t;
    size_t all = 0;
    struct line line = {0};
    for (size_t i = 0; i < t->proposal_count; i++)
        if (!t->proposals[i].kept && t->proposals[i].proven == proven && all++ < p->room->answers)
            add_not_kept(&line, p, &t->proposals[i]);
    if (all > p->room->answers)
        line_add(&line, "; %zu more: --all", all - p->room->answers);
    if (all)
        fact(p, proven ? "withdrawn" : "unproven", &line);
}

static bool any_proposal(const struct tuned *t, const char *kind)
{
    for (size_t i = 0; i < t->proposal_count; i++)
        if (!strcmp(t->proposals[i].kind, kind))
            return true;
    return false;
}

/* Why libpmem could not be tried; NULL: it could. */
static const char *without_libpmem(const struct tuned *t)
{
    const char *reason = NULL;
    for (size_t i = 0; i < t->part_count; i++) {
        if (strncmp(t->parts[i].name, "pmem2", 5))
            continue;
        if (t->parts[i].used)
            return NULL;
        reason = t->parts[i].reason;
    }
    return reason;
}

static const char not_yet[] = "nothing was proposed before the end";

/* Whether --only left this part of a tuning out. */
static bool left_out(const struct tuned *t, const char *part)
{
    const json_t *argv = json_object_get(model_object(t->model.document, "run"), "argv");
    const char *list = NULL;
    for (size_t i = 0; i + 1 < json_array_size(argv); i++) {
        const char *option = json_string_value(json_array_get(argv, i));
        if (option && !strcmp(option, "--only"))
            list = json_string_value(json_array_get(argv, i + 1));
    }
    return list && !strstr(list, part);
}

/* Trials that were made and not won leave no proposal; that there was time for some is all that is known. */
static const char *no_libpmem(struct tuned *t)
{
    const char *reason = without_libpmem(t);
    bool time = !strcmp(t->ended_by, "time");
    if (reason)
        return arena_format(&t->model.arena, "not tried: %s", reason);
    if (left_out(t, "libpmem"))
        return "not tried: --only leaves it out";
    if (strcmp(t->model.status, "complete") || (time && !(t->proved_s > 0)))
        return not_yet;
    return time ? "nothing that was tried before the time was spent makes it cheaper: its own choices stand"
                : "nothing that was tried makes it cheaper: its own choices stand";
}

/* Between the halves of hybrid. */
static bool is_of_hybrid(const struct tuned_crossover *c)
{
    return !strncmp(c->id, "hybrid/", 7);
}

static const char *no_hybrid(struct tuned *t, const struct tuned_situation *primary)
{
    const struct tuned_crossover *first = NULL;
    size_t others = 0;
    struct line line = {0};
    for (size_t i = 0; i < t->crossover_count; i++) {
        const struct tuned_crossover *c = &t->crossovers[i];
        if (is_of_hybrid(c) && c->found)
            return not_yet; /* its proposal would be here */
        if (is_of_hybrid(c) && c->at == primary)
            first = c;
        else
            others += is_of_hybrid(c);
    }
    if (strcmp(t->model.status, "complete") || primary->state == TUNED_NO)
        return not_yet;
    if (!first && !strcmp(t->ended_by, "time"))
        return not_yet;
    if (!first || !*first->reason)
        return "no threshold pays: no size was found from which on the bypass is cheaper than cached and "
               "marked";
    line_add(&line, "no threshold pays: %s", first->reason);
    if (others)
        line_add(&line, "; nor was one found in %zu other situation%s", others, others == 1 ? "" : "s");
    return arena_format(&t->model.arena, "%s", line.text);
}

/* Why there is no proposal of a kind is an answer too. */
static void nothing_proposed(const struct tuning_page *p)
{
    const struct tuned_situation *s = tuned_primary(p->t, "fsync");
    if (!any_proposal(p->t, "environment"))
        page_fact(p->page, "libpmem", no_libpmem(p->t));
    if (!any_proposal(p->t, "constant") && s)
        page_fact(p->page, "hybrid", no_hybrid(p->t, s));
}

void tuning_proposals_add(const struct tuning_page *p)
{
    for (size_t i = 0; i < p->t->proposal_count; i++)
        if (p->t->proposals[i].kept)
            kept(p, &p->t->proposals[i]);
    not_kept(p, true);
    not_kept(p, false);
    nothing_proposed(p);
}
