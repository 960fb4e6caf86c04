/* region_refuse.h - one line on why a --path cannot be used, and what to do */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REGION_REFUSE_H
#define BENCH_REGION_REFUSE_H

#include <stdint.h>

#include "base/error.h"

/* All record EXIT_CANNOT and return -1. Thread-safe as far as err is not shared. */

/* "--path F: WHAT" */
int refuse(const char *path, const char *what, struct error *err);

/* "--path F: WHAT: the text of errno `number`; what to do about it" */
int refuse_number(const char *path, const char *what, int number, struct error *err);

/* It names a folder: offers a name in it. */
int refuse_folder(const char *path, struct error *err);

/* `bytes` could not be allocated in the file `fd` (errno `number`): with what is free there. */
int refuse_room(const char *path, int fd, uint64_t bytes, int number, struct error *err);

#endif
