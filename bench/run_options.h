/* run_options.h - the command line of `run` */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_RUN_OPTIONS_H
#define BENCH_RUN_OPTIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "bench/drain.h"
#include "bench/sabotage.h"
#include "results/result.h"

struct run_options {
    json_t *plan;   /* owned */
    bool from_file; /* the plan is one that the user wrote */
    char domain[NAME_TEXT];
    bool domain_chosen;
    bool posted; /* --domain posted: hint or flush-device, whichever is here; `domain` is not settled yet */
    const char *path, *out, *only; /* --path, --out, --cell; NULL: not given */
    const char *tuning;            /* --tuning; NULL: not given */
    int tuned_blocks;              /* of the plan that it changed */
    json_t *tuned;                 /* owned: the document of --tuning once it is read (bench/run_tuning.h) */
    const char *resume;            /* --resume: the folder of an interrupted run; NULL: not given */
    unsigned repeats;              /* processes; 1: this one measures */
    uint64_t llc_bytes;            /* --llc; 0: measured */
    uint64_t stream;               /* periods to print instead of measuring; 0: none */
    int node;                      /* --node; -1: not given */
    bool keep, destroy, medium_is_real;
    uint64_t max_written; /* bytes; 0: not given */
    const char *sys_root; /* "/sys"; only a build for proofs can change it */
    uint64_t seed;
    double max_time_s, precision;
    struct drain_model drain; /* latency_ns NAN: not given */
    int cpu;                  /* -1: not given */
    bool dry_run, quiet, anonymous, latency, force, help;
    int hook_skip, hook_delay; /* steps, -1: none; only a build for proofs has the options */
    double hook_ns;
    uint32_t lacks;           /* CPU features that a proof takes away (enum cpu_feature bits) */
    struct sabotage sabotage; /* of a build for proofs */
};

/* Reads argv of the verb. `plan` (taken over) is the plan where that is known already, from a journal; else
 * NULL. With --resume only the folder and what may be said anew of that run are read: o->plan stays NULL. -1
 * with err. Free with run_options_free in any case. */
int run_options_read(int argc, char **argv, json_t *plan, struct run_options *o, struct error *err);
void run_options_free(struct run_options *o);
void run_help(void);

#endif
