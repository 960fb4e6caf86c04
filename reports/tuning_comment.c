/* tuning_comment.c - comments of the files that a tuning hands over */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/tuning_parts.h"

enum { COMMENT_COLUMNS = 100 };

const char *comment_plain(struct arena *a, const char *text)
{
    const char *clean = arena_clean(a, text);
    char *plain = arena_alloc(a, strlen(clean) + 1);
    if (!plain)
        return "";
    for (size_t i = 0; clean[i]; i++)
        plain[i] = strchr("*?\\\"`$", clean[i]) ? '.' : clean[i];
    return plain;
}

void comment_put(FILE *out, const char *prefix, const char *text)
{
    size_t room = COMMENT_COLUMNS - strlen(prefix);
    while (*text == ' ')
        text++;
    while (*text) {
        size_t n = strlen(text);
        if (n > room) {
            for (n = room; n && text[n] != ' ';)
                n--;
            n = n ? n : room;
        }
        fprintf(out, "%s%.*s\n", prefix, (int)n, text);
        text += n;
        while (*text == ' ')
            text++;
    }
}

static const char *known(struct tuned *t, const json_t *object, const char *name)
{
    const char *text = model_text(&t->model, object, name);
    return comment_plain(&t->model.arena, *text ? text : "unknown");
}

const char *comment_machine(struct tuned *t)
{
    const json_t *d = t->model.document, *cpu = model_object(model_object(d, "machine"), "cpu");
    const json_t *region = model_object(d, "region");
    return arena_format(&t->model.arena,
                        "%s (family %s, model %s, stepping %s, microcode %s); memory: %s, %s; domain %s",
                        known(t, cpu, "model"), known(t, cpu, "family"), known(t, cpu, "model_number"),
                        known(t, cpu, "stepping"), known(t, cpu, "microcode"), known(t, region, "medium"),
                        known(t, region, "provenance"), known(t, model_object(d, "domain"), "name"));
}

const char *comment_origin(struct tuned *t)
{
    const json_t *run = model_object(t->model.document, "run");
    bool complete = !strcmp(t->model.status, "complete");
    return arena_format(&t->model.arena, "Made by pmembench %s, verb tune, %s, seed %s%s.",
                        known(t, run, "version"), known(t, run, "started"), known(t, run, "seed"),
                        complete ? "" : "; it did not come to its end, so something may lack");
}

static void add_proof(struct line *line, struct tuned *t, const struct tuned_proof *proof)
{
    struct arena *a = &t->model.arena;
    bool none = !strcmp(proof->against, "no environment");
    line_add(line, "%s%s than %s", line->used ? ", " : "", tuned_gain(a, proof->ratio),
             none ? "without it" : comment_plain(a, proof->against));
}

static void add_sizes(struct line *line, const struct tuned_proof *proof)
{
    enum { SIZES_MOST = 16 };
    if (proof->size_count > SIZES_MOST)
        line_add(line, "; proven by fresh processes on writes of %zu sizes from %.0f to %.0f",
                 proof->size_count, proof->sizes[0], proof->sizes[proof->size_count - 1]);
    for (size_t i = 0; i < proof->size_count && proof->size_count <= SIZES_MOST; i++)
        line_add(line, "%s%.0f", i ? ", " : "; proven by fresh processes on writes of ", proof->sizes[i]);
    line_add(line, proof->size_count ? " B" : "; on sizes that are not known");
}

const char *comment_proofs(struct tuned *t, const struct tuned_proposal *proposal)
{
    const struct tuned_proof *last = NULL;
    struct line line = {0};
    for (size_t i = 0; i < t->proof_count; i++)
        if (!strcmp(t->proofs[i].proposal, proposal->id)) {
            last = &t->proofs[i];
            add_proof(&line, t, last);
        }
    if (!last)
        return "no proof is recorded.";
    add_sizes(&line, last);
    return arena_format(&t->model.arena, "%s.", line.text);
}
