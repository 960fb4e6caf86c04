/* tune_options.h - the command line of `tune` */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNE_OPTIONS_H
#define BENCH_TUNE_OPTIONS_H

#include "bench/run_options.h"

/* What is searched, one bit each. */
enum tune_part {
    TUNE_PART_DURABLE = 1u << 0,
    TUNE_PART_FSYNC = 1u << 1,
    TUNE_PART_TRACKER = 1u << 2,
    TUNE_PART_THREADS = 1u << 3,
    TUNE_PART_LIBPMEM = 1u << 4,
    TUNE_PART_PROOF = 1u << 5,
    TUNE_PARTS_ALL = (1u << 6) - 1
};

enum { TUNE_SECONDS = 120, TUNE_PASSED = 32, TUNE_THREADS = 8 };

struct tune_options {
    const char *check;                /* --check: the folder whose proof is made again; NULL: not given */
    const char *out;                  /* --out; NULL: not given */
    json_t *copies, *paths, *threads; /* lists of texts, each once; NULL: not given; owned */
    unsigned parts;                   /* enum tune_part bits */
    bool primary;                     /* --primary: no other situations */
    bool parts_named;                 /* --only was given: what it names must be possible */
    bool force, help, seed_given;
    double max_time_s;
    /* What goes to `run` (its options of the same names), as a command line with room for more. */
    char *passed[TUNE_PASSED];
    int passed_count;
    char *proofs[TUNE_PASSED]; /* those of proofs alone, for the processes too; ends with NULL */
    int proof_count;
};

/* Reads argv of the verb. -1 with err. Free with tune_options_free in any case. */
int tune_options_read(int argc, char **argv, struct tune_options *o, struct error *err);
void tune_options_free(struct tune_options *o);
void tune_help(void);

#endif
