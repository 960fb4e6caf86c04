/* output.h - bytes to a descriptor, all or an error */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_OUTPUT_H
#define RESULTS_OUTPUT_H

#include <stddef.h>

/* Writes all of it, through short writes and signals. 0 or errno. */
int output_all(int fd, const void *bytes, size_t size);

/* fsync of a directory: makes the names in it durable. 0, or -1 with errno; file systems that cannot sync a
 * directory (EINVAL) count as done. */
int output_sync_directory(int fd);

/* What to do about an errno of writing. */
const char *output_advice(int number);

#endif
