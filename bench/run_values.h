/* run_values.h - the values of run's options as texts */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_RUN_VALUES_H
#define BENCH_RUN_VALUES_H

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"

/* All take the option's name without its dashes for the message. -1 or NULL with err (EXIT_USAGE). Pure. */

/* A comma list, with its ranges 64..1M doubled out, as a JSON array of texts; the caller owns it. */
json_t *read_list(const char *what, const char *text, struct error *err);

/* --max-time: seconds, above 0 and up to 7 days. */
int read_seconds(const char *text, double *seconds, struct error *err);

/* --precision: "1%" is 0.01. */
int read_precision(const char *text, double *precision, struct error *err);

/* A whole number from 0 to `most`. */
int read_whole(const char *what, const char *text, uint64_t most, uint64_t *out, struct error *err);

#endif
