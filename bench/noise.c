/* noise.c - from two looks at the machine to what disturbed the time between them */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/noise.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEAST_TICKS = 20 };

void noise_unknown(struct result_machine *m)
{
    m->load_end = m->steal_percent = m->cpu_steal_percent = NAN;
    m->sibling_busy_percent = m->others_busy_percent = NAN;
    m->involuntary_switches = m->involuntary_per_s = NAN;
    m->drift_percent = m->trend_percent = m->spin_ns = NAN;
    m->huge_page_percent = m->remote_percent = m->throttles = NAN;
    snprintf(m->governor_end, sizeof(m->governor_end), "unknown");
    snprintf(m->turbo_end, sizeof(m->turbo_end), "unknown");
}

/* Idle time of a CPU may go back a little (proc(5)). */
static uint64_t grown(uint64_t before, uint64_t after)
{
    return after > before ? after - before : 0;
}

static struct cpu_ticks spent(const struct cpu_ticks *before, const struct cpu_ticks *after)
{
    return (struct cpu_ticks){grown(before->busy, after->busy), grown(before->idle, after->idle),
                              grown(before->stolen, after->stolen)};
}

static struct cpu_ticks less(struct cpu_ticks all, const struct cpu_ticks *part)
{
    return (struct cpu_ticks){grown(part->busy, all.busy), grown(part->idle, all.idle),
                              grown(part->stolen, all.stolen)};
}

static double share(uint64_t part, const struct cpu_ticks *t)
{
    uint64_t all = t->busy + t->idle + t->stolen;
    return all < LEAST_TICKS ? NAN : 100 * (double)part / (double)all;
}

/* What one CPU did; false where either look does not know it. */
static bool cpu_spent(const struct noise_look *before, const struct noise_look *after, int cpu,
                      struct cpu_ticks *out)
{
    if (cpu < 0 || cpu >= NOISE_CPUS || !before->cpu[cpu].known || !after->cpu[cpu].known)
        return false;
    *out = spent(&before->cpu[cpu].ticks, &after->cpu[cpu].ticks);
    return true;
}

static double others_busy(const struct noise_look *before, const struct noise_look *after, const int *cpus,
                          size_t count)
{
    struct cpu_ticks others = spent(&before->all, &after->all), own;
    for (size_t i = 0; i < count; i++) {
        if (!cpu_spent(before, after, cpus[i], &own))
            return NAN;
        others = less(others, &own);
    }
    return count ? share(others.busy, &others) : NAN;
}

static double worst_steal(const struct noise_look *before, const struct noise_look *after, const int *cpus,
                          size_t count)
{
    struct cpu_ticks own;
    double worst = NAN;
    for (size_t i = 0; i < count; i++)
        if (cpu_spent(before, after, cpus[i], &own))
            worst = fmax(worst, share(own.stolen, &own));
    return worst;
}

static double busiest(const struct noise_look *before, const struct noise_look *after, const cpu_set_t *set)
{
    struct cpu_ticks ticks;
    double most = NAN;
    for (int cpu = 0; cpu < NOISE_CPUS; cpu++)
        if (CPU_ISSET(cpu, set) && cpu_spent(before, after, cpu, &ticks))
            most = fmax(most, share(ticks.busy, &ticks));
    return most;
}

/* Of the cores measured on, and of the first one's package: the kernel counts a package's once for each of
 * its CPUs (arch/x86/kernel/cpu/mce/therm_throt.c, later drivers/thermal/intel/therm_throt.c). */
static double throttled(const struct noise_look *before, const struct noise_look *after, const int *cpus,
                        size_t count)
{
    double sum = NAN;
    for (size_t i = 0; i < count; i++) {
        if (cpus[i] < 0 || cpus[i] >= NOISE_CPUS)
            continue;
        const struct noise_cpu *a = &before->cpu[cpus[i]], *b = &after->cpu[cpus[i]];
        if (!a->throttle_known || !b->throttle_known)
            continue;
        if (isnan(sum))
            sum = (double)grown(a->package_throttles, b->package_throttles);
        sum += (double)grown(a->core_throttles, b->core_throttles);
    }
    return sum;
}

static void compare_switches(struct result_machine *m, const struct noise_look *before,
                             const struct noise_look *after)
{
    if (!before->now_ns || after->now_ns <= before->now_ns)
        return;
    m->involuntary_switches = (double)grown(before->switches, after->switches);
    m->involuntary_per_s = m->involuntary_switches / ((double)(after->now_ns - before->now_ns) / 1e9);
}

void noise_compare(struct result_machine *m, const struct noise_look *before, const struct noise_look *after,
                   const int *cpus, size_t count, const cpu_set_t *siblings)
{
    m->load_end = after->now_ns ? after->load : NAN;
    compare_switches(m, before, after);
    m->throttles = throttled(before, after, cpus, count);
    if (siblings)
        noise_format_list(siblings, m->siblings, sizeof(m->siblings));
    if (!before->known || !after->known)
        return;
    m->cpu_steal_percent = worst_steal(before, after, cpus, count);
    m->others_busy_percent = others_busy(before, after, cpus, count);
    if (siblings)
        m->sibling_busy_percent = busiest(before, after, siblings);
}

double noise_remote_percent(const int *nodes, size_t count, int home)
{
    size_t known = 0, remote = 0;
    for (size_t i = 0; i < count; i++) {
        known += nodes[i] >= 0;
        remote += nodes[i] >= 0 && nodes[i] != home;
    }
    return known && home >= 0 ? 100 * (double)remote / (double)known : NAN;
}
