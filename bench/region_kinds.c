/* region_kinds.c - what anonymous memory, a file and a DAX device can be used for */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/region_kinds.h"

#include <sys/stat.h>

#include "bench/region_parts.h"
#include "kernels/protection.h"

static void look_at_device(struct region_kinds *k, const struct stat *st, const char *sys_root)
{
    struct region_bus bus;
    k->no_sys = "needs a file: --path is a DAX device, which has no write() and no file system";
    if (region_bus_of_dax(sys_root, st->st_rdev, &bus) && bus.align_bytes > PAGE_BYTES)
        k->protect_bytes = bus.align_bytes;
}

void region_kinds_look(struct region_kinds *k, const char *path, const char *sys_root)
{
    struct stat st;
    *k = (struct region_kinds){.protect_bytes = PAGE_BYTES};
    if (protection_available(PROTECT_PAGEMAP, &k->pagemap))
        k->no_pagemap = k->pagemap.text;
    if (!path)
        k->no_sys = "needs --path FILE: the system's own calls are measured on a file";
    else if (!lstat(path, &st) && S_ISCHR(st.st_mode))
        look_at_device(k, &st, sys_root);
}
