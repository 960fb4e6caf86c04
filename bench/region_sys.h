/* region_sys.h - the descriptors that the system's own calls are measured on */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REGION_SYS_H
#define BENCH_REGION_SYS_H

#include "bench/region.h"
#include "kernels/sys.h"

/* The file of the region, opened once more with O_DSYNC; with `scratch` a second file beside it, empty and
 * without a name (where there is no O_TMPFILE one that loses it at once), also twice. What cannot be had is
 * -1: cells that need it say so. The region must be a file, and stay open. */
void region_sys_open(struct sys_file *f, const struct region *r, bool scratch);

/* Closes what was opened; before the region is closed. */
void region_sys_close(struct sys_file *f);

#endif
