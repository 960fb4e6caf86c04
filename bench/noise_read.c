/* noise_read.c - looks at the machine: counters of /proc and /sys, the pages of the memory under test */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/machine_facts.h"
#include "bench/noise.h"

enum { PLACE_TEXT = 512, LIST_TEXT = 4096, PAGE = 4096 };

static void read_stat(struct noise_look *look, const char *proc)
{
    char place[PLACE_TEXT], *line = NULL;
    size_t room = 0;
    struct cpu_ticks ticks;
    int cpu;
    snprintf(place, sizeof(place), "%s/stat", proc);
    FILE *in = fopen(place, "re");
    while (in && getline(&line, &room, in) > 0) {
        if (!noise_parse_cpu(line, &cpu, &ticks))
            continue;
        if (cpu < 0) {
            look->all = ticks;
            look->known = true;
        } else if (cpu < NOISE_CPUS) {
            look->cpu[cpu].ticks = ticks;
            look->cpu[cpu].known = true;
        }
    }
    free(line);
    if (in)
        fclose(in);
}

static void read_throttles(struct noise_cpu *c, const char *sys, int cpu)
{
    char place[PLACE_TEXT];
    snprintf(place, sizeof(place), "%s/devices/system/cpu/cpu%d/thermal_throttle/core_throttle_count", sys,
             cpu);
    c->throttle_known = machine_number(place, &c->core_throttles);
    snprintf(place, sizeof(place), "%s/devices/system/cpu/cpu%d/thermal_throttle/package_throttle_count", sys,
             cpu);
    if (!machine_number(place, &c->package_throttles))
        c->package_throttles = 0;
}

void noise_look(struct noise_look *look, const struct noise_roots *roots)
{
    char place[PLACE_TEXT], line[128];
    struct rusage usage;
    memset(look, 0, sizeof(*look));
    read_stat(look, roots->proc);
    for (int cpu = 0; cpu < NOISE_CPUS; cpu++)
        if (look->cpu[cpu].known)
            read_throttles(&look->cpu[cpu], roots->sys, cpu);
    snprintf(place, sizeof(place), "%s/loadavg", roots->proc);
    look->load = machine_first_line(place, line, sizeof(line)) ? noise_parse_load(line) : NAN;
    if (!getrusage(RUSAGE_SELF, &usage))
        look->switches = (uint64_t)usage.ru_nivcsw;
    look->now_ns = clock_now_ns();
}

static bool siblings_of(const char *sys, int cpu, cpu_set_t *set)
{
    char place[PLACE_TEXT], list[LIST_TEXT];
    snprintf(place, sizeof(place), "%s/devices/system/cpu/cpu%d/topology/thread_siblings_list", sys, cpu);
    return machine_first_line(place, list, sizeof(list)) && noise_parse_list(list, set);
}

int noise_siblings(const char *sys, const int *cpus, size_t count, cpu_set_t *siblings)
{
    cpu_set_t one;
    int known = -1;
    CPU_ZERO(siblings);
    for (size_t i = 0; i < count; i++) {
        if (!siblings_of(sys, cpus[i], &one))
            continue;
        CPU_OR(siblings, siblings, &one);
        known = 0;
    }
    for (size_t i = 0; i < count; i++)
        if (cpus[i] >= 0 && cpus[i] < NOISE_CPUS)
            CPU_CLR(cpus[i], siblings);
    return known;
}

double noise_huge_percent(const char *proc, const void *base, uint64_t bytes)
{
    char place[PLACE_TEXT];
    snprintf(place, sizeof(place), "%s/self/smaps", proc);
    FILE *in = fopen(place, "re");
    if (!in)
        return NAN;
    double percent = noise_parse_smaps(in, (uintptr_t)base, bytes);
    fclose(in);
    return percent;
}

/* The folder of a CPU holds a link nodeN to its node. */
int noise_cpu_node(const char *sys, int cpu)
{
    char place[PLACE_TEXT];
    int node = -1;
    snprintf(place, sizeof(place), "%s/devices/system/cpu/cpu%d", sys, cpu);
    DIR *dir = opendir(place);
    for (struct dirent *e; dir && node < 0 && (e = readdir(dir));) {
        const char *digits = e->d_name + 4;
        size_t n = strncmp(e->d_name, "node", 4) ? 0 : strspn(digits, "0123456789");
        if (n && n < 6 && !digits[n])
            node = atoi(digits);
    }
    if (dir)
        closedir(dir);
    return node;
}

size_t noise_page_nodes(const void *base, uint64_t bytes, int nodes[NOISE_PAGES])
{
    void *pages[NOISE_PAGES];
    uint64_t all = bytes / PAGE, looks = all < NOISE_PAGES ? all : NOISE_PAGES;
    for (uint64_t i = 0; i < looks; i++) {
        pages[i] = (char *)base + i * all / looks * PAGE;
        nodes[i] = -1;
    }
    return looks && !syscall(SYS_move_pages, 0, looks, pages, NULL, nodes, 0) ? looks : 0;
}
