/* domain_look.h - finds out what a path's memory lies on, without opening or making anything there */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_DOMAIN_LOOK_H
#define BENCH_DOMAIN_LOOK_H

#include "bench/domain_detect.h"

/* Of an open file or device (O_PATH is enough): whether it is DAX, and the devices below it. Of a folder:
 * what a new file in it would be (mount option dax=, or the folder's FS_XFLAG_DAX). MAP_SYNC and granularity
 * stay unknown. Thread-safe. */
void domain_look_at(int fd, const char *sys_root, struct domain_facts *out);

/* The same by name; where there is no such name yet, its folder counts. Opens with O_PATH only, so that
 * neither a device nor a FIFO notices. -1 with errno. */
int domain_look(const char *path, const char *sys_root, struct domain_facts *out);

#endif
