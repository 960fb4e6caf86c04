/* warnings.h - every warning about the machine and the run: its code, its bound, its hint */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_WARNINGS_H
#define BENCH_WARNINGS_H

#include <stdarg.h>

#include "results/result.h"

/* In the order of the table; those of the machine before a run come first. */
enum warning_id {
    WARN_HYPERVISOR,
    WARN_LLC_UNKNOWN,
    WARN_LLC_SHARED,
    WARN_GOVERNOR,
    WARN_TURBO_ON,
    WARN_SMT_ON,
    WARN_LOAD_HIGH,
    WARN_NO_HUGE_PAGES,
    WARN_NUMA_NODES,
    WARN_CLWB_ABSENT,
    WARN_TSC_UNSTABLE,
    WARN_MEMORY_LOST,
    WARN_MAX_WRITTEN,
    WARN_STEAL,
    WARN_CPU_STEAL,
    WARN_SIBLING_BUSY,
    WARN_OTHERS_BUSY,
    WARN_LOAD_END,
    WARN_SWITCHES,
    WARN_FREQUENCY_DRIFT,
    WARN_CLOCK_TREND,
    WARN_THROTTLED,
    WARN_GOVERNOR_CHANGED,
    WARN_TURBO_CHANGED,
    WARN_HUGE_PAGES_PART,
    WARN_REMOTE_MEMORY,
    WARN_FEW_LAYOUTS,
    WARN_DOMAIN_UNKNOWN,
    WARN_DOMAIN_CONTRADICTS,
    WARN_DOMAIN_CHOSEN,
    WARN_DRAIN_REAL,
    WARN_THREADS_SIBLINGS,
    WARN_THREADS_NODES,
    WARN_TSC_SKEW,
    WARN_THREADS_MOVED,
    WARN_SHORT_SAMPLES,
    WARN_BISTABLE,
    WARN_PAGE_FAULTS,
    WARN_KERNEL_FAULTS,
    WARN_PROTECT_MPROTECT,
    WARN_PAGE_CACHE,
    WARN_LIBPMEM_SET,
    WARNINGS
};

struct warning_rule {
    const char *code;
    double bound; /* what is beyond it is warned of, in the unit of `of`; NAN: a fact, no number */
    const char *of;
    const char *hint;
};

/* The row of the table. Pure. */
const struct warning_rule *warning_rule(enum warning_id id);

/* Whether `value` is beyond the bound; a value that is not known (NAN) never is. Pure. */
bool warning_beyond(enum warning_id id, double value);

/* Code and hint of the row, and the message. */
void warning_fill(struct result_warning *w, enum warning_id id, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

#endif
