/* machine_places.c - which CPUs the threads of a cell take, in order, through hwloc */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/machine_places.h"

#include <sched.h>
#include <stdlib.h>

#include "bench/topology.h"

struct place {
    unsigned far;     /* on another node than the first */
    unsigned sibling; /* how many of its core's CPUs come before it */
    int cpu;
};

static int compare_places(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->far != y->far)
        return x->far < y->far ? -1 : 1;
    if (x->sibling != y->sibling)
        return x->sibling < y->sibling ? -1 : 1;
    return (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

static unsigned sibling_of(hwloc_topology_t t, hwloc_obj_t pu)
{
    hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(t, HWLOC_OBJ_CORE, pu);
    unsigned before = 0;
    for (hwloc_obj_t o = NULL;
         core && (o = hwloc_get_next_obj_inside_cpuset_by_type(t, core->cpuset, HWLOC_OBJ_PU, o));)
        before += o->os_index < pu->os_index;
    return before;
}

/* The CPU at hand comes first, its siblings after one CPU of each other core. */
static unsigned collect(hwloc_topology_t t, hwloc_const_bitmap_t allowed, int first, struct place *places)
{
    hwloc_obj_t here = hwloc_get_pu_obj_by_os_index(t, (unsigned)first), core = NULL;
    unsigned n = 0, cpu;
    if (!here)
        return 0;
    core = hwloc_get_ancestor_obj_by_type(t, HWLOC_OBJ_CORE, here);
    hwloc_bitmap_foreach_begin(cpu, allowed)
    {
        hwloc_obj_t pu = hwloc_get_pu_obj_by_os_index(t, cpu);
        if (!pu || (int)cpu == first)
            continue;
        unsigned sibling = sibling_of(t, pu);
        if (core && hwloc_bitmap_isset(core->cpuset, cpu))
            sibling = sibling ? sibling : 1; /* of the first: the place of its core is taken */
        places[n++] = (struct place){!hwloc_bitmap_isequal(pu->nodeset, here->nodeset), sibling, (int)cpu};
    }
    hwloc_bitmap_foreach_end();
    qsort(places, n, sizeof(*places), compare_places);
    return n;
}

static unsigned order(hwloc_topology_t t, int cpu, int *out, unsigned most)
{
    hwloc_bitmap_t allowed = topology_allowed(t);
    int weight = hwloc_bitmap_weight(allowed);
    struct place *places = weight > 0 ? calloc((size_t)weight, sizeof(*places)) : NULL;
    unsigned n = 0;
    if (cpu < 0)
        cpu = sched_getcpu();
    if (cpu < 0 || !hwloc_bitmap_isset(allowed, (unsigned)cpu))
        cpu = hwloc_bitmap_last(allowed);
    if (places && cpu >= 0) {
        n = 1 + collect(t, allowed, cpu, places);
        n = n < most ? n : most;
        out[0] = cpu;
        for (unsigned i = 1; i < n; i++)
            out[i] = places[i - 1].cpu;
    }
    hwloc_bitmap_free(allowed);
    free(places);
    return n;
}

unsigned machine_places(int cpu, int *out, unsigned most)
{
    hwloc_topology_t t = most ? topology_open() : NULL;
    if (!t)
        return 0;
    unsigned n = order(t, cpu, out, most);
    hwloc_topology_destroy(t);
    return n;
}

struct places_bounds machine_places_bounds(const int *cpus, unsigned count)
{
    struct places_bounds b = {count, count};
    hwloc_topology_t t = count ? topology_open() : NULL;
    hwloc_obj_t first = t ? hwloc_get_pu_obj_by_os_index(t, (unsigned)cpus[0]) : NULL;
    hwloc_bitmap_t taken = hwloc_bitmap_alloc();
    for (unsigned i = 0; first && i < count; i++) {
        hwloc_obj_t pu = hwloc_get_pu_obj_by_os_index(t, (unsigned)cpus[i]);
        hwloc_obj_t core = pu ? hwloc_get_ancestor_obj_by_type(t, HWLOC_OBJ_CORE, pu) : NULL;
        if (b.near == count && pu && !hwloc_bitmap_isequal(pu->nodeset, first->nodeset))
            b.near = i;
        if (b.cores == count && core && hwloc_bitmap_intersects(taken, core->cpuset))
            b.cores = i;
        hwloc_bitmap_set(taken, (unsigned)cpus[i]);
    }
    hwloc_bitmap_free(taken);
    if (t)
        hwloc_topology_destroy(t);
    return b;
}
