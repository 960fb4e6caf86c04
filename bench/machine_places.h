/* machine_places.h - the CPUs that threads are pinned to */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_MACHINE_PLACES_H
#define BENCH_MACHINE_PLACES_H

/* The system's numbers of the CPUs that the calling thread may run on now (affinity and cpuset), in the order
 * in which threads take them: `cpu` (-1, or one that is not allowed: where the caller is) first, then one CPU
 * of each core of its NUMA node, then their siblings, then the other nodes in the same way. Fills at most
 * `most` of out and returns how many; 0: not known. To be called before the thread is bound. */
unsigned machine_places(int cpu, int *out, unsigned most);

/* Of CPUs in that order, how many there are before the first that shares a core with one before it, and
 * before the first of another NUMA node. */
struct places_bounds {
    unsigned cores, near;
};
struct places_bounds machine_places_bounds(const int *cpus, unsigned count);

#endif
