/* nearest.c - edit distance over short names */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/nearest.h"

#include <string.h>

enum { LONGEST = 64 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
    size_t rows[3][LONGEST];
    for (size_t i = 0; i <= na; i++) {
        size_t *now = rows[i % 3], *above = rows[(i + 2) % 3], *swap = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            if (!i) {
                now[j] = j;
                continue;
            }
            now[j] = least(least(above[j], now[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], swap[j - 2] + 1);
        }
    }
    return rows[na % 3][nb];
}

const char *nearest_name(const char *given, const char *const *names, size_t count)
{
    const char *best = NULL, *begins = NULL;
    size_t fewest = LONGEST, length = strlen(given);
    for (size_t i = 0; i < count && length < LONGEST; i++) {
        size_t other = names[i] ? strlen(names[i]) : LONGEST;
        if (other >= LONGEST)
            continue;
        size_t d = distance(given, length, names[i], other), longer = length > other ? length : other;
        if (d < fewest && d <= (longer < 6 ? 1 : longer / 3)) {
            fewest = d;
            best = names[i];
        }
        if (!begins && length >= 3 && !strncmp(given, names[i], length))
            begins = names[i];
    }
    return best ? best : begins;
}
