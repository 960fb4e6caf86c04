/* tune_questions.h - the questions of a tuning: what is measured for each, and at which sizes first */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNE_QUESTIONS_H
#define BENCH_TUNE_QUESTIONS_H

#include "bench/tune_parts.h"

/* A sample's unit of the small writes, bytes: enough for the clock, little enough to be brought into a state.
 */
#define TUNE_PERIOD "16384"

/* Parts that copies are measured for: the best of them is what bandwidth is measured of. */
enum { TUNE_COPIES = TUNE_PART_DURABLE | TUNE_PART_THREADS };

struct tune_question_info {
    const char *name, *kernel; /* of situations: results/tuning.h */
    const char *kind;          /* of what is chosen: results/tuning.h's parts */
    unsigned part;             /* enum tune_part */
    const uint64_t *sizes;     /* rising, bytes */
    size_t size_count;
};

const struct tune_question_info *tune_question_info(enum tune_question question);

#endif
