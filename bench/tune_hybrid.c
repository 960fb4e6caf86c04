/* tune_hybrid.c - the size at which path `hybrid` would switch, and the situation that it is for */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tune_hybrid.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bench/tune_parts.h"
#include "reports/tuning.h"

enum { LINE_BYTES = 64 };

/* Between the halves of hybrid, in this situation; NULL: it was not sought or not found. */
static const struct tuning_crossover *found_in(const struct tuning *t, const struct tuning_situation *s)
{
    for (size_t i = 0; i < t->crossover_count; i++) {
        const struct tuning_crossover *x = &t->crossovers[i];
        if (!strncmp(x->id, "hybrid/", 7) && !strcmp(x->situation, s->id) && !isnan(x->size))
            return x;
    }
    return NULL;
}

static const struct tuning_crossover *found(const struct tuning *t)
{
    for (int primary = 1; primary >= 0; primary--)
        for (size_t i = 0; i < t->situation_count; i++) {
            const struct tuning_situation *s = &t->situations[i];
            if (s->primary != primary || strcmp(s->question, "fsync") != 0)
                continue;
            const struct tuning_crossover *x = found_in(t, s);
            if (x)
                return x;
        }
    return NULL;
}

int tune_propose_hybrid(struct tuning *t, struct error *err)
{
    const struct tuning_crossover *x = found(t);
    if (!x)
        return 0;
    struct tuning_proposal *p = tune_add(&t->proposals, &t->proposal_count, sizeof(*p), err);
    if (!p)
        return -1;
    long bytes = lround(x->size / LINE_BYTES) * LINE_BYTES;
    char where[LINE_TEXT];
    *p = (struct tuning_proposal){.id = "hybrid", .kind = "constant", .name = "hybrid", .found_gain = NAN};
    snprintf(p->value, sizeof(p->value), "%ld", bytes > LINE_BYTES ? bytes : LINE_BYTES);
    text_copy(p->situation, sizeof(p->situation), x->situation);
    report_tuning_where(x->situation, where, sizeof(where));
    snprintf(
        p->what, sizeof(p->what),
        "%.140s%swrites below this size copy cached and are marked for fsync, from it on they bypass the "
        "cache",
        where, *where ? ": " : "");
    text_copy(p->reason, sizeof(p->reason), "not proven yet");
    return 0;
}
