/* tuning_shape.c - the members of a tuning and their types, as the reader needs them */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stddef.h>

#include "results/document.h"
#include "results/shape.h"
#include "results/tuning.h"

static const struct shape search_shape[] = {
    {.name = "max_time_s", .kinds = NUMBER | NOTHING},
    {.name = "searched_s", .kinds = NUMBER | NOTHING},
    {.name = "proved_s", .kinds = NUMBER | NOTHING},
    {.name = "ended_by", .kinds = TEXT},
    {.name = "margin", .kinds = NUMBER},
    {.name = "groups", .kinds = WHOLE},
    {.name = "held", .kinds = WHOLE},
    {.name = "floor_ratio", .kinds = NUMBER | NOTHING},
    {.name = "probed", .kinds = LIST, .items = WHOLE},
    {.name = NULL},
};

static const struct shape part_shape[] = {
    {.name = "kind", .kinds = TEXT},
    {.name = "name", .kinds = TEXT},
    {.name = "used", .kinds = TRUTH},
    {.name = "reason", .kinds = TEXT},
    {.name = NULL},
};

static const struct shape axes_shape[] = {
#define AXIS(symbol, name_, standard, help) {.name = #symbol, .kinds = TEXT, .optional = true},
#include "results/axes.def"
#undef AXIS
    {.name = NULL},
};

static const struct shape cell_shape[] = {
    {.name = "strategy", .kinds = TEXT},
    {.name = "ns", .kinds = NUMBER | NOTHING},
    {.name = "gb_per_s", .kinds = NUMBER | NOTHING},
    {.name = "ratio", .kinds = NUMBER | NOTHING},
    {.name = "ci_low", .kinds = NUMBER | NOTHING},
    {.name = "ci_high", .kinds = NUMBER | NOTHING},
    {.name = NULL},
};

static const struct shape point_shape[] = {
    {.name = "size", .kinds = WHOLE},
    {.name = "rounds", .kinds = WHOLE},
    {.name = "held", .kinds = TRUTH},
    {.name = "floor_ratio", .kinds = NUMBER | NOTHING},
    {.name = "cells", .kinds = LIST, .items = OBJECT, .members = cell_shape},
    {.name = NULL},
};

static const struct shape segment_shape[] = {
    {.name = "strategy", .kinds = TEXT},
    {.name = "from", .kinds = WHOLE},
    {.name = "to", .kinds = WHOLE},
    {.name = "equal", .kinds = LIST, .items = TEXT},
    {.name = NULL},
};

static const char *const questions[] = {"durable", "fsync", "tracker", NULL};
static const char *const states[] = {"searched", "part", "no", NULL};

static const struct shape situation_shape[] = {
    {.name = "id", .kinds = TEXT},
    {.name = "question", .kinds = TEXT, .values = questions},
    {.name = "kernel", .kinds = TEXT},
    {.name = "axes", .kinds = OBJECT, .members = axes_shape},
    {.name = "primary", .kinds = TRUTH},
    {.name = "state", .kinds = TEXT, .values = states},
    {.name = "no_difference", .kinds = TRUTH},
    {.name = "points", .kinds = LIST, .items = OBJECT, .members = point_shape},
    {.name = "segments", .kinds = LIST, .items = OBJECT, .members = segment_shape},
    {.name = NULL},
};

static const struct shape crossover_shape[] = {
    {.name = "id", .kinds = TEXT},
    {.name = "situation", .kinds = TEXT},
    {.name = "below", .kinds = TEXT},
    {.name = "above", .kinds = TEXT},
    {.name = "size", .kinds = NUMBER | NOTHING},
    {.name = "ci_low", .kinds = NUMBER | NOTHING},
    {.name = "ci_high", .kinds = NUMBER | NOTHING},
    {.name = "probes", .kinds = WHOLE},
    {.name = "reason", .kinds = TEXT},
    {.name = NULL},
};

static const struct shape rate_shape[] = {
    {.name = "threads", .kinds = WHOLE},
    {.name = "gb_per_s", .kinds = NUMBER | NOTHING},
    {.name = "ci_low", .kinds = NUMBER | NOTHING},
    {.name = "ci_high", .kinds = NUMBER | NOTHING},
    {.name = NULL},
};

static const struct shape threads_shape[] = {
    {.name = "id", .kinds = TEXT},
    {.name = "strategy", .kinds = TEXT},
    {.name = "size", .kinds = WHOLE},
    {.name = "peak", .kinds = WHOLE},
    {.name = "rates", .kinds = LIST, .items = OBJECT, .members = rate_shape},
    {.name = NULL},
};

static const char *const proposal_kinds[] = {"environment", "constant", NULL};

static const struct shape proposal_shape[] = {
    {.name = "id", .kinds = TEXT},
    {.name = "kind", .kinds = TEXT, .values = proposal_kinds},
    {.name = "name", .kinds = TEXT},
    {.name = "value", .kinds = TEXT},
    {.name = "situation", .kinds = TEXT},
    {.name = "what", .kinds = TEXT},
    {.name = "found_gain", .kinds = NUMBER | NOTHING},
    {.name = "proven", .kinds = TRUTH},
    {.name = "kept", .kinds = TRUTH},
    {.name = "reason", .kinds = TEXT},
    {.name = NULL},
};

static const struct shape class_shape[] = {
    {.name = "where", .kinds = TEXT},
    {.name = "ratio", .kinds = NUMBER | NOTHING},
    {.name = "ci_low", .kinds = NUMBER | NOTHING},
    {.name = "ci_high", .kinds = NUMBER | NOTHING},
    {.name = NULL},
};

static const char *const verdicts[] = {"faster", "slower", "unresolved", "equivalent", NULL};

static const struct shape proof_shape[] = {
    {.name = "id", .kinds = TEXT},
    {.name = "proposal", .kinds = TEXT},
    {.name = "against", .kinds = TEXT},
    {.name = "kept", .kinds = TRUTH},
    {.name = "ratio", .kinds = NUMBER | NOTHING},
    {.name = "ci_low", .kinds = NUMBER | NOTHING},
    {.name = "ci_high", .kinds = NUMBER | NOTHING},
    {.name = "verdict", .kinds = TEXT, .values = verdicts},
    {.name = "pairs", .kinds = WHOLE},
    {.name = "seed", .kinds = WHOLE | NOTHING},
    {.name = "sizes", .kinds = LIST, .items = WHOLE},
    {.name = "best", .kinds = OBJECT, .members = class_shape},
    {.name = "worst", .kinds = OBJECT, .members = class_shape},
    {.name = NULL},
};

static const struct shape whole_shape[] = {
    {.name = "status", .kinds = TEXT, .values = shape_statuses},
    {.name = "run", .kinds = OBJECT, .members = shape_run},
    {.name = "machine", .kinds = OBJECT, .members = shape_machine},
    {.name = "region", .kinds = OBJECT, .members = shape_region},
    {.name = "domain", .kinds = OBJECT, .members = shape_domain},
    {.name = "warnings", .kinds = LIST, .items = OBJECT, .members = shape_warning},
    {.name = "search", .kinds = OBJECT, .members = search_shape},
    {.name = "parts", .kinds = LIST, .items = OBJECT, .members = part_shape},
    {.name = "situations", .kinds = LIST, .items = OBJECT, .members = situation_shape},
    {.name = "crossovers", .kinds = LIST, .items = OBJECT, .members = crossover_shape},
    {.name = "threads", .kinds = LIST, .items = OBJECT, .members = threads_shape},
    {.name = "proposals", .kinds = LIST, .items = OBJECT, .members = proposal_shape},
    {.name = "proof", .kinds = LIST, .items = OBJECT, .members = proof_shape},
    {.name = NULL},
};

const struct document_kind *document_tuning(void)
{
    static const struct document_kind kind = {TUNING_SCHEMA, TUNING_VERSION, "tuning",
                                              TUNING_FILE,   "tune",         whole_shape};
    return &kind;
}
