/* region_node.c - memory on a NUMA node, and on which node memory really is, through hwloc */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <hwloc.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "bench/machine_facts.h"
#include "bench/region_parts.h"

enum { NODE_LOOKS = 256 };

static hwloc_topology_t topology_open(void)
{
    hwloc_topology_t t;
    if (hwloc_topology_init(&t))
        return NULL;
    if (hwloc_topology_load(t)) {
        hwloc_topology_destroy(t);
        return NULL;
    }
    return t;
}

static int refuse_node(hwloc_topology_t t, int node, struct error *err)
{
    char *list = NULL;
    hwloc_bitmap_list_asprintf(&list, hwloc_topology_get_topology_nodeset(t));
    error_set(err, EXIT_CANNOT,
              "--node %d: there is no such node with memory that may be used here; there is %s: name one of "
              "them",
              node, list ? list : "none");
    free(list);
    return -1;
}

/* What the node could give without swapping, as Linux reckons MemAvailable (mm/show_mem.c,
 * si_mem_available): of the slabs only half. A kernel without NUMA has no such file, and one node. */
static uint64_t node_available(const char *sys_root, int node)
{
    char path[SYSFS_PATH], line[128], field[32];
    unsigned long long kb, bytes = 0;
    snprintf(path, sizeof(path), "%s/devices/system/node/node%d/meminfo", sys_root, node);
    FILE *in = fopen(path, "r");
    if (!in)
        return machine_available_bytes();
    while (fgets(line, sizeof(line), in)) {
        if (sscanf(line, "Node %*d %31[^:]: %llu", field, &kb) != 2)
            continue;
        if (!strcmp(field, "MemFree") || !strcmp(field, "Inactive(file)"))
            bytes += kb << 10;
        else if (!strcmp(field, "SReclaimable"))
            bytes += kb << 10 >> 1;
    }
    fclose(in);
    return bytes;
}

static int check_in(hwloc_topology_t t, const struct region_request *q, uint64_t bytes, struct error *err)
{
    hwloc_obj_t o = hwloc_get_numanode_obj_by_os_index(t, (unsigned)q->node);
    if (!o || !o->attr->numanode.local_memory)
        return refuse_node(t, q->node, err);
    uint64_t available = node_available(q->sys_root, q->node);
    if (bytes > available / 10 * 9) /* strict binding beyond it would call the OOM killer, not fail */
        return error_set(err, EXIT_CANNOT,
                         "--node %d: %llu MiB wanted, the node has %llu MiB to spare; use a smaller "
                         "--footprint, or free memory there",
                         q->node, (unsigned long long)(bytes >> 20), (unsigned long long)(available >> 20));
    return 0;
}

int region_node_check(const struct region_request *q, uint64_t bytes, struct error *err)
{
    hwloc_topology_t t = topology_open();
    if (!t)
        return error_set(err, EXIT_CANNOT, "--node: hwloc cannot read the topology; is /sys mounted?");
    int result = check_in(t, q, bytes, err);
    hwloc_topology_destroy(t);
    return result;
}

int region_node_bind(void *base, uint64_t bytes, int node)
{
    hwloc_topology_t t = topology_open();
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    int result = -1;
    errno = ENOMEM;
    if (t && set && !hwloc_bitmap_only(set, (unsigned)node))
        result = hwloc_set_area_membind(t, base, bytes, set, HWLOC_MEMBIND_BIND,
                                        HWLOC_MEMBIND_STRICT | HWLOC_MEMBIND_BYNODESET);
    int number = errno;
    hwloc_bitmap_free(set);
    if (t)
        hwloc_topology_destroy(t);
    errno = number;
    return result;
}

int region_node_of(const void *base, uint64_t bytes, char *list, size_t list_bytes)
{
    hwloc_topology_t t = topology_open();
    hwloc_bitmap_t all = hwloc_bitmap_alloc(), one = hwloc_bitmap_alloc();
    uint64_t pages = bytes / PAGE_BYTES, looks = pages < NODE_LOOKS ? pages : NODE_LOOKS;
    int node = -1;
    *list = '\0';
    for (uint64_t i = 0; t && all && one && i < looks; i++) {
        const char *page = (const char *)base + i * pages / looks * PAGE_BYTES;
        if (!hwloc_get_area_memlocation(t, page, 1, one, HWLOC_MEMBIND_BYNODESET))
            hwloc_bitmap_or(all, all, one);
    }
    if (all && hwloc_bitmap_weight(all) > 0) {
        node = hwloc_bitmap_weight(all) == 1 ? hwloc_bitmap_first(all) : -1;
        hwloc_bitmap_list_snprintf(list, list_bytes, all);
    }
    hwloc_bitmap_free(one);
    hwloc_bitmap_free(all);
    if (t)
        hwloc_topology_destroy(t);
    return node;
}
