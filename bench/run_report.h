/* run_report.h - the report at the end of a run */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_RUN_REPORT_H
#define BENCH_RUN_REPORT_H

#include "base/error.h"
#include "results/result.h"

/* Writes dir/report.md, which must not be there, prints the text report and both names on stdout. -1 with err
 * (EXIT_CANNOT); what could be written is. */
int run_report(const struct result *r, const char *dir, struct error *err);

#endif
