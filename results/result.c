/* result.c - gives back what a result owns */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/result.h"

#include <stdlib.h>
#include <string.h>

void result_free(struct result *r)
{
    for (size_t i = 0; i < r->cell_count; i++) {
        free(r->cells[i].samples);
        free(r->cells[i].thread_ns);
        free(r->cells[i].layouts);
        free(r->cells[i].latency.write.buckets);
        free(r->cells[i].latency.fsync.buckets);
    }
    free(r->cells);
    free(r->controls);
    free(r->warnings);
    free(r->comparisons);
    memset(r, 0, sizeof(*r));
}
