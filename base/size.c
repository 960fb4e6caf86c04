/* size.c - parses and prints sizes in bytes */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/size.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char units[] = "KMGT";

/* The shift of a suffix: 0 for none or B, 10 for K and KiB, ...; -1 unknown, -2 decimal and so ambiguous. */
static int suffix_shift(const char *suffix)
{
    if (!*suffix || !strcmp(suffix, "B"))
        return 0;
    const char *unit = strchr(units, toupper((unsigned char)*suffix));
    if (!unit)
        return -1;
    int shift = 10 * (int)(unit - units + 1);
    if (!suffix[1] || !strcmp(suffix + 1, "iB"))
        return shift;
    return strcasecmp(suffix + 1, "b") ? -1 : -2;
}

int size_parse(const char *text, const char *what, uint64_t *bytes, struct error *err)
{
    if (!isdigit((unsigned char)*text))
        return error_set(err, EXIT_USAGE, "%s: '%s' is not a size; write bytes (4096) or 4K, 4KiB, 1M, 2G",
                         what, text);
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    int shift = suffix_shift(end);
    if (shift == -2)
        return error_set(
            err, EXIT_USAGE,
            "%s: the unit of '%s' is ambiguous (1000 or 1024?); write %llu%c or %llu%ciB for powers of 1024",
            what, text, value, toupper((unsigned char)*end), value, toupper((unsigned char)*end));
    if (shift < 0)
        return error_set(err, EXIT_USAGE,
                         "%s: '%s' has an unknown unit; use none, K, M, G, T or KiB, MiB, GiB, TiB", what,
                         text);
    if (errno == ERANGE || value > (UINT64_MAX >> shift))
        return error_set(err, EXIT_USAGE, "%s: '%s' is too large; sizes are below 16777216T", what, text);
    *bytes = (uint64_t)value << shift;
    return 0;
}

char *size_format(uint64_t bytes, char *out)
{
    int unit = -1;
    while (bytes && bytes % 1024 == 0 && unit < 3) {
        bytes /= 1024;
        unit++;
    }
    if (unit < 0)
        snprintf(out, SIZE_TEXT, "%" PRIu64, bytes);
    else
        snprintf(out, SIZE_TEXT, "%" PRIu64 "%ciB", bytes, units[unit]);
    return out;
}
