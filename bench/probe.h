/* probe.h - the verbs that look: probe and list */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_PROBE_H
#define BENCH_PROBE_H

/* A verb: argv[0] is the verb's own name; returns the exit code. */
int verb_probe(int argc, char **argv);
int verb_list(int argc, char **argv);

#endif
