/* dry_run.c - prints a plan's cells, groups, rounds, time and memory */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/dry_run.h"

#include <inttypes.h>
#include <stdio.h>

#include "bench/region_written.h"

void dry_run(const struct run_cells *cells, const struct group *groups, size_t count,
             const struct run_options *options, uint64_t memory_bytes, uint64_t llc_bytes)
{
    size_t skipped = 0, ledgers = 0, variants = 0;
    for (size_t i = 0; i < cells->count; i++) {
        const struct run_cell *c = &cells->cells[i];
        bool ledger = c->runnable && c->ledger && c->spec.kernel != KERNEL_TRACK;
        skipped += !c->runnable;
        ledgers += ledger;
        printf("%-8s %s\n", !c->runnable ? "skipped" : ledger ? "ledger" : "surface", c->out.id);
        if (!c->runnable)
            printf("         %s\n", c->out.reason);
    }
    for (size_t g = 0; g < count; g++)
        variants += groups[g].slot_count;
    printf("\ncells    %zu in %zu groups: %zu with a ledger, %zu skipped\n", cells->count, count, ledgers,
           skipped);
    printf("rounds   %d a group in a first pass (at least %d), then more where intervals are wide; %zu "
           "samples a "
           "round\n",
           ROUNDS_MIN, ROUNDS_LEAST, variants);
    printf("time     %.0f s of measuring, more only where a group's least rounds take longer; about 2 s to "
           "look at "
           "the machine\n",
           options->max_time_s);
    if (options->repeats > 1)
        printf("repeats  %u processes one after the other, each for that time\n", options->repeats);
    printf("memory   %" PRIu64 " MiB under test (last-level cache taken as %" PRIu64 " MiB %s)\n",
           memory_bytes >> 20, llc_bytes >> 20,
           options->llc_bytes ? "as --llc says" : "as reported; a run measures it");
    printf("written  at least %" PRIu64 " MiB to it in a first pass (--max-written ends a run)\n",
           written_least(groups, count, memory_bytes) >> 20);
}
