/* tune_environment.c - makes the environment of a fresh process */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tune_environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef PMB_PROOF
#define PMB_PROOF 0
#endif

static bool is_of_libpmem(const char *entry)
{
    return !strncmp(entry, "PMEM_", 5) || !strncmp(entry, "PMEM2_", 6);
}

void tune_environment_free(char **environment)
{
    for (char **entry = environment; entry && *entry; entry++)
        free(*entry);
    free(environment);
}

char **tune_environment(const struct tune_variable *variables, size_t count, struct error *err)
{
    size_t all = count, n = 0;
    bool full = true;
    for (char **entry = environ; entry && *entry; entry++)
        all++;
    char **list = calloc(all + 1, sizeof(*list));
    for (char **entry = environ; list && full && entry && *entry; entry++)
        if (!is_of_libpmem(*entry))
            full = (list[n++] = strdup(*entry));
    for (size_t i = 0; list && full && i < count; i++) {
        full = asprintf(&list[n], "%s=%s", variables[i].name, variables[i].value) >= 0;
        if (!full)
            list[n] = NULL; /* asprintf leaves it undefined */
        n++;
    }
    if (list && full)
        return list;
    tune_environment_free(list);
    error_set(err, EXIT_CANNOT, "tune: no memory for the environment of a process");
    return NULL;
}

void tune_planted(const struct tune_variable *variables, size_t count, char *out)
{
    const char *planted = PMB_PROOF ? getenv("PMB_PLANT_VARIABLE") : NULL;
    const char *percent = planted ? strrchr(planted, ':') : NULL;
    char entry[2 * NAME_TEXT + 2];
    *out = '\0';
    if (!percent)
        return;
    bool has = false, gain = percent[1] != '-';
    for (size_t i = 0; i < count && !has; i++) {
        int length = snprintf(entry, sizeof(entry), "%s=%s", variables[i].name, variables[i].value);
        has = length == percent - planted && !strncmp(entry, planted, (size_t)length);
    }
    if (has != gain)
        snprintf(out, TUNE_SLOW_TEXT, "all=%.20s", percent + 1 + !gain);
}
