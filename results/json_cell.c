/* json_cell.c - a cell as JSON: its question, samples, summaries, ledger and counts */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "results/json.h"

/* Six digits: a part in a million, far below any clock's resolution over a sample, at a third of the bytes.
 */
static json_t *sample_json(const void *item)
{
    char text[32];
    double sample = *(const double *)item;
    if (!isfinite(sample))
        return json_null();
    snprintf(text, sizeof(text), "%.6g", sample);
    return json_real(strtod(text, NULL));
}

static json_t *layout_json(const void *item)
{
    return json_integer(*(const uint8_t *)item);
}

static json_t *summary_json(const struct summary *s)
{
    if (!s->n)
        return json_null();
    struct object o = object_begin();
    object_put(&o, "median", json_number(s->median));
    object_put(&o, "ci_low", json_number(s->ci_low));
    object_put(&o, "ci_high", json_number(s->ci_high));
    object_put(&o, "mad", json_number(s->mad));
    object_put(&o, "p50", json_number(s->p50));
    object_put(&o, "p90", json_number(s->p90));
    object_put(&o, "p99", json_number(s->p99));
    object_put(&o, "max", json_number(s->max));
    object_put(&o, "n", json_count(s->n));
    object_put(&o, "outliers", json_count(s->outliers));
    return object_end(&o);
}

json_t *interval_json(const struct interval *i)
{
    if (!isfinite(i->value))
        return json_null();
    struct object o = object_begin();
    object_put(&o, "value", json_number(i->value));
    object_put(&o, "low", json_number(i->low));
    object_put(&o, "high", json_number(i->high));
    return object_end(&o);
}

static json_t *ledger_row_json(const void *item)
{
    const struct ledger_row *row = item;
    struct object o = object_begin();
    object_put(&o, "stage", json_text(row->stage));
    object_put(&o, "side", json_text(row->side));
    object_put(&o, "ns_added", json_number(row->added.value));
    object_put(&o, "added_low", json_number(row->added.low));
    object_put(&o, "added_high", json_number(row->added.high));
    object_put(&o, "ns_saved", json_number(row->saved.value));
    object_put(&o, "saved_low", json_number(row->saved.low));
    object_put(&o, "saved_high", json_number(row->saved.high));
    object_put(&o, "overlaps", json_boolean(row->overlaps));
    object_put(&o, "first_fence", json_boolean(row->first_fence));
    object_put(&o, "how", json_text(row->how));
    object_put(&o, "provenance", json_text(row->provenance));
    return object_end(&o);
}

static json_t *counts_json(const struct result_counts *c)
{
    struct object o = object_begin();
    object_put(&o, "bytes_copied", json_number(c->bytes_copied));
    object_put(&o, "lines_flushed", json_number(c->lines_flushed));
    object_put(&o, "nt_bytes", json_number(c->nt_bytes));
    object_put(&o, "fences", json_number(c->fences));
    object_put(&o, "locked_ops", json_number(c->locked_ops));
    object_put(&o, "entries_marked", json_number(c->entries_marked));
    object_put(&o, "entries_scanned", json_number(c->entries_scanned));
    object_put(&o, "faults", json_number(c->faults));
    object_put(&o, "drains", json_number(c->drains));
    object_put(&o, "lines_dirtied", json_number(c->lines_dirtied));
    if (isfinite(c->write_protects))
        object_put(&o, "write_protects", json_number(c->write_protects));
    return object_end(&o);
}

static json_t *bucket_json(const void *item)
{
    const struct result_bucket *bucket = item;
    json_t *pair = json_array();
    if (json_array_append_new(pair, json_count(bucket->low_ns)) ||
        json_array_append_new(pair, json_count(bucket->count))) {
        json_decref(pair);
        return NULL;
    }
    return pair;
}

json_t *histogram_json(const struct result_histogram *h)
{
    if (!h->n)
        return json_null();
    struct object o = object_begin();
    object_put(&o, "n", json_count(h->n));
    object_put(&o, "min", json_count(h->min));
    object_put(&o, "max", json_count(h->max));
    object_put(&o, "p50", json_number(h->p50));
    object_put(&o, "p90", json_number(h->p90));
    object_put(&o, "p99", json_number(h->p99));
    object_put(&o, "p999", json_number(h->p999));
    object_put(&o, "p9999", json_number(h->p9999));
    object_put(&o, "buckets", json_list(h->buckets, h->bucket_count, sizeof(h->buckets[0]), bucket_json));
    return object_end(&o);
}

static json_t *latency_json(const struct result_latency *l)
{
    if (!l->write.n)
        return json_null();
    struct object o = object_begin();
    object_put(&o, "unit", json_string("ns"));
    object_put(&o, "stamp_ns", json_number(l->stamp_ns));
    object_put(&o, "path_ns", json_number(l->path_ns));
    object_put(&o, "buckets_an_octave", json_count(l->buckets_an_octave));
    object_put(&o, "write", histogram_json(&l->write));
    object_put(&o, "fsync", histogram_json(&l->fsync));
    return object_end(&o);
}

static void put_axes(struct object *o, const struct result_cell *cell)
{
    for (int i = 0; i < AXES; i++)
        object_put(o, axis_member((enum axis_id)i), json_text(cell->axis[i]));
}

static void put_question(struct object *o, const struct result_cell *cell)
{
    object_put(o, "key", json_text(cell->key));
    object_put(o, "id", json_text(cell->id));
    object_put(o, "kernel", json_text(cell->kernel));
    object_put(o, "path", json_text(cell->path));
    object_put(o, "copy", json_text(cell->copy));
    object_put(o, "copy_resolved", json_text(cell->copy_resolved));
    object_put(o, "track", json_text(cell->track));
    object_put(o, "writeback", json_text(cell->writeback));
    object_put(o, "domain", json_text(cell->domain));
    put_axes(o, cell);
    object_put(o, "footprint_bytes", json_count(cell->footprint_bytes));
    object_put(o, "dirty_bytes", json_count_or_null(cell->dirty_bytes));
    object_put(o, "file_bytes", json_count(cell->file_bytes));
    object_put(o, "stream_hash", json_text(cell->stream_hash));
    object_put(o, "reference_only", json_boolean(cell->reference_only));
}

static void put_samples(struct object *o, const struct result_cell *cell)
{
    size_t layouts = cell->layouts ? cell->sample_count : 0;
    object_put(o, "samples", json_list(cell->samples, cell->sample_count, sizeof(double), sample_json));
    object_put(o, "layouts", json_list(cell->layouts, layouts, 1, layout_json));
    object_put(o, "thread_ns", json_list(cell->thread_ns, cell->thread_count, sizeof(double), sample_json));
    object_put(o, "rounds", json_count(cell->rounds));
    object_put(o, "dropped", json_count(cell->dropped));
    object_put(o, "ended_by", json_text(cell->ended_by));
    object_put(o, "bistable", json_boolean(cell->bistable));
    object_put(o, "repeat", json_array());
    object_put(o, "level", json_list(&cell->level, cell->level > 0, sizeof(double), sample_json));
}

json_t *cell_json(const void *item)
{
    static const char *const statuses[] = {"measured", "skipped", "failed"};
    const struct result_cell *cell = item;
    struct object o = object_begin();
    put_question(&o, cell);
    object_put(&o, "status", json_string(statuses[cell->status]));
    object_put(&o, "reason", json_text(cell->reason));
    object_put(&o, "unit", json_string("ns/op"));
    object_put(&o, "better", json_string("lower"));
    put_samples(&o, cell);
    object_put(&o, "summary", summary_json(&cell->summary));
    object_put(&o, "write", summary_json(&cell->write));
    object_put(&o, "fsync", summary_json(&cell->fsync));
    object_put(&o, "fsync_call_ns", summary_json(&cell->fsync_call_ns));
    object_put(&o, "gb_per_s", json_number(cell->gb_per_s));
    object_put(&o, "latency", latency_json(&cell->latency));
    object_put(&o, "ledger",
               json_list(cell->ledger, cell->ledger_rows, sizeof(cell->ledger[0]), ledger_row_json));
    object_put(&o, "overlap_ns", interval_json(&cell->overlap_ns));
    object_put(&o, "unattributed_ns", interval_json(&cell->unattributed_ns));
    object_put(&o, "persistence_ns", interval_json(&cell->persistence_ns));
    object_put(&o, "modelled_ns", json_number(cell->modelled_ns));
    object_put(&o, "modelled_serial_ns", json_number(cell->modelled_serial_ns));
    object_put(&o, "counts", counts_json(&cell->counts));
    return object_end(&o);
}
