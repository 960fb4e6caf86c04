/* machine.h - looks at the machine, never changes it */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stdint.h>

#include "base/error.h"
#include "bench/noise.h"
#include "results/result.h"

/* What probe found out. */
struct machine_probe {
    struct result_machine machine; /* all but what a run finds out: see noise_unknown */
    uint64_t l1d_bytes, l2_bytes;  /* of one core; 0 unknown */
    uint64_t llc_reported;         /* hwloc's last-level cache in bytes; 0 unknown */
    struct result_warning warnings[16];
    unsigned warning_count;
    struct noise_look before; /* run_result_begin looks; zeroed by the probe */
};

enum probe_effort {
    PROBE_QUICK,     /* identity and topology: no measuring (for list, --dry-run) */
    PROBE_LLC_KNOWN, /* all but the LLC knee, which the caller knows and fills in */
    PROBE_FULL       /* and the LLC knee (about 1 s), CLWB retention, the clock */
};

/* Fills `p`. Never fails for a fact that cannot be read: that is "unknown", -1, 0 or NAN. EXIT_CANNOT when
 * memory for the measuring cannot be had. Not thread-safe (binds nothing, but measures). */
int machine_probe(struct machine_probe *p, enum probe_effort effort, struct error *err);

/* Binds the calling thread to one CPU and its memory to that CPU's node through hwloc; cpu -1: the CPU it
 * runs on now, or the last allowed one. Returns the CPU, or -1 with err when not permitted (what, where, what
 * to do). */
int machine_bind(int cpu, struct error *err);

/* Jiffies of CPU time stolen by the hypervisor, and all, from /proc/stat; 0 on success. */
int machine_steal(uint64_t *stolen, uint64_t *all);

#endif
