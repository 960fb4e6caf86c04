/* topology.c - hwloc's view of the machine, and what of it is ours */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/topology.h"

hwloc_topology_t topology_open(void)
{
    hwloc_topology_t t;
    if (hwloc_topology_init(&t))
        return NULL;
    hwloc_topology_set_flags(t, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    if (hwloc_topology_load(t)) {
        hwloc_topology_destroy(t);
        return NULL;
    }
    return t;
}

hwloc_bitmap_t topology_allowed(hwloc_topology_t t)
{
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    if (hwloc_get_cpubind(t, set, HWLOC_CPUBIND_THREAD))
        hwloc_bitmap_copy(set, hwloc_topology_get_allowed_cpuset(t));
    hwloc_bitmap_and(set, set, hwloc_topology_get_allowed_cpuset(t));
    return set;
}
