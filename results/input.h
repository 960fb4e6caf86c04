/* input.h - opens what a user named for reading, if it is something that can be read to its end */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_INPUT_H
#define RESULTS_INPUT_H

#include <stdbool.h>

#include "base/error.h"
#include "results/document.h"

enum { INPUT_MOST = 256 << 20 }; /* bytes: no document of ours is larger */

/* A descriptor, or -1 with EXIT_CANNOT: what is neither a regular file nor a pipe without a name is refused
 * before it is opened. */
int input_open(const char *file, const struct document_kind *kind, struct error *err);

/* Known to be larger than INPUT_MOST before it is read; a pipe is found out on the way. */
bool input_is_large(int fd);

#endif
