/* topology.h - hwloc's view of the machine, opened alike by all who ask it */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TOPOLOGY_H
#define BENCH_TOPOLOGY_H

#include <hwloc.h>

/* All of the machine, what is not ours too: a cache is as large and as shared as it is. NULL: not known. */
hwloc_topology_t topology_open(void);

/* The CPUs of the cpuset cgroup that the calling thread may also run on as it is bound now; free it. */
hwloc_bitmap_t topology_allowed(hwloc_topology_t t);

#endif
