/* file.h - the result file and its journal on disk */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_FILE_H
#define RESULTS_FILE_H

#include <jansson.h>

#include "base/error.h"
#include "results/result.h"

#define RESULT_FILE  "result.json"
#define JOURNAL_FILE "journal.jsonl"

/* The document (new reference) as in results/result.schema.json. Never NULL but when memory is short. */
json_t *result_to_json(const struct result *r);

/* Writes DIR/result.json: temporary name in DIR, fsync, rename, fsync of DIR. On error (EXIT_CANNOT) the
 * temporary file is gone and an older result.json is as it was, but where the error is of the last step: then
 * the new file is in place and the error says so. */
int result_write(const struct result *r, const char *dir, struct error *err);

/* The journal DIR/journal.jsonl: line 1 the head (run, machine, region, domain, warnings as in the result),
 * then one line a cell when its group ends a visit ({"cell": ...}) and one a group's controls ({"controls":
 * ...}); later lines replace earlier ones of the same id or group. An append has been written out whole when
 * it returns (on error, EXIT_CANNOT, nothing of it is left); journal_sync makes what was appended durable.
 * One journal, one thread. */
struct journal;
/* Makes a new journal whose head is durable. An existing one is refused: it may be all that is left of a run.
 */
struct journal *journal_open(const char *dir, const struct result *head, struct error *err);
int journal_cell(struct journal *j, const struct result_cell *cell, struct error *err);
int journal_controls(struct journal *j, const struct result_controls *controls, struct error *err);
/* Makes what was appended durable: one fsync for a group's lines. */
int journal_sync(struct journal *j, struct error *err);
/* j may be NULL. */
void journal_close(struct journal *j);
/* Removes the journal of DIR: called once the complete result.json is in place. */
void journal_remove(const char *dir);

/* Reads FILE, or DIR/result.json, or (when that is missing, or FILE is a journal) DIR/journal.jsonl, from
 * which an interrupted document is built: no comparisons, and the warning JOURNAL_TORN when its last line is
 * incomplete. Refuses: unreadable, larger than 256 MiB, not JSON (with line and column), not a pmembench
 * result, a later schema_version, members that are missing or of the wrong type (with their place, such as
 * cells[3].summary). What it returns has every member that the schema names, of the type named there, but for
 * `latency` and `repeat`; an axis that the file does not know has its default. Unknown members are ignored.
 * Returns a new reference or NULL (EXIT_CANNOT). */
json_t *result_read(const char *file_or_dir, struct error *err);

#endif
