/* progress.h - progress with time left on stderr: one living line on a terminal, plain lines otherwise */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    bool quiet, terminal;
    uint64_t started, deadline; /* clock_now_ns() */
    uint64_t shown;             /* when a line was last written */
    size_t groups, group;       /* of how many, which one */
    const char *phase;          /* "first pass" or "refining" */
};

void progress_start(struct progress *p, bool quiet, size_t groups, uint64_t deadline);
/* Writes at most every 0.2 s on a terminal, every 5 s elsewhere. */
void progress_update(struct progress *p);
/* Ends the living line. */
void progress_end(struct progress *p);

#endif
