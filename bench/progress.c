/* progress.c - writes the progress line */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

static const uint64_t TERMINAL_NS = 200000000, PLAIN_NS = 5000000000, SECOND = 1000000000;

void progress_start(struct progress *p, bool quiet, size_t groups, uint64_t deadline)
{
    *p = (struct progress){.quiet = quiet,
                           .terminal = isatty(STDERR_FILENO),
                           .started = clock_now_ns(),
                           .deadline = deadline,
                           .groups = groups,
                           .phase = "measuring"};
}

void progress_update(struct progress *p)
{
    uint64_t now = clock_now_ns();
    if (p->quiet || now - p->shown < (p->terminal ? TERMINAL_NS : PLAIN_NS))
        return;
    p->shown = now;
    fprintf(stderr, "%s%s: group %zu of %zu, ", p->terminal ? "\r\033[K" : "", p->phase, p->group + 1,
            p->groups);
    if (now < p->deadline)
        fprintf(stderr, "at most %.0f s left", (double)(p->deadline - now) / (double)SECOND);
    else
        fputs("beyond the time: each group gets its least rounds", stderr);
    fputs(p->terminal ? "" : "\n", stderr);
    fflush(stderr);
}

void progress_end(struct progress *p)
{
    if (!p->quiet && p->terminal)
        fputs("\r\033[K", stderr);
}
