/* team.h - threads that run one function together, from a common start */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_TEAM_H
#define KERNELS_TEAM_H

#include <stdint.h>

#include "base/error.h"

struct team;

/* Starts threads 1 .. threads-1, each pinned to cpus[i] (NULL: nowhere); thread 0 is whoever calls team_run,
 * and is where it is. NULL with err (EXIT_CANNOT). */
struct team *team_create(unsigned threads, const int *cpus, struct error *err);
void team_destroy(struct team *team);

/* job(user, i) in each thread i, and returns when all are done. Between two calls the threads sleep. */
void team_run(struct team *team, void (*job)(void *user, unsigned thread), void *user);

/* To be called by all threads inside a job: nobody returns before the last has come, and all return at one
 * moment of the time-stamp counter, some us later, so that who waited for a line to arrive is not behind.
 * Spins. */
void team_barrier(struct team *team);

/* By how many ticks at least some thread's counter is off the caller's, measured when the team was made; 0:
 * no difference could be shown. Periods of several threads are only as good as this is small. */
uint64_t team_skew(const struct team *team);

#endif
