/* options_common.h - the long options of a verb, from a table */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_OPTIONS_COMMON_H
#define BENCH_OPTIONS_COMMON_H

#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

struct option_row {
    const char *name;  /* without the dashes */
    const char *value; /* what its value is called in the help; NULL: the option takes none */
    const char *help;
};

enum { OPTION_ROWS = 64 };

/* Reads argv[1..] against `count` (at most OPTION_ROWS) rows: `--name value`, `--name=value`, `--name`.
 * values[i] is the text given for row i, "" for a row without value, NULL when it is not given; the last of
 * several counts. -1 with EXIT_USAGE for an unknown option (with the nearest), a missing or superfluous
 * value, or any other argument. Pure. */
int options_read(int argc, char **argv, const struct option_row *rows, size_t count, const char **values,
                 struct error *err);

/* One line an option, for a verb's help. */
void options_help(const struct option_row *rows, size_t count, FILE *out);

/* The end of a verb that writes to stdout: flushes it; shows `err`, if set, as one line on stderr. The exit
 * code: err's, or EXIT_CANNOT when stdout could not be written. */
int verb_end(struct error *err);

#endif
