/* probe_print.h - one look at the machine, printed */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_PROBE_PRINT_H
#define BENCH_PROBE_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "bench/domain_detect.h"
#include "bench/machine_measure.h"

struct probe_view {
    struct machine_probe probe;
    struct machine_detail detail; /* only where measured */
    struct result_region region;  /* the memory that a run would use */
    struct result_domain domain;
    struct domain_found found;
    bool measured, tsc_invariant;
    unsigned online; /* CPUs; 0 unknown */
};

/* A page for a reader. 0; the stream keeps its own error. */
int probe_print_text(const struct probe_view *view, FILE *out);

/* {"machine", "region", "domain", "warnings"} in the members of the result file; the machine also has
 * "llc_curve" and "clwb_ns" where they were measured. -1 with EXIT_CANNOT when memory is short. */
int probe_print_json(const struct probe_view *view, FILE *out, struct error *err);

/* Sets region, domain and found of what lies at `path` (a file, a folder or a new name in it, a DAX
 * device; NULL: anonymous DRAM) and opens, maps and writes nothing: MAP_SYNC stays unknown. -1 with
 * EXIT_CANNOT. */
int probe_memory(struct probe_view *view, const char *path, const char *sys_root, struct error *err);

/* Adds to the probe's warnings those of the domain that was found. */
void probe_memory_warn(struct probe_view *view);

#endif
