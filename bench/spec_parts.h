/* spec_parts.h - what the files that build a cell's specification share */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_SPEC_PARTS_H
#define BENCH_SPEC_PARTS_H

#include "bench/spec.h"
#include "kernels/paths.h"

/* spec_path.c: out.kernel and out.path to ids and spec.kernel; what the CPU lacks skips the
 * cell. */
int spec_kernel(struct run_cell *cell, const struct spec_env *env, struct path_parts_ids *ids,
                struct error *err);

/* Makes it a skipped cell, with why's text as the reason. */
void spec_skip(struct run_cell *cell, const struct error *why);

/* Index of `given` among names, or -1 with err (EXIT_USAGE) that offers the nearest. */
int spec_pick(const char *what, const char *given, const char *const *names, size_t count, struct error *err);

/* A size from low to high. -1 with err (EXIT_USAGE) that names --`name`. */
int spec_number(const char *name, const char *text, uint64_t low, uint64_t high, uint64_t *out,
                struct error *err);

#endif
