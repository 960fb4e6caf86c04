/* tuning_env.c - what was kept for libpmem, as a file of environment variables */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "reports/tuning_parts.h"

/* Whatever is in the document: a shell reads this file. */
static bool is_name(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    bool begins = !strncmp(name, "PMEM_", 5) || !strncmp(name, "PMEM2_", 6);
    return begins && !name[strspn(name, letters)];
}

static bool is_value(const char *value)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return *value && !value[strspn(value, letters)];
}

static bool is_environment(const struct tuned_proposal *p)
{
    return p->kept && !strcmp(p->kind, "environment");
}

static bool is_fit(const struct tuned_proposal *p)
{
    return is_environment(p) && is_name(p->name) && is_value(p->value);
}

static bool set_before(const struct tuned *t, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (is_fit(&t->proposals[j]) && !strcmp(t->proposals[j].name, t->proposals[i].name))
            return true;
    return false;
}

static void variable(struct tuned *t, const struct tuned_proposal *p, FILE *out)
{
    struct arena *a = &t->model.arena;
    fputs("#\n", out);
    comment_put(out, "# ", arena_format(a, "%s: %s", p->name, comment_proofs(t, p)));
    if (*p->what)
        comment_put(out, "# ", comment_plain(a, p->what));
    fprintf(out, "%s=%s\n", p->name, p->value);
}

/* All that were kept, measured together. */
static void together(struct tuned *t, FILE *out)
{
    for (size_t i = 0; i < t->proof_count; i++) {
        const struct tuned_proof *proof = &t->proofs[i];
        if (strcmp(proof->id, "libpmem"))
            continue;
        fputs("#\n", out);
        comment_put(out, "# ",
                    arena_format(&t->model.arena, "All of it together: %s than %s.",
                                 tuned_gain(&t->model.arena, proof->ratio),
                                 comment_plain(&t->model.arena, proof->against)));
    }
}

static void head(struct tuned *t, FILE *out)
{
    struct arena *a = &t->model.arena;
    comment_put(out, "# ", "libpmem.env - variables that make libpmem and libpmem2 faster on one machine");
    comment_put(out, "# ", arena_format(a, "Machine: %s.", comment_machine(t)));
    comment_put(out, "# ", comment_origin(t));
    comment_put(out, "# ", "Not for other machines or memory: pmembench tune --check DIR proves it again.");
    comment_put(out, "# ", "Use: env $(grep -v '^#' libpmem.env) PROGRAM    or: set -a; . ./libpmem.env");
}

int report_tuning_env(const json_t *tuning, FILE *out, struct error *err)
{
    struct tuned t;
    size_t kept = 0, unfit = 0;
    if (tuned_load(&t, tuning, err))
        return -1;
    head(&t, out);
    for (size_t i = 0; i < t.proposal_count; i++) {
        unfit += is_environment(&t.proposals[i]) && !is_fit(&t.proposals[i]);
        if (!is_fit(&t.proposals[i]) || set_before(&t, i))
            continue;
        variable(&t, &t.proposals[i], out);
        kept++;
    }
    if (kept > 1)
        together(&t, out);
    if (!kept)
        fputs("#\n# Nothing was kept: libpmem's own choices stand, so this file sets no variable.\n", out);
    if (unfit)
        fprintf(out, "#\n# Left out: %zu whose name or value is none of libpmem's.\n", unfit);
    return tuning_written(&t, out, err);
}
