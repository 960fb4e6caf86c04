/* replay.h - an interrupted run's document from its journal */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_REPLAY_H
#define RESULTS_REPLAY_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

/* The document from a journal's text; `file` names it in errors. A last line that is no JSON is dropped, with
 * a warning in the document; any other makes the journal refused. New reference, or NULL with err. */
json_t *journal_replay(const char *text, size_t size, const char *file, struct error *err);

#endif
