/* tables.h - what the files of one layout export */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PATH_TABLES_H
#define KERNELS_PATH_TABLES_H

#include "kernels/period.h"

extern const struct ladder_table IN_LAYOUT(ladder_table);
extern const struct whole_table IN_LAYOUT(whole_table), IN_LAYOUT(twin_table), IN_LAYOUT(stamped_table);
extern const struct whole_table IN_LAYOUT(track_table), IN_LAYOUT(track_twin_table);
extern const struct surround IN_LAYOUT(surround_kernel), IN_LAYOUT(surround_syscall);
extern const struct path_parts IN_LAYOUT(path_parts);

#endif
