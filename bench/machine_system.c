/* machine_system.c - what /proc and /sys say of the system that we run on */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench/machine_facts.h"

/* The first line of a file without its end; false and "unknown" when it cannot be read or is empty. */
static bool first_line(const char *path, char *out, size_t bytes)
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

static bool number(const char *path, uint64_t *value)
{
    char text[64], *end;
    if (!first_line(path, text, sizeof(text)))
        return false;
    *value = strtoull(text, &end, 10);
    return end != text;
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
    uint64_t v[8] = {0}; /* user nice system idle iowait irq softirq steal: proc(5) */
    int n = sscanf(line,
                   "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
                   " %" SCNu64,
                   &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]);
    if (n != 8 || strncmp(line, "cpu ", 4))
        return -1;
    *stolen = v[7];
    *all = 0;
    for (int i = 0; i < n; i++)
        *all += v[i];
    return 0;
}

int machine_steal(uint64_t *stolen, uint64_t *all)
{
    char line[512];
    return first_line("/proc/stat", line, sizeof(line)) ? machine_parse_steal(line, stolen, all) : -1;
}

uint64_t machine_available_bytes(void)
{
    char text[64];
    uint64_t bytes = 0, limit, used;
    if (field("/proc/meminfo", "MemAvailable", text, sizeof(text)))
        bytes = strtoull(text, NULL, 10) * 1024;
    if (number("/sys/fs/cgroup/memory.max", &limit) && number("/sys/fs/cgroup/memory.current", &used)) {
        uint64_t left = limit > used ? limit - used : 1;
        if (!bytes || left < bytes)
            bytes = left;
    }
    return bytes;
}

static void read_turbo(char *out, size_t bytes)
{
    uint64_t value;
    if (number("/sys/devices/system/cpu/intel_pstate/no_turbo", &value))
        snprintf(out, bytes, "%s", value ? "off" : "on");
    else if (number("/sys/devices/system/cpu/cpufreq/boost", &value))
        snprintf(out, bytes, "%s", value ? "on" : "off");
    else
        snprintf(out, bytes, "unknown");
}

static void read_smt(char *out, size_t bytes)
{
    uint64_t value;
    if (number("/sys/devices/system/cpu/smt/active", &value))
        snprintf(out, bytes, "%s", value ? "on" : "off");
    else
        snprintf(out, bytes, "unknown");
}

void machine_read_system(struct machine_probe *p)
{
    struct result_machine *m = &p->machine;
    struct utsname name;
    char path[96], line[128];
    int cpu = sched_getcpu();
    bool named = !uname(&name);
    snprintf(m->host, sizeof(m->host), "%.*s", (int)sizeof(m->host) - 1, named ? name.nodename : "unknown");
    snprintf(m->kernel, sizeof(m->kernel), "%.*s", (int)sizeof(m->kernel) - 1,
             named ? name.release : "unknown");
    if (!first_line("/sys/devices/system/cpu/cpu0/microcode/version", m->microcode, sizeof(m->microcode)))
        field("/proc/cpuinfo", "microcode", m->microcode, sizeof(m->microcode));
    snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor", cpu < 0 ? 0 : cpu);
    first_line(path, m->governor, sizeof(m->governor));
    read_turbo(m->turbo, sizeof(m->turbo));
    read_smt(m->smt, sizeof(m->smt));
    first_line("/sys/kernel/mm/transparent_hugepage/enabled", line, sizeof(line));
    machine_bracketed(line, m->huge_pages, sizeof(m->huge_pages));
    if (getloadavg(&m->load, 1) != 1)
        m->load = NAN;
}
