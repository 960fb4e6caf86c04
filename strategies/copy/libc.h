/* libc.h - libc's memcpy, kept from turning non-temporal by itself */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_COPY_LIBC_H
#define STRATEGIES_COPY_LIBC_H

#include <stdint.h>
#include <string.h>

/* glibc's memcpy uses non-temporal stores from x86_non_temporal_threshold on. However it is set, that
 * threshold is never below 0x4040 = 16448 bytes (glibc, sysdeps/x86/dl-cacheinfo.h,
 * minimum_non_temporal_threshold; shown by `ld.so --list-tunables` and in the manual, "Hardware Capability
 * Tunables"). */
enum { LIBC_CHUNK = 16 << 10 };

static inline void libc_copy(void *dst, const void *src, size_t n)
{
    uint8_t *to = dst;
    const uint8_t *from = src;
    while (n) {
        size_t chunk = n < LIBC_CHUNK ? n : LIBC_CHUNK;
        memcpy(to, from, chunk);
        to += chunk;
        from += chunk;
        n -= chunk;
    }
}

#endif
