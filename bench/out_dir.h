/* out_dir.h - the folder of a run's files */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_OUT_DIR_H
#define BENCH_OUT_DIR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Makes `asked`, or runs/DATE-PLAN when it is NULL, with the folders above it; a folder that is there must be
 * empty. Its name goes to out; *made tells whether it is new. -1 with err (EXIT_CANNOT). */
int out_dir_make(const char *asked, const char *plan, char *out, size_t bytes, bool *made, struct error *err);

#endif
