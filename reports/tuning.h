/* tuning.h - a tuning as text and Markdown, and what is handed over of it */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef REPORTS_TUNING_H
#define REPORTS_TUNING_H

#include <jansson.h>
#include <stdio.h>

#include "base/error.h"
#include "reports/report.h"

/* All of a document as tuning_read returns it (results/tuning.h), whatever wrote it; -1 with EXIT_CANNOT for
 * a stream that fails or want of memory. Thread-safe. */

/* At most 60 lines: controls, machine, medium, domain; the answer in words (what to use, kept and withdrawn);
 * the flips of the primary situations beside libpmem's (256 B) and dm-writecache's (768 B) constants; the
 * surface of the primary durable situation; the proof; what was not found and why. options->all: every
 * situation. Colour, options->source: as report_text. */
int report_tuning_text(const json_t *tuning, const struct report_options *options, FILE *out,
                       struct error *err);
int report_tuning_markdown(const json_t *tuning, const struct report_options *options, FILE *out,
                           struct error *err);
/* The lines of the proof alone, with their verdicts: what `tune --check` prints. */
int report_tuning_proof(const json_t *tuning, const struct report_options *options, FILE *out,
                        struct error *err);

/* The situation with this id (results/tuning.h) in words, into `out` (of `bytes`): "where an fsync follows 16
 * KiB of writes, each place is written 8 times". Its fsync is always named, what else is usual is not; a text
 * that is no id gives "". Thread-safe. */
void report_tuning_where(const char *situation, char *out, size_t bytes);

/* libpmem.env: for `env $(grep -v '^#' FILE)` and for a shell's `set -a; . FILE`: a comment that says where
 * it comes from; then of each kept variable a comment with its measured gain, interval and sizes, and the
 * line NAME=VALUE. Where nothing was kept: comments alone that say so. */
int report_tuning_env(const json_t *tuning, FILE *out, struct error *err);

/* pmembench_tuning.h: a C header (C99, C++ too) with an include guard: constants of what was found and kept,
 * each with a comment of provenance (situation, interval, proof); PMEMBENCH_TUNING_CPU and the like as
 * strings. What was not found has no constant but a comment. Names: PMEMBENCH_<WHAT>_BYTES. */
int report_tuning_header(const json_t *tuning, FILE *out, struct error *err);

#endif
