/* shape.c - the members of a result and their types, as the reader needs them */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/shape.h"

#include <stddef.h>

#include "results/document.h"
#include "results/file.h"
#include "results/json.h"

const struct shape shape_run[] = {
    {.name = "id", .kinds = TEXT},
    {.name = "started", .kinds = TEXT},
    {.name = "finished", .kinds = TEXT},
    {.name = "argv", .kinds = LIST, .items = TEXT},
    {.name = "seed", .kinds = WHOLE | NOTHING},
    {.name = "plan", .kinds = TEXT},
    {.name = "version", .kinds = TEXT},
    {.name = "git", .kinds = TEXT},
    {.name = "compiler", .kinds = TEXT},
    {.name = "flags", .kinds = TEXT},
    {.name = "measuring_s", .kinds = NUMBER | NOTHING},
    {.name = "thread_cpus", .kinds = LIST, .items = WHOLE, .optional = true},
    {.name = "repeats", .kinds = WHOLE, .optional = true},
    {.name = "surround_source", .kinds = TEXT, .optional = true},
    {.name = "tuning", .kinds = TEXT, .optional = true},
    {.name = NULL},
};

static const struct shape cpu_shape[] = {
    {.name = "vendor", .kinds = TEXT},
    {.name = "model", .kinds = TEXT},
    {.name = "microcode", .kinds = TEXT},
    {.name = "clwb", .kinds = TEXT},
    {.name = "family", .kinds = WHOLE | NOTHING},
    {.name = "model_number", .kinds = WHOLE | NOTHING},
    {.name = "stepping", .kinds = WHOLE | NOTHING},
    {.name = "features", .kinds = LIST, .items = TEXT},
    {.name = "tsc_ghz", .kinds = NUMBER | NOTHING},
    {.name = NULL},
};

static const struct shape cache_shape[] = {
    {.name = "level", .kinds = WHOLE},
    {.name = "bytes", .kinds = WHOLE | NOTHING},
    {.name = "shared_by", .kinds = WHOLE | NOTHING},
    {.name = NULL},
};

const struct shape shape_machine[] = {
    {.name = "host", .kinds = TEXT},
    {.name = "kernel", .kinds = TEXT},
    {.name = "hypervisor", .kinds = TEXT},
    {.name = "governor", .kinds = TEXT},
    {.name = "turbo", .kinds = TEXT},
    {.name = "smt", .kinds = TEXT},
    {.name = "huge_pages", .kinds = TEXT},
    {.name = "cpu", .kinds = OBJECT, .members = cpu_shape},
    {.name = "caches", .kinds = LIST, .items = OBJECT, .members = cache_shape},
    {.name = "llc_bytes_measured", .kinds = WHOLE | NOTHING},
    {.name = "nodes", .kinds = WHOLE | NOTHING},
    {.name = "cpus", .kinds = WHOLE | NOTHING},
    {.name = "clock_ns", .kinds = NUMBER | NOTHING},
    {.name = "clock_resolution_ns", .kinds = NUMBER | NOTHING},
    {.name = "load", .kinds = NUMBER | NOTHING},
    {.name = "steal_percent", .kinds = NUMBER | NOTHING},
    {.name = "drift_percent", .kinds = NUMBER | NOTHING},
    {.name = "siblings", .kinds = TEXT, .optional = true},
    {.name = "governor_end", .kinds = TEXT, .optional = true},
    {.name = "turbo_end", .kinds = TEXT, .optional = true},
    {.name = "trend_percent", .kinds = NUMBER | NOTHING, .optional = true},
    {.name = "spin_ns", .kinds = NUMBER | NOTHING, .optional = true},
    {.name = "load_end", .kinds = NUMBER | NOTHING, .optional = true},
    {.name = "cpu_steal_percent", .kinds = NUMBER | NOTHING, .optional = true},
    {.name = "sibling_busy_percent", .kinds = NUMBER | NOTHING, .optional = true},
    {.name = "others_busy_percent", .kinds = NUMBER | NOTHING, .optional = true},
    {.name = "involuntary_switches", .kinds = NUMBER | NOTHING, .optional = true},
    {.name = "involuntary_per_s", .kinds = NUMBER | NOTHING, .optional = true},
    {.name = "throttles", .kinds = NUMBER | NOTHING, .optional = true},
    {.name = "huge_page_percent", .kinds = NUMBER | NOTHING, .optional = true},
    {.name = "remote_percent", .kinds = NUMBER | NOTHING, .optional = true},
    {.name = NULL},
};

static const struct shape hmat_shape[] = {
    {.name = "read_latency_ns", .kinds = NUMBER | NOTHING},
    {.name = "write_latency_ns", .kinds = NUMBER | NOTHING},
    {.name = "read_bandwidth_gb_s", .kinds = NUMBER | NOTHING},
    {.name = "write_bandwidth_gb_s", .kinds = NUMBER | NOTHING},
    {.name = NULL},
};

const struct shape shape_region[] = {
    {.name = "path_kind", .kinds = TEXT},
    {.name = "medium", .kinds = TEXT},
    {.name = "provenance", .kinds = TEXT},
    {.name = "provider", .kinds = TEXT},
    {.name = "granularity", .kinds = TEXT},
    {.name = "map_sync", .kinds = TEXT},
    {.name = "node", .kinds = WHOLE | NOTHING},
    {.name = "bytes", .kinds = WHOLE | NOTHING},
    {.name = "page_bytes", .kinds = WHOLE | NOTHING},
    {.name = "write_protect", .kinds = TEXT, .optional = true},
    {.name = "hmat", .kinds = OBJECT, .members = hmat_shape, .optional = true},
    {.name = NULL},
};

static const struct shape drain_shape[] = {
    {.name = "kind", .kinds = TEXT},
    {.name = "provenance", .kinds = TEXT},
    {.name = "source", .kinds = TEXT},
    {.name = "latency_ns", .kinds = NUMBER | NOTHING},
    {.name = "bytes_per_second", .kinds = NUMBER | NOTHING},
    {.name = "queue_bytes", .kinds = WHOLE | NOTHING},
    {.name = NULL},
};

static const struct shape dimm_shape[] = {
    {.name = "dimm", .kinds = TEXT},
    {.name = "count", .kinds = WHOLE},
    {.name = NULL},
};

const struct shape shape_domain[] = {
    {.name = "name", .kinds = TEXT},
    {.name = "source", .kinds = TEXT},
    {.name = "detected", .kinds = TEXT, .optional = true},
    {.name = "dirty_shutdown", .kinds = LIST, .items = OBJECT, .members = dimm_shape, .optional = true},
    {.name = "evidence", .kinds = LIST, .items = TEXT},
    {.name = "drain", .kinds = OBJECT, .members = drain_shape},
    {.name = NULL},
};

static const struct shape ratio_shape[] = {
    {.name = "ratio", .kinds = NUMBER | NOTHING},
    {.name = "ci_low", .kinds = NUMBER | NOTHING},
    {.name = "ci_high", .kinds = NUMBER | NOTHING},
    {.name = NULL},
};

static const struct shape group_shape[] = {
    {.name = "group", .kinds = TEXT},
    {.name = "same", .kinds = OBJECT, .members = ratio_shape},
    {.name = "different", .kinds = OBJECT, .members = ratio_shape},
    {.name = "expected_different", .kinds = NUMBER | NOTHING},
    {.name = "held", .kinds = TRUTH},
    {.name = "held_repeats", .kinds = WHOLE, .optional = true},
    {.name = NULL},
};

static const struct shape controls_shape[] = {
    {.name = "groups", .kinds = LIST, .items = OBJECT, .members = group_shape},
    {.name = "floor_ratio", .kinds = NUMBER | NOTHING},
    {.name = "held", .kinds = TRUTH},
    {.name = NULL},
};

const struct shape shape_warning[] = {
    {.name = "code", .kinds = TEXT},
    {.name = "message", .kinds = TEXT},
    {.name = "hint", .kinds = TEXT},
    {.name = NULL},
};

static const struct shape summary_shape[] = {
    {.name = "median", .kinds = NUMBER | NOTHING},
    {.name = "ci_low", .kinds = NUMBER | NOTHING},
    {.name = "ci_high", .kinds = NUMBER | NOTHING},
    {.name = "mad", .kinds = NUMBER | NOTHING},
    {.name = "p50", .kinds = NUMBER | NOTHING},
    {.name = "p90", .kinds = NUMBER | NOTHING},
    {.name = "p99", .kinds = NUMBER | NOTHING},
    {.name = "max", .kinds = NUMBER | NOTHING},
    {.name = "n", .kinds = WHOLE},
    {.name = "outliers", .kinds = WHOLE},
    {.name = NULL},
};

static const struct shape interval_shape[] = {
    {.name = "value", .kinds = NUMBER},
    {.name = "low", .kinds = NUMBER | NOTHING},
    {.name = "high", .kinds = NUMBER | NOTHING},
    {.name = NULL},
};

static const char *const sides[] = {"write", "fsync", NULL};

static const struct shape ledger_shape[] = {
    {.name = "stage", .kinds = TEXT},
    {.name = "how", .kinds = TEXT},
    {.name = "provenance", .kinds = TEXT},
    {.name = "side", .kinds = TEXT, .values = sides},
    {.name = "ns_added", .kinds = NUMBER | NOTHING},
    {.name = "added_low", .kinds = NUMBER | NOTHING},
    {.name = "added_high", .kinds = NUMBER | NOTHING},
    {.name = "ns_saved", .kinds = NUMBER | NOTHING},
    {.name = "saved_low", .kinds = NUMBER | NOTHING},
    {.name = "saved_high", .kinds = NUMBER | NOTHING},
    {.name = "overlaps", .kinds = TRUTH},
    {.name = "first_fence", .kinds = TRUTH},
    {.name = NULL},
};

static const struct shape counts_shape[] = {
    {.name = "bytes_copied", .kinds = NUMBER | NOTHING},
    {.name = "lines_flushed", .kinds = NUMBER | NOTHING},
    {.name = "nt_bytes", .kinds = NUMBER | NOTHING},
    {.name = "fences", .kinds = NUMBER | NOTHING},
    {.name = "locked_ops", .kinds = NUMBER | NOTHING},
    {.name = "entries_marked", .kinds = NUMBER | NOTHING},
    {.name = "entries_scanned", .kinds = NUMBER | NOTHING},
    {.name = "faults", .kinds = NUMBER | NOTHING},
    {.name = "drains", .kinds = NUMBER | NOTHING},
    {.name = "lines_dirtied", .kinds = NUMBER | NOTHING},
    {.name = "write_protects", .kinds = NUMBER | NOTHING, .optional = true},
    {.name = NULL},
};

static const struct shape histogram_shape[] = {
    {.name = "n", .kinds = WHOLE},
    {.name = "min", .kinds = WHOLE},
    {.name = "max", .kinds = WHOLE},
    {.name = "p50", .kinds = NUMBER | NOTHING},
    {.name = "p90", .kinds = NUMBER | NOTHING},
    {.name = "p99", .kinds = NUMBER | NOTHING},
    {.name = "p999", .kinds = NUMBER | NOTHING},
    {.name = "p9999", .kinds = NUMBER | NOTHING},
    {.name = "buckets", .kinds = LIST, .items = LIST},
    {.name = NULL},
};

static const struct shape latency_shape[] = {
    {.name = "unit", .kinds = TEXT},
    {.name = "stamp_ns", .kinds = NUMBER | NOTHING},
    {.name = "path_ns", .kinds = NUMBER | NOTHING},
    {.name = "buckets_an_octave", .kinds = WHOLE},
    {.name = "write", .kinds = OBJECT, .members = histogram_shape},
    {.name = "fsync", .kinds = OBJECT | NOTHING, .members = histogram_shape},
    {.name = NULL},
};

static const char *const cell_statuses[] = {"measured", "skipped", "failed", NULL};

static const struct shape cell_shape[] = {
    {.name = "key", .kinds = TEXT},
    {.name = "id", .kinds = TEXT},
    {.name = "kernel", .kinds = TEXT},
    {.name = "path", .kinds = TEXT},
    {.name = "copy", .kinds = TEXT},
    {.name = "copy_resolved", .kinds = TEXT},
    {.name = "track", .kinds = TEXT},
    {.name = "writeback", .kinds = TEXT},
    {.name = "domain", .kinds = TEXT},
    {.name = "stream_hash", .kinds = TEXT},
    {.name = "reason", .kinds = TEXT},
    {.name = "unit", .kinds = TEXT},
    {.name = "better", .kinds = TEXT},
    {.name = "ended_by", .kinds = TEXT},
#define AXIS(symbol, name_, standard, help) {.name = #symbol, .kinds = TEXT, .optional = true},
#include "results/axes.def"
#undef AXIS
    {.name = "footprint_bytes", .kinds = WHOLE | NOTHING},
    {.name = "dirty_bytes", .kinds = WHOLE | NOTHING},
    {.name = "file_bytes", .kinds = WHOLE | NOTHING},
    {.name = "reference_only", .kinds = TRUTH},
    {.name = "bistable", .kinds = TRUTH},
    {.name = "status", .kinds = TEXT, .values = cell_statuses},
    {.name = "samples", .kinds = LIST, .items = NUMBER | NOTHING},
    {.name = "layouts", .kinds = LIST, .items = WHOLE},
    {.name = "thread_ns", .kinds = LIST, .items = NUMBER | NOTHING, .optional = true},
    {.name = "rounds", .kinds = WHOLE},
    {.name = "dropped", .kinds = WHOLE},
    {.name = "repeat", .kinds = LIST, .items = NUMBER | NOTHING, .optional = true},
    {.name = "level", .kinds = LIST, .items = NUMBER | NOTHING, .optional = true},
    {.name = "summary", .kinds = OBJECT | NOTHING, .members = summary_shape},
    {.name = "write", .kinds = OBJECT | NOTHING, .members = summary_shape},
    {.name = "fsync", .kinds = OBJECT | NOTHING, .members = summary_shape},
    {.name = "fsync_call_ns", .kinds = OBJECT | NOTHING, .members = summary_shape},
    {.name = "gb_per_s", .kinds = NUMBER | NOTHING},
    {.name = "modelled_ns", .kinds = NUMBER | NOTHING},
    {.name = "modelled_serial_ns", .kinds = NUMBER | NOTHING, .optional = true},
    {.name = "latency", .kinds = OBJECT | NOTHING, .members = latency_shape, .optional = true},
    {.name = "ledger", .kinds = LIST, .items = OBJECT, .members = ledger_shape},
    {.name = "overlap_ns", .kinds = OBJECT | NOTHING, .members = interval_shape},
    {.name = "unattributed_ns", .kinds = OBJECT | NOTHING, .members = interval_shape},
    {.name = "persistence_ns", .kinds = OBJECT | NOTHING, .members = interval_shape},
    {.name = "counts", .kinds = OBJECT, .members = counts_shape},
    {.name = NULL},
};

static const struct shape side_shape[] = {
    {.name = "file", .kinds = TEXT | NOTHING},
    {.name = "id", .kinds = TEXT},
    {.name = NULL},
};

static const char *const verdicts[] = {"faster", "slower", "equivalent", "unresolved", "bistable", NULL};

static const struct shape comparison_shape[] = {
    {.name = "key", .kinds = TEXT},
    {.name = "method", .kinds = TEXT},
    {.name = "a", .kinds = OBJECT, .members = side_shape},
    {.name = "b", .kinds = OBJECT, .members = side_shape},
    {.name = "ratio", .kinds = NUMBER | NOTHING},
    {.name = "ci_low", .kinds = NUMBER | NOTHING},
    {.name = "ci_high", .kinds = NUMBER | NOTHING},
    {.name = "p", .kinds = NUMBER | NOTHING},
    {.name = "p_holm", .kinds = NUMBER | NOTHING},
    {.name = "ratio_modelled", .kinds = NUMBER | NOTHING},
    {.name = "ratio_modelled_serial", .kinds = NUMBER | NOTHING, .optional = true},
    {.name = "difference_ns", .kinds = OBJECT | NOTHING, .members = interval_shape, .optional = true},
    {.name = "verdict", .kinds = TEXT, .values = verdicts},
    {.name = "rounds", .kinds = WHOLE},
    {.name = "more_rounds", .kinds = WHOLE},
    {.name = NULL},
};

const char *const shape_statuses[] = {"complete", "interrupted", "failed", NULL};

static const struct shape whole_shape[] = {
    {.name = "status", .kinds = TEXT, .values = shape_statuses},
    {.name = "run", .kinds = OBJECT, .members = shape_run},
    {.name = "machine", .kinds = OBJECT, .members = shape_machine},
    {.name = "region", .kinds = OBJECT, .members = shape_region},
    {.name = "domain", .kinds = OBJECT, .members = shape_domain},
    {.name = "controls", .kinds = OBJECT, .members = controls_shape},
    {.name = "warnings", .kinds = LIST, .items = OBJECT, .members = shape_warning},
    {.name = "cells", .kinds = LIST, .items = OBJECT, .members = cell_shape},
    {.name = "comparisons", .kinds = LIST, .items = OBJECT, .members = comparison_shape},
    {.name = NULL},
};

const struct document_kind *document_result(void)
{
    static const struct document_kind kind = {RESULT_SCHEMA, RESULT_VERSION, "result",
                                              RESULT_FILE,   "run",          whole_shape};
    return &kind;
}

const struct document_kind *document_journal(void)
{
    static const struct document_kind kind = {JOURNAL_SCHEMA, RESULT_VERSION, "result",
                                              RESULT_FILE,    "run",          whole_shape};
    return &kind;
}
