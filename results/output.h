/* output.h - bytes to a descriptor, all or an error */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_OUTPUT_H
#define RESULTS_OUTPUT_H

#include <stddef.h>

#include "base/error.h"

/* Writes all of it, through short writes and signals. 0 or errno. */
int output_all(int fd, const void *bytes, size_t size);

/* Puts DIR/name in place whole, or not at all: a temporary name that nobody has, fsync, rename, fsync of DIR;
 * temporary names of it that killed processes left go first, so one process at a time writes into DIR.
 * On error (EXIT_CANNOT) the temporary file is gone and an older file of this name is as it was, but where
 * the error is of the last step: then the new one is in place, and the error says so. */
int output_file(const char *dir, const char *name, const void *bytes, size_t size, struct error *err);

/* fsync, on through signals. 0, or -1 with errno. */
int output_sync(int fd);

/* fsync of a directory: makes the names in it durable. 0, or -1 with errno; file systems that cannot sync a
 * directory (EINVAL) count as done. */
int output_sync_directory(int fd);

/* What to do about an errno of writing. */
const char *output_advice(int number);

#endif
