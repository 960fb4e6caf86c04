/* machine_topology.c - caches, nodes and CPUs, and the binding to one of them, through hwloc */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <hwloc.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine_facts.h"
#include "bench/topology.h"

static int current_cpu(hwloc_const_bitmap_t allowed)
{
    int cpu = sched_getcpu();
    return cpu >= 0 && hwloc_bitmap_isset(allowed, (unsigned)cpu) ? cpu : hwloc_bitmap_last(allowed);
}

static void read_caches(struct machine_probe *p, hwloc_obj_t pu)
{
    struct result_machine *m = &p->machine;
    for (hwloc_obj_t o = pu; o; o = o->parent) {
        if (!hwloc_obj_type_is_dcache(o->type) || m->cache_count == sizeof(m->caches) / sizeof(m->caches[0]))
            continue;
        struct result_cache cache = {.level = o->attr->cache.depth,
                                     .bytes = o->attr->cache.size,
                                     .shared_by = (unsigned)hwloc_bitmap_weight(o->cpuset)};
        m->caches[m->cache_count++] = cache;
        if (cache.level == 1)
            p->l1d_bytes = cache.bytes;
        if (cache.level == 2)
            p->l2_bytes = cache.bytes;
        p->llc_reported = cache.bytes; /* the way up ends at the last level */
    }
}

void machine_read_topology(struct machine_probe *p)
{
    hwloc_topology_t t = topology_open();
    if (!t)
        return;
    hwloc_bitmap_t allowed = topology_allowed(t);
    int cpus = hwloc_bitmap_weight(allowed), nodes = hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_NUMANODE);
    p->machine.cpus = cpus > 0 ? (unsigned)cpus : 0;
    p->machine.nodes = nodes > 0 ? (unsigned)nodes : 0;
    read_caches(p, hwloc_get_pu_obj_by_os_index(t, (unsigned)current_cpu(allowed)));
    hwloc_bitmap_free(allowed);
    hwloc_topology_destroy(t);
}

static int refuse(hwloc_topology_t t, int cpu, const char *why, struct error *err)
{
    char *list = NULL;
    hwloc_bitmap_list_asprintf(&list, hwloc_topology_get_allowed_cpuset(t));
    error_set(err, EXIT_CANNOT, "CPU %d %s; allowed CPUs are %s: use --cpu N or taskset", cpu, why,
              list ? list : "unknown");
    free(list);
    return -1;
}

/* Memory from the CPU's own node. Where there is one node, or the system call is filtered (containers), the
 * kernel's standing policy, memory from the node of the CPU that touches it first, gives the same. */
static void bind_memory(hwloc_topology_t t, hwloc_obj_t pu)
{
    if (hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_NUMANODE) > 1)
        hwloc_set_membind(t, pu->nodeset, HWLOC_MEMBIND_BIND, HWLOC_MEMBIND_THREAD | HWLOC_MEMBIND_BYNODESET);
}

static int bind_in(hwloc_topology_t t, int cpu, struct error *err)
{
    if (cpu < 0) {
        hwloc_bitmap_t allowed = topology_allowed(t);
        cpu = current_cpu(allowed);
        hwloc_bitmap_free(allowed);
    }
    hwloc_obj_t pu = cpu < 0 ? NULL : hwloc_get_pu_obj_by_os_index(t, (unsigned)cpu);
    if (!pu)
        return refuse(t, cpu, "does not exist or is offline", err);
    if (!hwloc_bitmap_isset(hwloc_topology_get_allowed_cpuset(t), (unsigned)cpu))
        return refuse(t, cpu, "is not permitted here", err);
    if (hwloc_set_cpubind(t, pu->cpuset, HWLOC_CPUBIND_THREAD))
        return refuse(t, cpu, strerror(errno), err);
    bind_memory(t, pu);
    return cpu;
}

int machine_bind(int cpu, struct error *err)
{
    hwloc_topology_t t = topology_open();
    if (!t)
        return error_set(err, EXIT_CANNOT,
                         "hwloc cannot read the topology of this machine; is /sys mounted?");
    int bound = bind_in(t, cpu, err);
    hwloc_topology_destroy(t);
    return bound;
}
