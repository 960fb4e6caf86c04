/* file.h - the result file and its journal on disk */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_FILE_H
#define RESULTS_FILE_H

#include <jansson.h>
#include <stdint.h>

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
/* The same of a document; NULL is an error for want of memory. */
int result_write_document(const json_t *document, const char *dir, struct error *err);

/* The journal DIR/journal.jsonl. Line 1 is the head: run, machine, region, domain, warnings as in the result,
 * and `request`, what it takes to go on with the run (any object of the caller's). Then one line each time
 * that a group ends a visit: {"visit": {"group", "measured_s", "cells", "controls", "state"}}; later cells
 * and controls take the place of earlier ones, states add up. A line is there whole or, torn by a crash, not
 * at all: so is a visit. One journal, one thread, and one process: it is locked (flock) while it is open. */
struct journal;

struct journal_visit {
    const char *group; /* the key without the path */
    uint64_t written;  /* bytes to the memory under test so far, all processes of the run */
    double measured_s; /* of measuring so far, all groups */
    const struct result_cell *const *cells; /* of the group as they are now, all of them */
    size_t cell_count;
    const struct result_controls *controls;
    json_t *state; /* the caller's, taken over; NULL is an error (no memory) */
};

/* Makes a new journal whose head is durable; takes over `request`. An existing one is refused: it may be all
 * that is left of a run. NULL with EXIT_CANNOT. */
struct journal *journal_open(const char *dir, const struct result *head, json_t *request, struct error *err);
/* Appends a visit and makes it durable. On error (EXIT_CANNOT) the lines before are as they were, and nothing
 * of this one is left. */
int journal_visit(struct journal *j, const struct journal_visit *visit, struct error *err);

/* What a journal holds, for going on: {"head": {...}, "visits": [{...}, ...], "torn": true|false}, the visits
 * in order; the bytes of its whole lines into *whole. NULL with EXIT_CANNOT. */
json_t *journal_read(const char *dir, uint64_t *whole, struct error *err);
/* Opens the journal of DIR for more visits and cuts off what follows its `whole` bytes. NULL with
 * EXIT_CANNOT, also when another process has it open. */
struct journal *journal_reopen(const char *dir, uint64_t whole, struct error *err);
/* j may be NULL. */
void journal_close(struct journal *j);
/* Removes the journal of DIR: called once the complete result.json is in place. */
void journal_remove(const char *dir);

/* Reads FILE, or DIR/result.json, or (when that is missing, or FILE is a journal) DIR/journal.jsonl, from
 * which an interrupted document is built: no comparisons, and the warning JOURNAL_TORN when its last line is
 * incomplete. Refuses: unreadable, neither a file nor a pipe without a name, larger than 256 MiB or of more
 * values or cells (RESULT_OBJECTS) than any result has, not JSON (with line and column), a member twice in
 * one object, not a pmembench result, a later schema_version, members that are missing, of the wrong type,
 * counts below 0 (with their place, such as cells[3].summary). What it returns has every member that the
 * schema names, of the type named there, but for `latency` and `repeat`; an axis that the file does not know
 * has its default. Unknown members are ignored. Returns a new reference or NULL (EXIT_CANNOT). */
json_t *result_read(const char *file_or_dir, struct error *err);
/* The most that the reader takes of cells, groups, comparisons and the like, since a report looks at each
 * pair. */
enum { RESULT_OBJECTS = 1 << 14 };
/* The same of a text in memory (may be NULL when size is 0) that came from `file`. */
json_t *result_parse(const char *text, size_t size, const char *file, struct error *err);

#endif
