/* tune_propose.c - from what was found to something to use, and its proof */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/signals.h"
#include "bench/tune_hybrid.h"
#include "bench/tune_parts.h"
#include "bench/tune_prove.h"

/* Of the time after the search, trying libpmem's variables may take so much; the rest is the proof's. */
static const double TRY_SHARE = 0.5;
static const uint64_t OTHER_SEED = 0x5bd1e995;

/* All sizes that the search has measured; malloc'ed. NULL with err. */
static uint64_t *searched(const struct tune *t, size_t *count, struct error *err)
{
    const uint64_t *sizes;
    size_t most = t->found.probed_count;
    for (int q = 0; q < TUNE_QUESTIONS; q++)
        most += tune_sizes(q, &sizes);
    uint64_t *list = malloc((most + 1) * sizeof(*list));
    if (!list) {
        error_set(err, EXIT_CANNOT, "tune: no memory");
        return NULL;
    }
    *count = t->found.probed_count;
    memcpy(list, t->found.probed, t->found.probed_count * sizeof(*list));
    for (int q = 0; q < TUNE_QUESTIONS; q++) {
        size_t n = tune_sizes(q, &sizes);
        memcpy(list + *count, sizes, n * sizeof(*list));
        *count += n;
    }
    return list;
}

struct tune_processes tune_processes_of(struct tune *t)
{
    const struct run_options *o = &t->run.options;
    return (struct tune_processes){.place = &t->place,
                                   .dir = t->dir,
                                   .path = o->path,
                                   .destroy = o->destroy,
                                   .medium_is_real = o->medium_is_real,
                                   .domain = o->domain,
                                   .cpu = t->run.cpu_count ? t->run.cpus[0] : -1,
                                   .node = o->node,
                                   .llc_bytes = llc_of(&t->run.probe),
                                   .seed = o->seed,
                                   .progress = &t->run.progress,
                                   .more = t->options.proofs};
}

int tune_propose(struct tune *t, struct error *err)
{
    struct tune_processes all = tune_processes_of(t);
    uint64_t seed = t->run.options.seed;
    unsigned parts = t->options.parts, tried = 0, planned = 0;
    if (parts & TUNE_PART_FSYNC && tune_propose_hybrid(&t->found, err))
        return -1;
    double left = fmax(tune_left(t->end), 0);
    uint64_t try_end = t->end - (uint64_t)(left * (1 - TRY_SHARE) * 1e9);
    t->run.progress.phase = "trying libpmem's variables";
    t->run.progress.group = 0;
    t->run.progress.groups = 1;
    if (parts & TUNE_PART_LIBPMEM && !signals_stop() &&
        tune_try_library(&all, &t->found, try_end, &tried, &planned, err))
        return -1;
    t->out_of_time |= tried < planned;
    size_t count;
    uint64_t *sizes = searched(t, &count, err);
    if (!sizes)
        return -1;
    t->run.progress.phase = "proof";
    int result = 0;
    if (parts & TUNE_PART_PROOF)
        result = tune_prove(&all, &t->found, sizes, count, seed + OTHER_SEED, t->end, err);
    free(sizes);
    return result;
}
