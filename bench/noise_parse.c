/* noise_parse.c - the texts of /proc and /sys that tell of noise */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/noise.h"

/* Digits only, no sign; moves *at behind them. */
static bool whole(const char **at, uint64_t *value)
{
    char *end;
    if (!isdigit((unsigned char)**at))
        return false;
    errno = 0;
    *value = strtoull(*at, &end, 10);
    *at = end;
    return !errno;
}

static bool cpu_name(const char **at, int *cpu)
{
    uint64_t number;
    if (strncmp(*at, "cpu", 3))
        return false;
    *at += 3;
    *cpu = -1;
    if (**at == ' ')
        return true;
    if (!whole(at, &number) || number > INT32_MAX || **at != ' ')
        return false;
    *cpu = (int)number;
    return true;
}

bool noise_parse_cpu(const char *line, int *cpu, struct cpu_ticks *ticks)
{
    enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, FIELDS };
    uint64_t v[FIELDS];
    if (!cpu_name(&line, cpu))
        return false;
    for (int i = 0; i < FIELDS; i++) {
        if (*line != ' ')
            return false;
        line += strspn(line, " ");
        if (!whole(&line, &v[i]))
            return false;
    }
    *ticks = (struct cpu_ticks){.busy = v[USER] + v[NICE] + v[SYSTEM] + v[IRQ] + v[SOFTIRQ],
                                .idle = v[IDLE] + v[IOWAIT],
                                .stolen = v[STEAL]};
    return !*line || isspace((unsigned char)*line);
}

bool noise_parse_list(const char *text, cpu_set_t *set)
{
    CPU_ZERO(set);
    for (;; text++) {
        uint64_t first, last;
        if (!whole(&text, &first))
            return false;
        last = first;
        if (*text == '-' && (text++, !whole(&text, &last)))
            return false;
        if (last < first)
            return false;
        for (uint64_t cpu = first; cpu <= last && cpu < NOISE_CPUS; cpu++)
            CPU_SET((int)cpu, set);
        if (*text != ',')
            break;
    }
    return !*text || !strcmp(text, "\n");
}

void noise_format_list(const cpu_set_t *set, char *out, size_t bytes)
{
    size_t used = 0;
    int n;
    if (!CPU_COUNT(set))
        snprintf(out, bytes, "none");
    for (int cpu = 0; cpu < NOISE_CPUS; cpu++) {
        int last = cpu;
        if (!CPU_ISSET(cpu, set))
            continue;
        while (last + 1 < NOISE_CPUS && CPU_ISSET(last + 1, set))
            last++;
        n = snprintf(out + used, bytes - used, last > cpu ? "%s%d-%d" : "%s%d", used ? "," : "", cpu, last);
        if ((size_t)n >= bytes - used) {
            snprintf(out + (used < bytes - 4 ? used : bytes - 4), 4, "...");
            return;
        }
        used += (size_t)n;
        cpu = last;
    }
}

double noise_parse_load(const char *text)
{
    char *end;
    if (!isdigit((unsigned char)*text))
        return NAN;
    double load = strtod(text, &end);
    return isfinite(load) && (!*end || isspace((unsigned char)*end)) ? load : NAN;
}

/* What of one mapping lies in the range, and how much of that is in huge pages. */
struct part {
    uint64_t inside, huge, page;
};

static uint64_t huge_of(const struct part *p)
{
    if (p->page > 4096) /* hugetlbfs and device DAX: nothing but huge pages */
        return p->inside;
    return p->huge < p->inside ? p->huge : p->inside;
}

static bool kilobytes(const char *line, const char *name, uint64_t *bytes)
{
    uint64_t number;
    size_t n = strlen(name);
    if (strncmp(line, name, n))
        return false;
    line += n;
    line += strspn(line, " \t");
    if (!whole(&line, &number) || number > UINT64_MAX >> 10)
        return false;
    *bytes = number << 10;
    return true;
}

/* Each mapping's page size, and what of it is mapped by huge entries: proc_pid_smaps(5). */
static void take_line(const char *line, struct part *p)
{
    static const char *const names[] = {"AnonHugePages:", "ShmemPmdMapped:", "FilePmdMapped:"};
    uint64_t bytes;
    if (kilobytes(line, "KernelPageSize:", &bytes))
        p->page = bytes;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (kilobytes(line, names[i], &bytes))
            p->huge += bytes;
}

double noise_parse_smaps(FILE *in, uint64_t start, uint64_t bytes)
{
    struct part p = {0};
    uint64_t inside = 0, huge = 0, low, high, end = start + bytes;
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, in) > 0) {
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &low, &high) == 2) {
            inside += p.inside;
            huge += huge_of(&p);
            p = (struct part){0};
            low = low > start ? low : start;
            high = high < end ? high : end;
            p.inside = high > low ? high - low : 0;
        } else if (p.inside) {
            take_line(line, &p);
        }
    }
    free(line);
    inside += p.inside;
    huge += huge_of(&p);
    return bytes && inside == bytes ? 100 * (double)huge / (double)bytes : NAN;
}
