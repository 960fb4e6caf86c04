/* machine_facts.h - what machine_probe() is made of: facts that are read, and the warnings that they give */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_MACHINE_FACTS_H
#define BENCH_MACHINE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/machine.h"

/* Facts that the warnings need and no result carries. */
struct machine_aside {
    bool measured;      /* the knee, CLWB and the clock were measured */
    bool tsc_invariant; /* the counter runs at one rate and through idle states (SDM vol. 3, 18.17.1) */
    unsigned online;    /* CPUs of the whole machine, to which the load average belongs */
};

/* Each fills its part of `p`; what cannot be read is "unknown", -1, 0 or NAN. Thread-safe on different p. */
void machine_read_cpu(struct machine_probe *p); /* identity and features; clwb is "absent" or "unknown" */
void machine_read_topology(struct machine_probe *p); /* caches of the CPU it runs on, nodes, CPUs allowed */
void machine_read_system(
    struct machine_probe *p); /* host, kernel, governor, turbo, smt and siblings, huge pages, load */

/* Those three, and machine_aside. */
struct machine_aside machine_read(struct machine_probe *p);

/* CPUID's invariant-TSC bit. */
bool machine_tsc_invariant(void);

/* Bytes that can be had without swapping: MemAvailable, within the memory cgroup. 0 unknown. */
uint64_t machine_available_bytes(void);

/* Fills the warnings of `p` from its facts: pure, each warning at most once, in a fixed order. */
void machine_warn(struct machine_probe *p, const struct machine_aside *aside);

/* What a named footprint (l2: half of L2; llc: half the measured LLC, or the reported one where none was
 * measured; beyond: four times it) is in bytes, whole lines. 0: not known, or no such name. Pure. */
uint64_t machine_footprint(const struct machine_probe *p, const char *name);

/* As they are now below `sys` ("/sys" but in tests): on, off or unknown; the governor of a CPU. */
void machine_turbo(const char *sys, char out[NAME_TEXT]);
void machine_governor(const char *sys, int cpu, char out[NAME_TEXT]);

/* The first line of a file without its end; false and "unknown" when it cannot be read or is empty. */
bool machine_first_line(const char *path, char *out, size_t bytes);
/* A file that holds one number without a sign and nothing else. */
bool machine_number(const char *path, uint64_t *value);

/* Parsers of what /proc and /sys say, pure. The word in brackets of "always [madvise] never", or "unknown".
 */
void machine_bracketed(const char *text, char *out, size_t bytes);
/* The first line of /proc/stat; -1 when it is not that. Guest time is part of user time and not counted
 * twice. */
int machine_parse_steal(const char *line, uint64_t *stolen, uint64_t *all);

#endif
