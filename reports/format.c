/* format.c - numbers as the reports write them, and lines built up piece by piece */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "reports/format.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int digits_after_point(double magnitude)
{
    if (magnitude >= 99.95 || magnitude == 0)
        return 0;
    if (magnitude >= 9.995)
        return 1;
    return magnitude >= 0.0995 ? 2 : 3;
}

struct shown shown_number(double x)
{
    struct shown s = {"-"};
    if (!isfinite(x))
        return s;
    if (fabs(x) >= 1e12)
        snprintf(s.text, sizeof s.text, "%.3g", x);
    else
        snprintf(s.text, sizeof s.text, "%.*f", digits_after_point(fabs(x)), x);
    return s;
}

struct shown shown_count(double x)
{
    struct shown s;
    if (!isfinite(x) || x != floor(x) || fabs(x) >= 1e12)
        return shown_number(x);
    snprintf(s.text, sizeof s.text, "%.0f", x);
    return s;
}

struct shown shown_ns(double ns)
{
    static const struct {
        double from, divisor;
        const char *unit;
    } units[] = {{1e9, 1e9, "s"}, {1e7, 1e6, "ms"}, {1e4, 1e3, "us"}, {0, 1, "ns"}};
    struct shown s = {"-"};
    if (!isfinite(ns))
        return s;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (fabs(ns) < units[i].from)
            continue;
        snprintf(s.text, sizeof s.text, "%.40s %s", shown_number(ns / units[i].divisor).text, units[i].unit);
        break;
    }
    return s;
}

struct shown shown_ratio(double ratio)
{
    struct shown s = {"-"};
    if (!isfinite(ratio))
        return s;
    if (fabs(ratio) >= 1e6 || (ratio > 0 && ratio < 0.095))
        snprintf(s.text, sizeof s.text, "%.2g", ratio);
    else if (fabs(ratio) >= 99.5)
        snprintf(s.text, sizeof s.text, "%.0f", ratio);
    else
        snprintf(s.text, sizeof s.text, "%.2f", ratio);
    return s;
}

struct shown shown_bytes(double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    struct shown s = {"-"};
    if (!isfinite(bytes) || bytes < 0)
        return s;
    size_t u = 0;
    while (bytes >= 1024 && u + 1 < sizeof units / sizeof *units) {
        /* 1500 stays 1500 B: a size that is no multiple of 512 is told exactly */
        if (u == 0 && fmod(bytes, 512) != 0 && bytes < 1e6)
            break;
        bytes /= 1024;
        u++;
    }
    snprintf(s.text, sizeof s.text, "%.*f %s", bytes == floor(bytes) ? 0 : 1, bytes, units[u]);
    return s;
}

struct shown shown_size(const char *value)
{
    struct shown s = {""};
    size_t digits = strspn(value, "0123456789");
    if (digits && !value[digits] && digits < 19)
        return shown_bytes((double)strtoull(value, NULL, 10));
    snprintf(s.text, sizeof s.text, "%s", value);
    return s;
}

void line_add(struct line *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line->text + line->used, sizeof line->text - line->used, format, args);
    va_end(args);
    if (n < 0)
        return;
    line->used += (size_t)n;
    if (line->used >= sizeof line->text)
        line->used = sizeof line->text - 1;
}
