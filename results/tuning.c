/* tuning.c - gives back what a tuning owns */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/tuning.h"

#include <stdlib.h>
#include <string.h>

static void free_situation(struct tuning_situation *s)
{
    for (size_t i = 0; i < s->point_count; i++)
        free(s->points[i].cells);
    for (size_t i = 0; i < s->segment_count; i++)
        free(s->segments[i].equal);
    free(s->points);
    free(s->segments);
}

void tuning_free(struct tuning *t)
{
    for (size_t i = 0; i < t->situation_count; i++)
        free_situation(&t->situations[i]);
    for (size_t i = 0; i < t->thread_count; i++)
        free(t->threads[i].rates);
    for (size_t i = 0; i < t->proof_count; i++)
        free(t->proofs[i].sizes);
    free(t->warnings);
    free(t->probed);
    free(t->parts);
    free(t->situations);
    free(t->crossovers);
    free(t->threads);
    free(t->proposals);
    free(t->proofs);
    memset(t, 0, sizeof(*t));
}
