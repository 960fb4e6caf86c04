/* probe_print.h - one look at the machine, printed */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_PROBE_PRINT_H
#define BENCH_PROBE_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "bench/machine_measure.h"

struct probe_view {
    struct machine_probe probe;
    struct machine_detail detail; /* only where measured */
    bool measured, tsc_invariant;
    unsigned online; /* CPUs; 0 unknown */
};

/* A page for a reader. 0; the stream keeps its own error. */
int probe_print_text(const struct probe_view *view, FILE *out);

/* {"machine", "region", "domain", "warnings"} in the members of the result file; the machine also has
 * "llc_curve" and "clwb_ns" where they were measured. -1 with EXIT_CANNOT when memory is short. */
int probe_print_json(const struct probe_view *view, FILE *out, struct error *err);

/* The medium and domain that a run without --path uses: anonymous DRAM. */
struct result_region probe_region(void);
struct result_domain probe_domain(void);

#endif
