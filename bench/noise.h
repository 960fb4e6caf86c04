/* noise.h - what else the machine did while we measured: looked at before and after, never in between */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_NOISE_H
#define BENCH_NOISE_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "results/result.h"

enum {
    NOISE_CPUS = CPU_SETSIZE, /* 1024: of CPUs with higher numbers only the sum is known */
    NOISE_PAGES = 512         /* looked at, evenly spread */
};

/* Where the system is looked up: "/proc" and "/sys", but in tests. */
struct noise_roots {
    const char *proc, *sys;
};

/* CPU time since boot in ticks (USER_HZ, 10 ms): proc(5), /proc/stat. */
struct cpu_ticks {
    uint64_t busy, idle, stolen; /* idle with iowait; guest time is part of user time and counts once */
};

struct noise_cpu {
    bool known; /* has a line in /proc/stat */
    struct cpu_ticks ticks;
    bool throttle_known;
    uint64_t core_throttles, package_throttles;
};

/* All counters at one time. Zeroed: nothing is known. */
struct noise_look {
    bool known; /* all and cpu */
    struct cpu_ticks all;
    struct noise_cpu cpu[NOISE_CPUS];
    double load;       /* 1-minute average; NAN unknown */
    uint64_t switches; /* involuntary, of all threads of this process */
    uint64_t now_ns;   /* 0: never looked */
};

/* Reads them; what cannot be read is not known. Costs some system calls a CPU: not for use between samples.
 * Thread-safe. */
void noise_look(struct noise_look *look, const struct noise_roots *roots);

/* The CPUs that share a core with one of cpus[0 .. count), those left out. -1: no list could be read. */
int noise_siblings(const char *sys, const int *cpus, size_t count, cpu_set_t *siblings);

/* All numbers about noise in `m` unknown (NAN, "unknown"). */
void noise_unknown(struct result_machine *m);

/* What happened between two looks, into `m`: load_end, involuntary_switches and their rate, steal of the
 * measured CPUs, siblings, others, throttles. cpus: those measured on; siblings: NULL where not known. A
 * share of less than 20 ticks in all is NAN: one tick would be more than any bound. Pure. */
void noise_compare(struct result_machine *m, const struct noise_look *before, const struct noise_look *after,
                   const int *cpus, size_t count, const cpu_set_t *siblings);

/* Percent of [base, base + bytes) of this process that is in huge pages, as proc/self/smaps tells it; NAN:
 * it does not tell. */
double noise_huge_percent(const char *proc, const void *base, uint64_t bytes);

/* The NUMA node of a CPU; -1 unknown. */
int noise_cpu_node(const char *sys, int cpu);

/* The nodes of at most NOISE_PAGES pages, evenly spread over [base, base + bytes), by move_pages(2), which
 * moves nothing without a list of nodes; negative: not known (not present, or memory of a device). Returns
 * how many entries are filled: 0 where the system call is not permitted. */
size_t noise_page_nodes(const void *base, uint64_t bytes, int nodes[NOISE_PAGES]);

/* Percent of the pages with a known node that are on another one than `home`; NAN: none is known, or home is
 * not (-1). Pure. */
double noise_remote_percent(const int *nodes, size_t count, int home);

/* Parsers, pure: on text of any content they say no rather than guess. */

/* A line "cpuN ..." or "cpu  ..." (*cpu -1) of /proc/stat. False: another line, or a malformed one. */
bool noise_parse_cpu(const char *line, int *cpu, struct cpu_ticks *ticks);
/* A list such as "0-3,64\n"; CPUs beyond NOISE_CPUS are left out. False: malformed or empty. */
bool noise_parse_list(const char *text, cpu_set_t *set);
/* The same way back; "none" of an empty set. Cut with "..." where it is too long. */
void noise_format_list(const cpu_set_t *set, char *out, size_t bytes);
/* The first number of /proc/loadavg; NAN when it is none. */
double noise_parse_load(const char *text);
/* Percent of [start, start + bytes) in huge pages from an smaps file; NAN when it is not all mapped there. */
double noise_parse_smaps(FILE *in, uint64_t start, uint64_t bytes);

#endif
