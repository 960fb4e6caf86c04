/* tables.h - what the files of one layout export */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PATH_TABLES_H
#define KERNELS_PATH_TABLES_H

#include "kernels/period.h"

extern const struct ladder_table IN_LAYOUT(ladder_table);
extern const struct whole_table IN_LAYOUT(whole_table), IN_LAYOUT(twin_table), IN_LAYOUT(stamped_table);
extern const struct whole_table IN_LAYOUT(tagged_table);
extern const struct whole_table IN_LAYOUT(track_table), IN_LAYOUT(track_twin_table);
extern const struct whole_table IN_LAYOUT(copy_only_table), IN_LAYOUT(copy_only_twin);
extern const struct ladder_table IN_LAYOUT(sys_write_ladder), IN_LAYOUT(sys_mmap_ladder);
extern const struct whole_table IN_LAYOUT(sys_write_table), IN_LAYOUT(sys_mmap_table);
extern const struct whole_table IN_LAYOUT(sys_write_twin), IN_LAYOUT(sys_mmap_twin);
extern const struct whole_table IN_LAYOUT(sys_write_stamped), IN_LAYOUT(sys_mmap_stamped);
extern const struct whole_table IN_LAYOUT(sys_write_tagged), IN_LAYOUT(sys_mmap_tagged);
extern const struct ladder_table IN_LAYOUT(mmap_ladder);
extern const struct whole_table IN_LAYOUT(mmap_table), IN_LAYOUT(mmap_twin);
extern const struct whole_table IN_LAYOUT(mmap_stamped), IN_LAYOUT(mmap_tagged);
extern const struct surround IN_LAYOUT(surround_kernel), IN_LAYOUT(surround_syscall);
extern const struct path_parts IN_LAYOUT(path_parts);

#endif
