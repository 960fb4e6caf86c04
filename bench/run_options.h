/* run_options.h - the command line of `run` */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_RUN_OPTIONS_H
#define BENCH_RUN_OPTIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "bench/drain.h"
#include "results/result.h"

struct run_options {
    json_t *plan;   /* owned */
    bool from_file; /* the plan is one that the user wrote */
    char domain[NAME_TEXT];
    bool domain_chosen;
    const char *path, *out, *only; /* --path, --out, --cell; NULL: not given */
    int node;                      /* --node; -1: not given */
    bool keep, destroy, medium_is_real;
    uint64_t max_written; /* bytes; 0: not given */
    const char *sys_root; /* "/sys"; only a build for proofs can change it */
    uint64_t seed;
    double max_time_s, precision;
    struct drain_model drain; /* latency_ns NAN: not given */
    int cpu;                  /* -1: not given */
    bool dry_run, quiet, anonymous, help;
    int hook_skip, hook_delay; /* steps, -1: none; only a build for proofs has the options */
    double hook_ns;
};

/* Reads argv of the verb. -1 with err. Free with run_options_free in any case. */
int run_options_read(int argc, char **argv, struct run_options *o, struct error *err);
void run_options_free(struct run_options *o);
void run_help(void);

#endif
