/* tuning_header.c - what was found and kept, as constants for C and C++ */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "reports/tuning_parts.h"

enum { NAMES_MOST = 256, MACRO_MOST = 100 };

struct header {
    struct tuned *t;
    FILE *out;
    const char *names[NAMES_MOST]; /* defined so far */
    size_t count;
};

static void comment(const struct header *h, const char *text)
{
    fputs("\n/*\n", h->out);
    comment_put(h->out, " * ", comment_plain(&h->t->model.arena, text));
    fputs(" */\n", h->out);
}

/* PMEMBENCH_<WHAT>: letters and digits, all else one '_'. */
static const char *macro(struct header *h, const char *what, const char *unit)
{
    char name[MACRO_MOST];
    size_t n = 0;
    for (; *what && n + 1 < sizeof name; what++) {
        bool plain = isalnum((unsigned char)*what);
        if (plain || (n && name[n - 1] != '_'))
            name[n++] = plain ? (char)toupper((unsigned char)*what) : '_';
    }
    while (n && name[n - 1] == '_')
        n--;
    return arena_format(&h->t->model.arena, "PMEMBENCH_%.*s%s", (int)n, name, unit);
}

/* Whether the name is new; it is taken then. */
static bool take(struct header *h, const char *name)
{
    for (size_t i = 0; i < h->count; i++)
        if (!strcmp(h->names[i], name))
            return false;
    if (h->count == NAMES_MOST)
        return false;
    h->names[h->count++] = name;
    return true;
}

static void define(struct header *h, const char *what, const char *unit, double value, const char *text)
{
    const char *name = macro(h, what, unit);
    bool fits = value >= 1 && value < 1e15 && take(h, name);
    comment(h, text);
    if (fits)
        fprintf(h->out, "#define %s %.0f\n", name, round(value));
}

static void define_text(const struct header *h, const char *name, const json_t *object, const char *member)
{
    fprintf(h->out, "#define PMEMBENCH_TUNING_%s \"%.200s\"\n", name,
            comment_plain(&h->t->model.arena, model_text(&h->t->model, object, member)));
}

static void head(const struct header *h)
{
    struct arena *a = &h->t->model.arena;
    fputs("/*\n", h->out);
    comment_put(h->out, " * ",
                "pmembench_tuning.h - sizes at which one copy takes over from another, on one machine");
    fputs(" *\n", h->out);
    comment_put(h->out, " * ", arena_format(a, "Machine: %s.", comment_machine(h->t)));
    comment_put(h->out, " * ", comment_origin(h->t));
    comment_put(
        h->out, " * ",
        arena_format(
            a,
            "An interval: smaller writes than its low end are cheaper by more than %.0f percent with the "
            "first, larger ones than its high end with the second.",
            (h->t->margin - 1) * 100));
    fputs(" */\n#ifndef PMEMBENCH_TUNING_H\n#define PMEMBENCH_TUNING_H\n\n", h->out);
}

static void machine(const struct header *h)
{
    const json_t *d = h->t->model.document, *cpu = model_object(model_object(d, "machine"), "cpu");
    define_text(h, "CPU", cpu, "model");
    define_text(h, "MICROCODE", cpu, "microcode");
    define_text(h, "MEDIUM", model_object(d, "region"), "medium");
    define_text(h, "PROVENANCE", model_object(d, "region"), "provenance");
    define_text(h, "DOMAIN", model_object(d, "domain"), "name");
    define_text(h, "MADE", model_object(d, "run"), "started");
}

static const char *interval_words(struct arena *a, const struct tuned_crossover *c)
{
    if (!isfinite(c->low) && !isfinite(c->high))
        return "interval not known";
    if (!isfinite(c->low))
        return arena_format(a, "interval up to %.0f", c->high);
    if (!isfinite(c->high))
        return arena_format(a, "interval from %.0f", c->low);
    return arena_format(a, "interval %.0f to %.0f", c->low, c->high);
}

/* What is used for whole paths is handed over only when it was proven: see proposals(). What was not found is
 * worth a comment where somebody looks for it. */
static bool is_handed_over(const struct tuned_crossover *c)
{
    const struct tuned_situation *s = c->at;
    bool primary = s && s->primary;
    if (!c->found)
        return primary && strcmp(s->question, "tracker") != 0;
    return tuned_program(c) || (primary && !strcmp(s->question, "durable"));
}

static void crossover(struct header *h, const struct tuned_crossover *c)
{
    struct arena *a = &h->t->model.arena;
    const struct tuned_situation *s = c->at;
    const struct tuned_program *program = tuned_program(c);
    const char *name = s ? program ? program->name : s->question : tuned_flip_name(h->t, c);
    const char *where = s ? tuned_where(h->t, s) : "";
    const char *in = arena_format(a, "%s%s%s", *where ? " (" : "", where, *where ? ")" : "");
    if (c->found)
        define(h, program ? c->id : arena_format(a, "%s_%s", s->question, c->above), "_BYTES", c->size,
               arena_format(a, "%s%s: %s below, %s from there on; %s bytes. Found by the search.", name, in,
                            c->below, c->above, interval_words(a, c)));
    else
        comment(h, arena_format(a, "%s%s: no size at which %s takes over from %s: %s.", name, in, c->above,
                                c->below, *c->reason ? c->reason : "no reason given"));
}

static double whole_number(const char *text)
{
    double value = 0;
    if (!*text || strlen(text) > 15 || text[strspn(text, "0123456789")])
        return NAN;
    for (; *text; text++)
        value = value * 10 + (*text - '0');
    return value;
}

static void proposal(struct header *h, const struct tuned_proposal *p)
{
    struct arena *a = &h->t->model.arena;
    if (strcmp(p->kind, "constant"))
        return;
    if (p->kept)
        define(h, p->id, "_BYTES", whole_number(p->value),
               arena_format(a, "%s%s%s: %s. %s", p->id, *p->where ? ", " : "", p->where, p->effect,
                            comment_proofs(h->t, p)));
    else
        comment(h, arena_format(a, "%s%s%s: %s: %s.", p->id, *p->where ? ", " : "", p->where,
                                p->proven ? "withdrawn" : "not proven",
                                *p->reason ? p->reason : "no reason given"));
}

/* One tracker at all sizes: a program can take it without looking at the size. */
static void tracker(struct header *h)
{
    struct arena *a = &h->t->model.arena;
    const struct tuned_situation *s = tuned_primary(h->t, "tracker");
    if (!s || s->state == TUNED_NO || s->no_difference || s->segment_count != 1)
        return;
    const char *name = s->segments[0].strategy, *at = strchr(name, '@');
    define(h, "tracker_granule", "_BYTES", whole_number(at ? at + 1 : s->axis[AXIS_granule]),
           arena_format(a, "The dirty tracker %s at all sizes measured, %s. Found by the search.",
                        tuned_strategy(a, s, name), tuned_span(a, s)));
}

static void threads(struct header *h, const struct tuned_threads *of)
{
    struct arena *a = &h->t->model.arena;
    double most = 0;
    for (size_t r = 0; r < of->rate_count; r++)
        most = fmax(most, of->rates[r].threads);
    if (of->peak > 0)
        define(h, arena_format(a, "%s_%.0f", of->strategy, of->size), "_THREADS", of->peak,
               arena_format(a, "Bandwidth of %s in writes of %.0f bytes %s.", of->strategy, of->size,
                            of->peak < most ? "does not grow beyond so many threads"
                                            : "grew up to so many threads, the most that were measured; it "
                                              "may grow further"));
}

int report_tuning_header(const json_t *tuning, FILE *out, struct error *err)
{
    struct tuned t;
    if (tuned_load(&t, tuning, err))
        return -1;
    struct header h = {.t = &t, .out = out};
    head(&h);
    machine(&h);
    for (size_t i = 0; i < t.proposal_count; i++)
        proposal(&h, &t.proposals[i]);
    for (size_t i = 0; i < t.crossover_count; i++)
        if (is_handed_over(&t.crossovers[i]))
            crossover(&h, &t.crossovers[i]);
    tracker(&h);
    for (size_t i = 0; i < t.thread_count; i++)
        threads(&h, &t.threads[i]);
    fputs("\n#endif\n", out);
    return tuning_written(&t, out, err);
}
