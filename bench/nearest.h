/* nearest.h - the known name that a mistyped one probably meant */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_NEAREST_H
#define BENCH_NEAREST_H

#include <stddef.h>

/* The one of `count` names that is nearest to `given`: fewest insertions, deletions, replacements and swaps
 * of neighbours (Damerau-Levenshtein, optimal string alignment), at most a third of the longer length and at
 * least one; else the first that begins with `given` (3 characters or more). NULL when nothing is near. NULL
 * entries and names of 64 characters or more are skipped. The earlier name wins a tie. Thread-safe. */
const char *nearest_name(const char *given, const char *const *names, size_t count);

#endif
