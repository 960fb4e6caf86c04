/* run_rows.h - the options of `run`, as rows and by number */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_RUN_ROWS_H
#define BENCH_RUN_ROWS_H

#include <jansson.h>

#include "bench/options_common.h"
#include "bench/run_options.h"
#include "results/result.h"

#ifndef PMB_PROOF
#define PMB_PROOF 0
#endif

enum {
    OPT_PLAN,
    OPT_KERNEL,
    OPT_PATHS,
    OPT_COPY,
    OPT_TRACK,
    OPT_WRITEBACK,
    OPT_TUNING,
    OPT_FORCE,
    OPT_DOMAIN,
    OPT_DRAIN,
    OPT_PATH,
    OPT_NODE,
    OPT_KEEP,
    OPT_DESTROY,
    OPT_MEDIUM_IS_REAL,
    OPT_MAX_WRITTEN,
    OPT_OUT,
    OPT_RESUME,
    OPT_REPEATS,
    OPT_SEED,
    OPT_MAX_TIME,
    OPT_PRECISION,
    OPT_CELL,
    OPT_LEDGER,
    OPT_LATENCY,
    OPT_DRY_RUN,
    OPT_STREAM,
    OPT_CPU,
    OPT_LLC,
    OPT_QUIET,
    OPT_ANONYMOUS,
    OPT_HELP,
    OPT_PLANT,
    OPT_MUTANT,
    OPT_SYS_ROOT,
    OPT_SABOTAGE,
    OPT_SLOW,
    OPT_PLANT_COPY,
    OPT_LACKS,
    OPT_FIXED
};

/* Rows of a build that is for use end at OPT_SHOWN; one for each axis follows. */
enum { ROWS_MAX = OPT_FIXED + AXES, OPT_SHOWN = PMB_PROOF ? OPT_FIXED : OPT_PLANT };

/* The fixed options that this build has, then one for each axis. Returns how many. */
size_t run_rows(struct option_row rows[ROWS_MAX]);

/* The plan that the options name (values by row): a plan by name or file, or cells by paths and axes; in each
 * of its blocks what else was named takes the place of the plan's own. Into o->plan, o->from_file, o->domain.
 * -1 with err. Pure but for the plan's file. */
int run_plan_read(const char *const *values, struct run_options *o, struct error *err);

/* Whether any option names cells: a kernel, paths, parts or an axis. */
bool run_plan_names_cells(const char *const *values);

#endif
