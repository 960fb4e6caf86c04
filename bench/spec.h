/* spec.h - from the names and axis texts of a cell to what kernels/ can run */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_SPEC_H
#define BENCH_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernels/cell.h"
#include "results/result.h"

/* What sizes and availability depend on. */
struct spec_env {
    uint32_t features; /* enum cpu_feature bits */
    uint64_t l1d_bytes, l2_bytes, llc_bytes;
    enum domain_id domain;
    uint64_t seed;
    unsigned cpus;         /* that threads can be pinned to; 0: not known */
    uint64_t memory_bytes; /* available for the destination; 0: not checked */
    /* What the memory under test is good for (bench/region_kinds.h). */
    const char *no_sys;     /* why the system's own calls cannot be measured on it; NULL: they can */
    const char *no_pagemap; /* why the page tables cannot be asked what was written; NULL: they can */
    uint64_t protect_bytes; /* the smallest that can be write-protected; 0: 4096 */
};

struct run_cell {
    struct result_cell out; /* names, axes, and in the end the numbers */
    struct cell_spec spec;
    bool runnable; /* false: skipped, out.reason says why */
    bool ledger;
    bool latency;         /* its calls are stamped too */
    char group[KEY_TEXT]; /* the key without its path */
};

/* Fills in `cell` from out.kernel (empty: its path's), out.path and out.axis. A path is a name of
 * kernels/paths.h, hybrid@SIZE, a sys_write_fsync path with @append or @unwritten, or "copy:track:writeback"
 * (writeback "auto": what the CPU has). What this CPU or this memory lacks makes a skipped cell, not
 * an error. Errors: -1; EXIT_USAGE for unknown names and bad values, EXIT_CANNOT for what this machine cannot
 * hold. */
int spec_build(struct run_cell *cell, const struct spec_env *env, struct error *err);

/* The kernel that a path belongs to, whatever stands behind its '@'; combinations are of
 * KERNEL_WRITE_FSYNC. KERNELS: there is no such path. */
enum kernel spec_kernel_of(const char *path);

/* The id of a name in one of the strategies' lists, or -1 with err that offers the nearest. */
int spec_domain(const char *name, struct error *err);

#endif
