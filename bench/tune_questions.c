/* tune_questions.c - the questions of a tuning: what is measured for each, and at which sizes first */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tune_questions.h"

#include <string.h>

static const uint64_t durable_sizes[] = {64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536},
                      fsync_sizes[] = {64, 256, 1024, 4096, 16384, 65536},
                      tracker_sizes[] = {64, 512, 4096, 32768};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct tune_question_info questions[TUNE_QUESTIONS] = {
    [TUNE_DURABLE] = {"durable", "copy", "copy", TUNE_PART_DURABLE, durable_sizes, COUNT(durable_sizes)},
    [TUNE_FSYNC] = {"fsync", "write_fsync", "path", TUNE_PART_FSYNC, fsync_sizes, COUNT(fsync_sizes)},
    [TUNE_TRACKER] = {"tracker", "write_fsync", "tracker", TUNE_PART_TRACKER, tracker_sizes,
                      COUNT(tracker_sizes)},
};

const struct tune_question_info *tune_question_info(enum tune_question question)
{
    return &questions[question];
}

enum tune_question tune_question_of(const struct tuning_situation *s)
{
    enum tune_question q = TUNE_DURABLE;
    while (strcmp(questions[q].name, s->question) != 0)
        q++;
    return q;
}

size_t tune_sizes(enum tune_question question, const uint64_t **sizes)
{
    *sizes = questions[question].sizes;
    return questions[question].size_count;
}
