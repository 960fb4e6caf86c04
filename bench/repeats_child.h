/* repeats_child.h - this program once more as a child, placed as its parent was before it bound itself */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REPEATS_CHILD_H
#define BENCH_REPEATS_CHILD_H

#include <stdbool.h>

/* The CPUs that the calling thread may run on, and its memory policy (get_mempolicy(2)). */
struct child_place {
    unsigned long cpus[128], nodes[16]; /* bit masks */
    int policy;
    bool cpus_known, policy_known;
};

/* To be called before machine_bind. What the system does not tell is left as it is later. */
void child_place_save(struct child_place *place);

/* Whether `cpu` is among those CPUs; true where they are not known. */
bool child_place_has(const struct child_place *place, int cpu);

/* Starts this program with `argv` in that place, without its stdout, and waits for its end. A signal that
 * this process received (base/signals.h) is passed on, once; the child ends with its parent. 0 with its wait
 * status, or -1 with errno. Not thread-safe. */
int child_run(char **argv, const struct child_place *place, int *status);
/* The same with `envp` as its environment. */
int child_run_with(char **argv, char **envp, const struct child_place *place, int *status);

#endif
