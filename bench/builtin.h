/* builtin.h - the plans of bench/plans/, carried inside the program */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_BUILTIN_H
#define BENCH_BUILTIN_H

#include <stddef.h>

enum { BUILTIN_PLANS = 5 };

struct builtin_plan {
    const char *name, *summary;
    const char *text; /* JSON, not terminated */
    size_t bytes;
};

/* 0 .. BUILTIN_PLANS-1; the first is the default. */
struct builtin_plan builtin_plan(unsigned i);

#endif
