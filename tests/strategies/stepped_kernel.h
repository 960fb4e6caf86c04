/* stepped_kernel.h - how many of which instructions the kernel's copies execute, by the kernel's rules */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_STRATEGIES_STEPPED_KERNEL_H
#define TESTS_STRATEGIES_STEPPED_KERNEL_H

#include <stddef.h>

/* The kernel's cache-bypassing copies; the files are those of Linux 6.1 and 6.4. */
enum kernel_copy {
    KERNEL_USER,       /* __copy_user_flushcache since 6.4: lib/copy_user_uncached_64.S, then the fix-up */
    KERNEL_USER_6_1,   /* before: lib/copy_user_64.S, the same fix-up */
    KERNEL_FLUSHCACHE, /* __memcpy_flushcache: lib/usercopy_64.c */
    KERNEL_COPIES
};

struct kernel_counts {
    size_t movnti8, movnti4, clwb, sfence;
};

/* One size at one offset from a line. Worked out step by step along the kernel's sources. */
struct kernel_row {
    size_t offset, n;
    struct kernel_counts by[KERNEL_COPIES];
};

static const struct kernel_row kernel_rows[] = {
    {0, 1, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {0, 2, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {0, 3, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {0, 4, {{0, 1, 0, 1}, {0, 1, 0, 1}, {0, 1, 0, 0}}},
    {0, 5, {{0, 1, 1, 1}, {0, 1, 1, 1}, {0, 1, 1, 0}}},
    {0, 6, {{0, 1, 1, 1}, {0, 1, 1, 1}, {0, 1, 1, 0}}},
    {0, 7, {{0, 1, 1, 1}, {0, 1, 1, 1}, {0, 1, 1, 0}}},
    {0, 8, {{1, 0, 0, 1}, {1, 0, 0, 1}, {1, 0, 0, 0}}},
    {0, 9, {{1, 0, 1, 1}, {1, 0, 1, 1}, {1, 0, 1, 0}}},
    {0, 11, {{1, 0, 1, 1}, {1, 0, 1, 1}, {1, 0, 1, 0}}},
    {0, 12, {{1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 0, 0}}},
    {0, 15, {{1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 0}}},
    {0, 16, {{2, 0, 0, 1}, {2, 0, 0, 1}, {2, 0, 0, 0}}},
    {1, 1, {{0, 0, 1, 0}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {1, 2, {{0, 0, 1, 0}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {1, 3, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {1, 6, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {1, 7, {{0, 1, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {1, 8, {{0, 1, 1, 1}, {0, 0, 1, 1}, {0, 0, 2, 0}}},
    {1, 16, {{1, 1, 1, 1}, {1, 0, 1, 1}, {1, 0, 2, 0}}},
    {2, 1, {{0, 0, 1, 0}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {2, 2, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {2, 4, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {2, 10, {{0, 2, 1, 1}, {0, 1, 1, 1}, {0, 1, 1, 0}}},
    {3, 1, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {3, 4, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {3, 5, {{0, 1, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {3, 9, {{0, 2, 1, 1}, {0, 1, 1, 1}, {0, 1, 1, 0}}},
    {3, 13, {{1, 1, 1, 1}, {1, 0, 1, 1}, {1, 0, 1, 0}}},
    {4, 1, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {4, 3, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {4, 4, {{0, 1, 0, 1}, {0, 1, 0, 1}, {0, 0, 1, 0}}},
    {4, 5, {{0, 1, 1, 1}, {0, 1, 1, 1}, {0, 0, 2, 0}}},
    {4, 8, {{0, 2, 1, 1}, {0, 1, 1, 1}, {0, 1, 1, 0}}},
    {4, 12, {{1, 1, 1, 1}, {1, 0, 1, 1}, {1, 0, 1, 0}}},
    {4, 14, {{1, 1, 1, 1}, {1, 0, 1, 1}, {1, 0, 2, 0}}},
    {5, 3, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {5, 8, {{0, 1, 1, 1}, {0, 1, 1, 1}, {0, 1, 2, 0}}},
    {6, 2, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {6, 10, {{1, 0, 1, 1}, {1, 0, 1, 1}, {1, 0, 1, 0}}},
    {7, 1, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {7, 2, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 2, 0}}},
    {7, 5, {{0, 1, 1, 1}, {0, 0, 1, 1}, {0, 1, 1, 0}}},
    {7, 9, {{1, 0, 1, 1}, {1, 0, 1, 1}, {1, 0, 1, 0}}},
    {7, 16, {{1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 2, 0}}},
    {63, 1, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 0}}},
    {63, 2, {{0, 0, 2, 1}, {0, 0, 2, 1}, {0, 0, 2, 0}}},
    {63, 5, {{0, 1, 2, 1}, {0, 0, 2, 1}, {0, 1, 1, 0}}},
    {63, 8, {{0, 1, 2, 1}, {0, 1, 2, 1}, {0, 1, 2, 0}}},
    {63, 9, {{1, 0, 1, 1}, {1, 0, 1, 1}, {1, 0, 1, 0}}},
    {63, 10, {{1, 0, 2, 1}, {1, 0, 2, 1}, {1, 0, 2, 0}}},
    {0, 63, {{7, 1, 1, 1}, {7, 1, 1, 1}, {7, 1, 1, 0}}},
    {0, 64, {{8, 0, 0, 1}, {8, 0, 0, 1}, {8, 0, 0, 0}}},
    {0, 65, {{8, 0, 1, 1}, {8, 0, 1, 1}, {8, 0, 1, 0}}},
    {1, 63, {{7, 1, 1, 1}, {7, 0, 1, 1}, {7, 0, 1, 0}}},
    {4, 64, {{7, 2, 2, 1}, {7, 1, 2, 1}, {7, 1, 1, 0}}},
    {7, 65, {{8, 0, 1, 1}, {8, 0, 1, 1}, {8, 0, 1, 0}}},
    {63, 63, {{7, 1, 2, 1}, {7, 1, 2, 1}, {7, 1, 2, 0}}},
    {63, 64, {{7, 1, 2, 1}, {7, 1, 2, 1}, {7, 1, 2, 0}}},
    {63, 65, {{8, 0, 1, 1}, {8, 0, 1, 1}, {8, 0, 1, 0}}},
    {0, 511, {{63, 1, 1, 1}, {63, 1, 1, 1}, {63, 1, 1, 0}}},
    {0, 512, {{64, 0, 0, 1}, {64, 0, 0, 1}, {64, 0, 0, 0}}},
    {0, 513, {{64, 0, 1, 1}, {64, 0, 1, 1}, {64, 0, 1, 0}}},
    {3, 512, {{63, 1, 2, 1}, {63, 0, 2, 1}, {63, 0, 2, 0}}},
    {4, 512, {{63, 2, 2, 1}, {63, 1, 2, 1}, {63, 1, 1, 0}}},
    {63, 513, {{64, 0, 1, 1}, {64, 0, 1, 1}, {64, 0, 1, 0}}},
    {0, 4095, {{511, 1, 1, 1}, {511, 1, 1, 1}, {511, 1, 1, 0}}},
    {0, 4096, {{512, 0, 0, 1}, {512, 0, 0, 1}, {512, 0, 0, 0}}},
    {0, 4097, {{512, 0, 1, 1}, {512, 0, 1, 1}, {512, 0, 1, 0}}},
    {1, 4096, {{511, 1, 2, 1}, {511, 0, 2, 1}, {511, 0, 2, 0}}},
    {4, 4096, {{511, 2, 2, 1}, {511, 1, 2, 1}, {511, 1, 1, 0}}},
    {5, 4097, {{511, 1, 2, 1}, {511, 1, 2, 1}, {511, 1, 2, 0}}},
    {63, 4095, {{511, 1, 2, 1}, {511, 1, 2, 1}, {511, 1, 2, 0}}},
    {63, 4097, {{512, 0, 1, 1}, {512, 0, 1, 1}, {512, 0, 1, 0}}},
};

enum { KERNEL_ROWS = sizeof(kernel_rows) / sizeof(kernel_rows[0]) };

/* The same for any offset below a line and n > 0, in closed form, from the ends of the range alone. */

static inline size_t kernel_lines(size_t offset, size_t n)
{
    return (offset + n - 1) / 64 - offset / 64 + 1;
}

/* The write-backs after a user copy: below 8 bytes all lines, unless it is one aligned word of 4; else the
 * first line where the start is not aligned to 8, and the last where the end is not and it is another. */
static inline size_t kernel_fix_up(size_t offset, size_t n)
{
    size_t end = offset + n;
    if (n < 8)
        return offset % 4 == 0 && n == 4 ? 0 : kernel_lines(offset, n);
    if (offset % 8 == 0)
        return n % 8 != 0;
    return 1 + (end > 64 && end % 8 != 0);
}

/* Since 6.4 all whole aligned words of 4 bytes go past the cache: by 8 but for one at either end. The fence
 * is left out where head steps end the copy before they reach a word: at most 2 bytes from 1, 1 from 2. */
static inline struct kernel_counts kernel_user(size_t offset, size_t n)
{
    size_t first = (offset + 3) / 4, end = (offset + n) / 4; /* in words of 4 */
    struct kernel_counts k = {.clwb = kernel_fix_up(offset, n), .sfence = 1};
    if (first < end) {
        k.movnti4 = first % 2 + end % 2;
        k.movnti8 = (end - first - k.movnti4) / 2;
    }
    if ((offset % 4 == 1 && n <= 2) || (offset % 4 == 2 && n == 1))
        k.sfence = 0;
    return k;
}

/* Up to 6.3 the head goes by bytes up to 8, below 8 bytes there is none; a word of 4 only in the tail. */
static inline struct kernel_counts kernel_user_6_1(size_t offset, size_t n)
{
    struct kernel_counts k = {.clwb = kernel_fix_up(offset, n), .sfence = 1};
    if (n < 8) {
        k.movnti4 = n >= 4 && offset % 4 == 0;
        return k;
    }
    k.movnti8 = (offset + n) / 8 - (offset + 7) / 8;
    k.movnti4 = (offset + n) % 8 >= 4;
    return k;
}

/* Head up to 8 and tail below 4 by memcpy, each with the write-back of its line; a word of 4 only in the
 * tail; no fence. */
static inline struct kernel_counts kernel_flushcache(size_t offset, size_t n)
{
    size_t start = (offset + 7) / 8 * 8, end = offset + n;
    struct kernel_counts k = {.clwb = offset % 8 != 0};
    if (end <= start)
        return k;
    k.movnti8 = (end - start) / 8;
    k.movnti4 = end % 8 >= 4;
    k.clwb += end % 4 != 0;
    return k;
}

static inline struct kernel_counts kernel_counts_of(enum kernel_copy which, size_t offset, size_t n)
{
    return which == KERNEL_USER       ? kernel_user(offset, n)
           : which == KERNEL_USER_6_1 ? kernel_user_6_1(offset, n)
                                      : kernel_flushcache(offset, n);
}

#endif
