/* pmem2.h - libpmem2's memcpy, as it works on persistent memory behind volatile caches */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_PMEM2_H
#define STRATEGIES_PMEM2_H

#include <stddef.h>

#include "base/error.h"

/* Asks libpmem2 for the memcpy function of a mapping of granularity CACHE_LINE. To be called before the
 * copies; may be called again, by any thread. 0, or -1 with err (EXIT_CANNOT). What it finds is libpmem2's
 * choice for this CPU and for the PMEM_* variables of the environment (libpmem2(7)). */
int libpmem2_prepare(struct error *err);

/* Copy n bytes and leave the fence to the caller (PMEM2_F_MEM_NODRAIN): by the library's own choice, with
 * PMEM2_F_MEM_NONTEMPORAL and with PMEM2_F_MEM_TEMPORAL. Thread-safe on disjoint ranges. */
void libpmem2_copy(void *dst, const void *src, size_t n);
void libpmem2_copy_nt(void *dst, const void *src, size_t n);
void libpmem2_copy_t(void *dst, const void *src, size_t n);

#endif
