/* region_parts.h - what region_open is made of */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REGION_PARTS_H
#define BENCH_REGION_PARTS_H

#include "bench/region.h"

enum { HUGE_BYTES = 2 << 20, PAGE_BYTES = 4096 };

/* Each sets base, mapped, map and its part of the facts; -1 with err (EXIT_CANNOT). */
int region_map_anonymous(struct region *r, const struct region_request *q, struct error *err);
int region_map_file(struct region *r, const struct region_request *q, struct error *err);

/* Anonymous memory at a multiple of 2 MiB, untouched. NULL with err (EXIT_CANNOT). */
unsigned char *region_map_aligned(uint64_t bytes, struct error *err);

/* Writes all of the memory once but for a file's header, guarded. -1 when that failed (SIGBUS). */
int region_fill(struct region *r, const struct region_request *q, struct error *err);

/* A warning or a piece of evidence more, while there is room. */
void region_warn(struct region *r, const char *code, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void region_note(struct region *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* NUMA through hwloc, by the system's numbers. */

/* -1 with err (EXIT_CANNOT) when there is no such node q->node, or nine tenths of what is free or easily
 * reclaimed on it (q->sys_root: devices/system/node/nodeN/meminfo) are less than `bytes`. */
int region_node_check(const struct region_request *q, uint64_t bytes, struct error *err);

/* Wants the untouched pages of [base, base+bytes) on `node`. -1 with errno: not done. */
int region_node_bind(void *base, uint64_t bytes, int node);

/* The node that the touched pages lie on (looked at in places spread evenly), -1: not known or several;
 * `list`: the nodes as "0,2-3", empty when unknown. */
int region_node_of(const void *base, uint64_t bytes, char *list, size_t list_bytes);

#endif
