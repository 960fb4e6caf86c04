/* place.h - what a test of files starts from: a sample result and a directory of its own */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_RESULTS_PLACE_H
#define TESTS_RESULTS_PLACE_H

#include "tests/results/sample.h"
#include "tests/results/scratch.h"

struct scratch {
    char dir[SCRATCH_PATH / 2], file[SCRATCH_PATH];
    struct result result;
};

/* `name`: what scratch.file is. */
static inline int place_open(void **state, const char *name)
{
    struct scratch *s = sample_alloc(1, sizeof(*s));
    scratch_open(s->dir);
    scratch_path(s->dir, name, s->file);
    sample_result(&s->result);
    *state = s;
    return 0;
}

static inline int tear_down(void **state)
{
    struct scratch *s = *state;
    result_free(&s->result);
    scratch_close(s->dir);
    free(s);
    return 0;
}

#endif
