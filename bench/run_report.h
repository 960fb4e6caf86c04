/* run_report.h - the report at the end of a run */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_RUN_REPORT_H
#define BENCH_RUN_REPORT_H

#include <jansson.h>

#include "base/error.h"

/* Writes dir/report.md (in place of an older one), prints the text report and both names on stdout. -1 with
 * err (EXIT_CANNOT); what could be written is. A document of NULL is an error for want of memory. */
int run_report(const json_t *document, const char *dir, struct error *err);

#endif
