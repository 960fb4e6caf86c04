/* region_anonymous.c - DRAM in huge pages, on the node asked for */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/text.h"
#include "bench/region_parts.h"

/* Bytes of huge pages in the mapping that holds `address`, from smaps; 0 when unknown. */
static uint64_t huge_bytes(const void *address)
{
    char line[512];
    unsigned long start, end, kb = 0, found = 0;
    FILE *in = fopen("/proc/self/smaps", "r");
    bool here = false;
    while (in && fgets(line, sizeof(line), in)) {
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            here = start <= (uintptr_t)address && (uintptr_t)address < end;
        else if (here && sscanf(line, "AnonHugePages: %lu kB", &kb) == 1)
            found = kb;
    }
    if (in)
        fclose(in);
    return (uint64_t)found << 10;
}

unsigned char *region_map_aligned(uint64_t bytes, struct error *err)
{
    uint64_t room = bytes + HUGE_BYTES;
    unsigned char *map = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) {
        error_set(err, EXIT_CANNOT, "memory under test: %llu MiB cannot be had (%s); use a smaller footprint",
                  (unsigned long long)(bytes >> 20), strerror(errno));
        return NULL;
    }
    size_t head = (HUGE_BYTES - (uintptr_t)map % HUGE_BYTES) % HUGE_BYTES;
    if (head)
        munmap(map, head);
    munmap(map + head + bytes, room - head - bytes);
    return map + head;
}

/* Asked for is not had: where the pages are is looked up, whatever the binding said. */
static void verify_node(struct region *r, const struct region_request *q, int bound, int number)
{
    char list[NAME_TEXT];
    struct region_bus bus;
    r->facts.node = region_node_of(r->base, r->bytes, list, sizeof(list));
    if (q->node >= 0 && r->facts.node != q->node)
        region_warn(r, "NODE_MISMATCH", "run where memory may be bound (mbind), or leave --node out",
                    "node %d was asked for, the memory is on node %s%s%s", q->node, *list ? list : "unknown",
                    bound ? ": " : "", bound ? strerror(number) : "");
    if (r->facts.node >= 0 && region_bus_of_node(q->sys_root, r->facts.node, &bus)) {
        text_copy(r->facts.medium, NAME_TEXT, bus.kind == BUS_CXL_RAM ? "cxl" : "dram");
        text_copy(r->facts.provider, NAME_TEXT, bus.provider);
        region_note(r, "node %d is memory of a DAX device given to the system (kmem)", r->facts.node);
    }
}

int region_map_anonymous(struct region *r, const struct region_request *q, struct error *err)
{
    int bound = 0, number = 0;
    if (q->node >= 0 && region_node_check(q, r->bytes + q->beside, err))
        return -1;
    r->base = region_map_aligned(r->bytes, err);
    if (!r->base)
        return -1;
    r->mapped = r->bytes;
    text_copy(r->facts.path_kind, NAME_TEXT, "anonymous");
    text_copy(r->facts.medium, NAME_TEXT, "dram");
    text_copy(r->facts.provider, NAME_TEXT, "none");
    text_copy(r->facts.granularity, NAME_TEXT, "unknown");
    text_copy(r->facts.map_sync, sizeof(r->facts.map_sync), "false");
    madvise(r->base, r->bytes, MADV_HUGEPAGE);
    if (q->node >= 0 && (bound = region_node_bind(r->base, r->bytes, q->node)))
        number = errno;
    if (region_fill(r, q, err))
        return -1;
    verify_node(r, q, bound, number);
    bool huge = huge_bytes(r->base) >= r->bytes / 10 * 9;
    r->facts.page_bytes = huge ? HUGE_BYTES : PAGE_BYTES;
    if (!huge)
        region_warn(r, "SMALL_PAGES",
                    "free some memory, or allow madvise in /sys/kernel/mm/transparent_hugepage/enabled",
                    "the memory under test is not in huge pages: TLB misses are in the numbers");
    return 0;
}
