/* table.c - the path functions of one code layout, gathered */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/tables.h"

const struct path_parts IN_LAYOUT(path_parts) = {
    .of = {[KERNEL_WRITE_FSYNC] = {.ladder = &IN_LAYOUT(ladder_table),
                                   .whole = &IN_LAYOUT(whole_table),
                                   .twin = &IN_LAYOUT(twin_table),
                                   .stamped = &IN_LAYOUT(stamped_table),
                                   .tagged = &IN_LAYOUT(tagged_table)},
           [KERNEL_MMAP_FSYNC] = {.ladder = &IN_LAYOUT(mmap_ladder),
                                  .whole = &IN_LAYOUT(mmap_table),
                                  .twin = &IN_LAYOUT(mmap_twin),
                                  .stamped = &IN_LAYOUT(mmap_stamped),
                                  .tagged = &IN_LAYOUT(mmap_tagged)},
           [KERNEL_SYS_WRITE_FSYNC] = {.ladder = &IN_LAYOUT(sys_write_ladder),
                                       .whole = &IN_LAYOUT(sys_write_table),
                                       .twin = &IN_LAYOUT(sys_write_twin),
                                       .stamped = &IN_LAYOUT(sys_write_stamped),
                                       .tagged = &IN_LAYOUT(sys_write_tagged)},
           [KERNEL_SYS_MMAP_FSYNC] = {.ladder = &IN_LAYOUT(sys_mmap_ladder),
                                      .whole = &IN_LAYOUT(sys_mmap_table),
                                      .twin = &IN_LAYOUT(sys_mmap_twin),
                                      .stamped = &IN_LAYOUT(sys_mmap_stamped),
                                      .tagged = &IN_LAYOUT(sys_mmap_tagged)},
           [KERNEL_TRACK] = {.whole = &IN_LAYOUT(track_table), .twin = &IN_LAYOUT(track_twin_table)},
           [KERNEL_COPY] = {.whole = &IN_LAYOUT(copy_only_table), .twin = &IN_LAYOUT(copy_only_twin)}},
    .surround_kernel = &IN_LAYOUT(surround_kernel),
    .surround_syscall = &IN_LAYOUT(surround_syscall)};
