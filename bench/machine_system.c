/* machine_system.c - what /proc and /sys say of the system that we run on */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench/machine_facts.h"
#include "bench/noise.h"

enum { PATH_TEXT = 512 };

bool machine_first_line(const char *path, char *out, size_t bytes)
{
    FILE *f = fopen(path, "re");
    bool got = f && fgets(out, (int)bytes, f);
    if (f)
        fclose(f);
    if (got)
        out[strcspn(out, "\n")] = '\0';
    if (!got || !out[0])
        snprintf(out, bytes, "unknown");
    return got && out[0];
}

/* The value after the colon of the first line that begins with `name`. */
static bool field(const char *path, const char *name, char *out, size_t bytes)
{
    char line[512];
    bool found = false;
    FILE *f = fopen(path, "re");
    snprintf(out, bytes, "unknown");
    while (f && !found && fgets(line, sizeof(line), f)) {
        char *colon = strchr(line, ':');
        if (!colon || strncmp(line, name, strlen(name)))
            continue;
        colon += 1 + strspn(colon + 1, " \t");
        colon[strcspn(colon, "\n")] = '\0';
        snprintf(out, bytes, "%s", colon);
        found = true;
    }
    if (f)
        fclose(f);
    return found;
}

bool machine_number(const char *path, uint64_t *value)
{
    char text[64], *end;
    if (!machine_first_line(path, text, sizeof(text)) || !isdigit((unsigned char)text[0]))
        return false;
    *value = strtoull(text, &end, 10);
    return !*end;
}

void machine_bracketed(const char *text, char *out, size_t bytes)
{
    const char *open = strchr(text, '['), *shut = open ? strchr(open, ']') : NULL;
    if (shut && shut > open + 1)
        snprintf(out, bytes, "%.*s", (int)(shut - open - 1), open + 1);
    else
        snprintf(out, bytes, "unknown");
}

int machine_parse_steal(const char *line, uint64_t *stolen, uint64_t *all)
{
    struct cpu_ticks ticks;
    int cpu;
    if (!noise_parse_cpu(line, &cpu, &ticks) || cpu >= 0)
        return -1;
    *stolen = ticks.stolen;
    *all = ticks.busy + ticks.idle + ticks.stolen;
    return 0;
}

int machine_steal(uint64_t *stolen, uint64_t *all)
{
    char line[512];
    return machine_first_line("/proc/stat", line, sizeof(line)) ? machine_parse_steal(line, stolen, all) : -1;
}

uint64_t machine_available_bytes(void)
{
    char text[64];
    uint64_t bytes = 0, limit, used;
    if (field("/proc/meminfo", "MemAvailable", text, sizeof(text)))
        bytes = strtoull(text, NULL, 10) * 1024;
    if (machine_number("/sys/fs/cgroup/memory.max", &limit) &&
        machine_number("/sys/fs/cgroup/memory.current", &used)) {
        uint64_t left = limit > used ? limit - used : 1;
        if (!bytes || left < bytes)
            bytes = left;
    }
    return bytes;
}

void machine_turbo(const char *sys, char out[NAME_TEXT])
{
    char path[PATH_TEXT];
    uint64_t value;
    snprintf(path, sizeof(path), "%s/devices/system/cpu/intel_pstate/no_turbo", sys);
    if (machine_number(path, &value)) {
        snprintf(out, NAME_TEXT, "%s", value ? "off" : "on");
        return;
    }
    snprintf(path, sizeof(path), "%s/devices/system/cpu/cpufreq/boost", sys);
    snprintf(out, NAME_TEXT, "%s", !machine_number(path, &value) ? "unknown" : value ? "on" : "off");
}

void machine_governor(const char *sys, int cpu, char out[NAME_TEXT])
{
    char path[PATH_TEXT];
    snprintf(path, sizeof(path), "%s/devices/system/cpu/cpu%d/cpufreq/scaling_governor", sys,
             cpu < 0 ? 0 : cpu);
    machine_first_line(path, out, NAME_TEXT);
}

static void read_siblings(char out[NAME_TEXT], int cpu)
{
    cpu_set_t siblings;
    if (noise_siblings("/sys", &cpu, 1, &siblings))
        snprintf(out, NAME_TEXT, "unknown");
    else
        noise_format_list(&siblings, out, NAME_TEXT);
}

static void read_smt(char *out, size_t bytes)
{
    uint64_t value;
    if (machine_number("/sys/devices/system/cpu/smt/active", &value))
        snprintf(out, bytes, "%s", value ? "on" : "off");
    else
        snprintf(out, bytes, "unknown");
}

void machine_read_system(struct machine_probe *p)
{
    struct result_machine *m = &p->machine;
    struct utsname name;
    char line[128];
    int cpu = sched_getcpu();
    bool named = !uname(&name);
    snprintf(m->host, sizeof(m->host), "%.*s", (int)sizeof(m->host) - 1, named ? name.nodename : "unknown");
    snprintf(m->kernel, sizeof(m->kernel), "%.*s", (int)sizeof(m->kernel) - 1,
             named ? name.release : "unknown");
    if (!machine_first_line("/sys/devices/system/cpu/cpu0/microcode/version", m->microcode,
                            sizeof(m->microcode)))
        field("/proc/cpuinfo", "microcode", m->microcode, sizeof(m->microcode));
    machine_governor("/sys", cpu, m->governor);
    machine_turbo("/sys", m->turbo);
    read_siblings(m->siblings, cpu);
    read_smt(m->smt, sizeof(m->smt));
    machine_first_line("/sys/kernel/mm/transparent_hugepage/enabled", line, sizeof(line));
    machine_bracketed(line, m->huge_pages, sizeof(m->huge_pages));
    if (getloadavg(&m->load, 1) != 1)
        m->load = NAN;
}
