/* format.h - numbers as the reports write them, and lines built up piece by piece */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef REPORTS_FORMAT_H
#define REPORTS_FORMAT_H

#include <stddef.h>

/* A short text by value: use as shown_ns(x).text within one expression. A missing number (NAN) is "-". */
struct shown {
    char text[48];
};

struct shown shown_number(double x);        /* 3 significant digits, an integer from 100 on */
struct shown shown_count(double x);         /* the same, but whole numbers without a point */
struct shown shown_ns(double ns);           /* with its unit: ns, us, ms, s */
struct shown shown_ratio(double ratio);     /* 2 decimals; 2 digits below 0.1, none from 100 on */
struct shown shown_bytes(double bytes);     /* 4 KiB, 1.5 MiB, 1500 B */
struct shown shown_size(const char *value); /* an axis value: digits as bytes, all else as it is */

/* A line (or paragraph) that is built up; what does not fit is left out. Starts as {0}. */
struct line {
    size_t used;
    char text[1400];
};
void line_add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
