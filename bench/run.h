/* run.h - the verbs that measure and report */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

/* argv[0] is the verb's own name; the exit code is returned. */
int verb_run(int argc, char **argv);
int verb_report(int argc, char **argv);
int verb_compare(int argc, char **argv);
int verb_tune(int argc, char **argv);

#endif
