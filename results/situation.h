/* situation.h - the id of a tuning's situation, taken apart */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_SITUATION_H
#define RESULTS_SITUATION_H

#include "results/result.h"

/* One name=value of an id such as "fsync/footprint=l2/dirty=16384". */
struct situation_part {
    int axis; /* enum axis_id; -1: no axis has this name */
    char value[AXIS_TEXT];
};

/* The next part from *rest, which begins as the id (its question is passed over) and moves on. False at the
 * end, and from the first part on that is no name=value of letters, digits, '_', '.' and '-'. Thread-safe. */
bool situation_next(const char **rest, struct situation_part *out);

/* Whether the text is an id: a question of a tuning, then at least one part, each of a known axis, in fewer
 * than KEY_TEXT characters. Thread-safe. */
bool situation_is_id(const char *text);

#endif
