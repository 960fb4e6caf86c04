/* tuning_difference.h - in what the machine and the memory of a tuning differ from those that are here */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNING_DIFFERENCE_H
#define BENCH_TUNING_DIFFERENCE_H

#include <jansson.h>

#include "results/result.h"

/* One fact; its texts are printable ASCII. */
struct tuning_difference {
    const char *what; /* "CPU model", "medium" */
    char then[NAME_TEXT * 2], now[NAME_TEXT * 2];
};

/* The first fact that both sides know and that differs, of the CPU: vendor, family, model, stepping,
 * microcode; of the memory: medium, provenance, persistence domain. `domain` NULL or empty: not known. Pure,
 * thread-safe. */
bool tuning_machine_differs(const json_t *tuning, const struct result_machine *here,
                            struct tuning_difference *out);
bool tuning_memory_differs(const json_t *tuning, const struct result_region *region, const char *domain,
                           struct tuning_difference *out);

#endif
