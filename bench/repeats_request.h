/* repeats_request.h - what a run with repeats was asked for, kept so that it can go on */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REPEATS_REQUEST_H
#define BENCH_REPEATS_REQUEST_H

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"
#include "bench/run_options.h"

#define REPEATS_FILE "repeats.json"

/* {"schema", "schema_version", "argv", "repeats", "llc_bytes", "cpu" (the caller's), "cwd", "build", "plan",
 * "from_file", and "tuning" (its document and TUNING_READ_FROM) where there is one}. Owned by the caller.
 * NULL with EXIT_USAGE where a text is not UTF-8, which JSON cannot hold, or with EXIT_CANNOT. */
json_t *repeats_request_make(const struct run_options *o, char **argv, uint64_t llc_bytes, struct error *err);

/* That of the folder `dir`, checked. NULL without err when it has none; NULL with EXIT_CANNOT where it is
 * damaged, or another build's. */
json_t *repeats_request_read(const char *dir, struct error *err);

#endif
