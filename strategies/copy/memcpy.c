/* memcpy.c - libc's cached copy */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/copy.h"
#include "strategies/copy/libc.h"

static void memcpy_copy(void *dst, const void *src, size_t n)
{
    libc_copy(dst, src, n);
}

const struct copy IN_LAYOUT(copy_memcpy) = {
    .name = "memcpy",
    .summary = "libc's cached copy, kept below its non-temporal threshold",
    .features = 0,
    .gpr_only = false,
    .resident = RESIDENT_YES,
    .durable = false,
    .fence = FENCE_NONE,
    .copy = memcpy_copy,
    .finish = NULL,
};
