/* tuning_answer.c - the first lines of a tuning's report: may it be trusted, and what to use where */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/tuning_parts.h"

static void fact(const struct tuning_page *p, const char *label, const struct line *line)
{
    page_fact(p->page, label, arena_format(&p->t->model.arena, "%s", line->text));
}

static void run(const struct tuning_page *p)
{
    struct tuned *t = p->t;
    const json_t *run = model_object(t->model.document, "run");
    struct line line = {0};
    line_add(&line, "tune, %s", model_text(&t->model, run, "started"));
    if (isfinite(t->searched_s))
        line_add(&line, ", searched for %s", shown_ns(t->searched_s * 1e9).text);
    if (isfinite(t->proved_s))
        line_add(&line, ", proved for %s", shown_ns(t->proved_s * 1e9).text);
    line_add(&line, ", seed %s, pmembench %s", model_text(&t->model, run, "seed"),
             model_text(&t->model, run, "version"));
    fact(p, "run", &line);
}

static size_t in_state(const struct tuned *t, enum tuned_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < t->situation_count; i++)
        n += t->situations[i].state == state;
    return n;
}

static size_t unproven(const struct tuned *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->proposal_count; i++)
        n += !t->proposals[i].proven;
    return n;
}

static void add_lacking(struct line *line, const struct tuned *t)
{
    size_t no = in_state(t, TUNED_NO), part = in_state(t, TUNED_PART), open = unproven(t);
    if (no || part)
        line_add(line, "of %zu situations ", t->situation_count);
    else
        line_add(line, "all %zu situations were searched", t->situation_count);
    if (no)
        line_add(line, "%zu not searched%s", no, part ? ", " : "");
    if (part)
        line_add(line, "%zu not well enough at all sizes", part);
    if (open)
        line_add(line, "; %zu proposal%s unproven and so not kept", open, open == 1 ? " is" : "s are");
}

/* Only what did not come to its end has a line here. */
static void status(const struct tuning_page *p)
{
    const struct tuned *t = p->t;
    const char *status = t->model.status;
    bool time = !strcmp(t->ended_by, "time"),
         lacks = in_state(t, TUNED_NO) || in_state(t, TUNED_PART) || unproven(t);
    struct line line = {0};
    if (!strcmp(status, "complete") && !time && !lacks)
        return;
    if (!strcmp(status, "interrupted"))
        line_add(&line, STYLE_BAD "INTERRUPTED" STYLE_OFF "%s: ",
                 !strcmp(t->ended_by, "signal") ? " by a signal"
                 : time                         ? ", the time was spent"
                                                : "");
    else if (!strcmp(status, "failed"))
        line_add(&line, STYLE_BAD "FAILED" STYLE_OFF ": ");
    else if (strcmp(status, "complete"))
        line_add(&line, STYLE_BAD "STATUS UNKNOWN" STYLE_OFF ": ");
    else
        line_add(&line, STYLE_BAD "NOT ALL DONE" STYLE_OFF "%s: ", time ? ", the time was spent" : "");
    add_lacking(&line, t);
    if (time)
        line_add(&line, "; --max-time was %s: more of it finds more", shown_ns(t->max_time_s * 1e9).text);
    fact(p, "status", &line);
}

void tuning_head_add(const struct tuning_page *p)
{
    const struct section s = {
        .model = &p->t->model, .page = p->page, .room = &p->room->shared, .options = p->options};
    status(p);
    head_controls(&s);
    head_times(&s);
    run(p);
    head_place(&s);
}

/* "movnt-avx512 (no difference: movnt-avx2, 2 more)". */
static void add_choice(struct line *line, const struct tuning_page *p, const struct tuned_situation *s,
                       const struct tuned_segment *g)
{
    struct arena *a = &p->t->model.arena;
    size_t most = p->room->equals;
    line_add(line, STYLE_BOLD "%s" STYLE_OFF, tuned_strategy(a, s, g->strategy));
    for (size_t i = 0; i < g->equal_count && i < most; i++)
        line_add(line, "%s%s", i ? ", " : " (no difference: ", g->equal[i]);
    if (g->equal_count > most)
        line_add(line, ", %zu more", g->equal_count - most);
    line_add(line, "%s", g->equal_count ? ")" : "");
}

static void add_start(struct line *line, const struct tuning_page *p, const struct tuned_situation *s,
                      size_t i)
{
    const struct tuned_segment *g = &s->segments[i];
    if (tuned_flip(p->t, s, g[-1].strategy, g->strategy))
        line_add(line, " from there");
    else
        line_add(line, " from %s", tuned_bytes(&p->t->model.arena, g->from));
}

/* Where a segment ends: at the flip that was found there, else with the last of its sizes. */
static void add_end(struct line *line, const struct tuning_page *p, const struct tuned_situation *s, size_t i)
{
    struct arena *a = &p->t->model.arena;
    const struct tuned_segment *g = &s->segments[i];
    const struct tuned_crossover *c = tuned_flip(p->t, s, g->strategy, g[1].strategy);
    if (!c) {
        line_add(line, " %s %s, ", i ? "to" : g->from == g->to ? "at" : "up to", tuned_bytes(a, g->to));
        return;
    }
    const char *range = tuned_range(a, c->low, c->high);
    line_add(line, " %s %s%s%s%s, ", i ? "to" : "below", tuned_bytes(a, c->size), *range ? " (" : "", range,
             *range ? ")" : "");
}

static void add_segments(struct line *line, const struct tuning_page *p, const struct tuned_situation *s)
{
    if (s->no_difference && s->strategy_count > 1) {
        line_add(line, STYLE_BOLD "no difference" STYLE_OFF " between all %zu at any size",
                 s->strategy_count);
        return;
    }
    if (s->strategy_count == 1) {
        line_add(line, "%s, the only one that was measured",
                 tuned_strategy(&p->t->model.arena, s, s->strategies[0]));
        return;
    }
    for (size_t i = 0; i < s->segment_count; i++) {
        add_choice(line, p, s, &s->segments[i]);
        if (i)
            add_start(line, p, s, i);
        if (i + 1 < s->segment_count)
            add_end(line, p, s, i);
        else
            line_add(line, i                        ? " on"
                           : s->state == TUNED_PART ? " wherever it was measured well"
                                                    : " at all sizes");
    }
}

static void primary(const struct tuning_page *p, const char *question)
{
    const struct tuned_situation *s = tuned_primary(p->t, question);
    const char *where = s ? tuned_where(p->t, s) : "", *words = tuned_question(question);
    struct line line = {0};
    if (!s)
        return;
    line_add(&line, "%s%s%s%s%s%s%s: ", words, *words ? " (" : "", where, *where ? "; " : "",
             tuned_span(&p->t->model.arena, s), s->state == TUNED_PART ? ", not at all sizes yet" : "",
             *words ? ")" : "");
    if (s->state == TUNED_NO || !s->segment_count)
        line_add(&line, "not searched");
    else
        add_segments(&line, p, s);
    fact(p, question, &line);
}

/* Primary situations of the known questions, then of any other. */
static void primaries(const struct tuning_page *p)
{
    static const char *const questions[] = {"durable", "fsync", "tracker"};
    enum { QUESTIONS = sizeof questions / sizeof *questions, OTHERS_MOST = 4 };
    size_t others = 0;
    for (size_t i = 0; i < QUESTIONS; i++)
        primary(p, questions[i]);
    for (size_t i = 0; i < p->t->situation_count && others < OTHERS_MOST; i++) {
        const struct tuned_situation *s = &p->t->situations[i];
        bool known = s->first != s;
        for (size_t q = 0; q < QUESTIONS; q++)
            known |= !strcmp(s->question, questions[q]);
        if (!known && ++others)
            primary(p, s->question);
    }
}

static void add_peak(struct line *line, struct arena *a, const struct tuned_threads *h)
{
    const struct tuned_rate *one = h->rate_count ? &h->rates[0] : NULL, *peak = NULL;
    for (size_t r = 0; r < h->rate_count; r++)
        peak = h->rates[r].threads == h->peak ? &h->rates[r] : peak;
    line_add(line, "%s%s, %s: ", line->used ? "; " : "", h->strategy, tuned_bytes(a, h->size));
    if (!peak || !(h->peak > 0)) {
        line_add(line, "no peak was found");
        return;
    }
    line_add(line, "bandwidth peaks at " STYLE_BOLD "%.0f thread%s" STYLE_OFF ", %s GB/s", h->peak,
             h->peak == 1 ? "" : "s", shown_number(peak->rate.value).text);
    if (peak == &h->rates[h->rate_count - 1] && h->rate_count > 1)
        line_add(line, ", the most that were measured");
    if (one != peak)
        line_add(line, " (%.0f thread%s: %s)", one->threads, one->threads == 1 ? "" : "s",
                 shown_number(one->rate.value).text);
}

static void peaks(const struct tuning_page *p)
{
    struct line line = {0};
    for (size_t i = 0; i < p->t->thread_count && i < p->room->threads; i++)
        add_peak(&line, &p->t->model.arena, &p->t->threads[i]);
    if (line.used)
        fact(p, "threads", &line);
}

void tuning_answer_add(const struct tuning_page *p)
{
    page_head(p->page, "What to use on this machine, and where");
    if (!p->t->situation_count && !p->t->proposal_count)
        page_text(p->page, "Nothing was searched: there is no answer in this tuning.");
    primaries(p);
    tuning_proposals_add(p);
    peaks(p);
}
