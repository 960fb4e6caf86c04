/* fidelity_visit.h - visits of one stream by our path and by Linux, each told of in a line of the manifest */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_LAB_FIDELITY_VISIT_H
#define TESTS_LAB_FIDELITY_VISIT_H

#include <stdio.h>

#include "strategies/domain.h"
#include "tests/lab/fidelity_file.h"

struct fidelity_run {
    struct fidelity_file *file[PAGES_PMD + 1];
    enum domain_id domain;
    unsigned repeats; /* periods a visit */
    int mutant;       /* the step that our path leaves out (kernels_proof only); -1: none */
    FILE *manifest;
    FILE *marks; /* plain runs: the kernel's trace_marker; NULL: calls are made between tags */
};

/* One stream, ours and Linux'. Tagged, a line for each visit:
 *     visit NAME KIND WHO DROPPED PERIODS WRITES
 * by tabs; the visit executes DROPPED + PERIODS periods of WRITES tagged writes and one tagged fsync each.
 * The one-write stream of 64 bytes at 0 is also run as WHO = ours-surround, with the model of the rest of a
 * write(). Plain, a mark before and after Linux' periods in the trace, and what our path counts of itself:
 *     counts NAME KIND PERIODS WRITES bytes nt_bytes lines scanned drains faults
 * -1 with err. */
int fidelity_stream_run(const struct fidelity_run *run, const struct fidelity_stream *s, struct error *err);

#endif
