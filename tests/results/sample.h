/* sample.h - a small result with invented numbers: two groups, five cells, one of them with a ledger */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_RESULTS_SAMPLE_H
#define TESTS_RESULTS_SAMPLE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "results/stats.h"
#include "results/verdict.h"

/* strcpy that cuts and always ends: for the struct's text arrays. */
#define SAMPLE_SET(array, text) snprintf((array), sizeof(array), "%s", (text))

/* Allocation for tests: an abort is the clearest failure. */
static inline void *sample_alloc(size_t count, size_t bytes)
{
    void *memory = calloc(count ? count : 1, bytes);
    if (!memory)
        abort();
    return memory;
}

static inline void sample_run(struct result_run *run)
{
    static char *argv[] = {"pmembench", "run", "--seed", "7", NULL};
    SAMPLE_SET(run->id, "20260101T000000Z-7");
    SAMPLE_SET(run->started, "2026-01-01T00:00:00Z");
    SAMPLE_SET(run->finished, "2026-01-01T00:10:00Z");
    run->argv = argv;
    run->seed = 7;
    SAMPLE_SET(run->plan, "default");
    SAMPLE_SET(run->version, "0.1.0");
    SAMPLE_SET(run->git, "unknown");
    SAMPLE_SET(run->compiler, "gcc 12.2.0");
    SAMPLE_SET(run->flags, "-O2");
    run->measuring_s = 571.25;
}

static inline void sample_machine(struct result_machine *m)
{
    *m = (struct result_machine){.family = 6,
                                 .model_number = 143,
                                 .stepping = 8,
                                 .tsc_ghz = 2.1,
                                 .caches = {{1, 48 << 10, 2}, {2, 2 << 20, 2}, {3, 105 << 20, 56}},
                                 .cache_count = 3,
                                 .llc_bytes_measured = 32 << 20,
                                 .clock_ns = 14.5,
                                 .clock_resolution_ns = 21,
                                 .nodes = 1,
                                 .cpus = 2,
                                 .load = 0.31,
                                 .steal_percent = NAN,
                                 .drift_percent = 1.7,
                                 .trend_percent = -0.4,
                                 .spin_ns = 9524.5,
                                 .load_end = 1.44,
                                 .cpu_steal_percent = 0.2,
                                 .sibling_busy_percent = 0.8,
                                 .others_busy_percent = 12,
                                 .involuntary_switches = 35,
                                 .involuntary_per_s = 0.06,
                                 .throttles = NAN,
                                 .huge_page_percent = 100,
                                 .remote_percent = 0};
    SAMPLE_SET(m->host, "fixture");
    SAMPLE_SET(m->vendor, "GenuineIntel");
    SAMPLE_SET(m->model, "Invented CPU: every number of this file is made up");
    SAMPLE_SET(m->microcode, "0x1");
    SAMPLE_SET(m->features, "SSE2,AVX2,AVX512F,ERMS,FSRM,CLFLUSH,CLFLUSHOPT,CLWB,MOVDIR64B");
    SAMPLE_SET(m->clwb, "retains");
    SAMPLE_SET(m->kernel, "6.1.0");
    SAMPLE_SET(m->hypervisor, "KVM");
    SAMPLE_SET(m->governor, "unknown");
    SAMPLE_SET(m->turbo, "unknown");
    SAMPLE_SET(m->smt, "on");
    SAMPLE_SET(m->huge_pages, "madvise");
    SAMPLE_SET(m->siblings, "1");
    SAMPLE_SET(m->governor_end, "unknown");
    SAMPLE_SET(m->turbo_end, "unknown");
}

static inline void sample_place(struct result_region *region, struct result_domain *domain)
{
    *region = (struct result_region){.node = 0, .bytes = 512 << 20, .page_bytes = 2 << 20};
    SAMPLE_SET(region->path_kind, "anonymous");
    SAMPLE_SET(region->medium, "dram");
    SAMPLE_SET(region->provenance, "stand-in");
    SAMPLE_SET(region->provider, "none");
    SAMPLE_SET(region->granularity, "cache-line");
    SAMPLE_SET(region->map_sync, "unknown");
    *domain =
        (struct result_domain){.evidence_count = 1, .drain = {.latency_ns = NAN, .bytes_per_second = NAN}};
    region->hmat = (struct result_hmat){80, 90, 102.4, 51.2};
    domain->dirty_shutdown[0] = (struct result_dimm){"nmem0", 3};
    domain->dirty_shutdown_count = 1;
    SAMPLE_SET(domain->name, "adr");
    SAMPLE_SET(domain->detected, "adr");
    SAMPLE_SET(domain->source, "chosen");
    SAMPLE_SET(domain->evidence[0], "--domain adr");
    SAMPLE_SET(domain->drain.kind, "store-fence");
    SAMPLE_SET(domain->drain.provenance, "measured");
    SAMPLE_SET(domain->drain.source, "two store fences");
}

/* n samples about ns, of which `write_share` is write(); every cell of a group gets the same noise of the
 * round. */
static inline void sample_times(struct result_cell *cell, double ns, double write_share, unsigned n,
                                uint64_t seed)
{
    struct rng rounds = {42}, own = {seed};
    double *part = sample_alloc(n, sizeof(*part));
    cell->status = CELL_MEASURED;
    cell->samples = sample_alloc(n, sizeof(double));
    cell->layouts = sample_alloc(n, 1);
    cell->sample_count = cell->rounds = n;
    cell->dropped = n;
    SAMPLE_SET(cell->ended_by, "precision");
    for (unsigned i = 0; i < n; i++) {
        double shared = (double)rng_below(&rounds, 1000) / 1000, noise = (double)rng_below(&own, 1000) / 1000;
        cell->samples[i] = ns * (0.98 + 0.04 * shared + 0.006 * noise);
        cell->layouts[i] = (uint8_t)(i % 4);
    }
    cell->summary = stats_summary(cell->samples, n);
    for (unsigned i = 0; i < n; i++)
        part[i] = cell->samples[i] * write_share;
    cell->write = stats_summary(part, n);
    for (unsigned i = 0; i < n; i++)
        part[i] = cell->samples[i] - part[i];
    cell->fsync = cell->fsync_call_ns = stats_summary(part, n);
    free(part);
}

/* A cell with its names, every axis at its default, and nothing measured. */
static inline void sample_cell(struct result_cell *cell, const char *kernel, const char *path,
                               const char *copy, const char *track, const char *writeback)
{
    struct interval unknown = {NAN, NAN, NAN};
    *cell = (struct result_cell){.status = CELL_SKIPPED,
                                 .gb_per_s = NAN,
                                 .overlap_ns = unknown,
                                 .unattributed_ns = unknown,
                                 .persistence_ns = unknown};
    SAMPLE_SET(cell->kernel, kernel);
    SAMPLE_SET(cell->path, path);
    SAMPLE_SET(cell->copy, copy);
    SAMPLE_SET(cell->copy_resolved, copy);
    SAMPLE_SET(cell->track, track);
    SAMPLE_SET(cell->writeback, writeback);
    SAMPLE_SET(cell->domain, "adr");
    SAMPLE_SET(cell->stream_hash, "0123456789abcdef");
    for (int i = 0; i < AXES; i++)
        SAMPLE_SET(cell->axis[i], axis_info((enum axis_id)i)->standard);
    cell->footprint_bytes = 1 << 20;
    cell->dirty_bytes = 1 << 20;
    cell->file_bytes = 1 << 20;
}

static inline void sample_row(struct result_cell *cell, const char *stage, const char *side, double added,
                              double saved)
{
    struct ledger_row *row = &cell->ledger[cell->ledger_rows++];
    *row = (struct ledger_row){.added = {added, added * 0.97 - 0.5, added * 1.03 + 0.5},
                               .saved = {saved, saved * 0.97 - 0.5, saved * 1.03 + 0.5}};
    row->overlaps = fabs(added - saved) > 0.03 * (fabs(added) + fabs(saved)) + 1;
    SAMPLE_SET(row->stage, stage);
    SAMPLE_SET(row->side, side);
    SAMPLE_SET(row->how, "ladder");
    SAMPLE_SET(row->provenance, strcmp(stage, "lookup") ? "real" : "stand-in");
}

static inline void sample_compare(struct result_comparison *c, const struct result_cell *a,
                                  const struct result_cell *b)
{
    struct paired_ratio r = stats_paired_ratio(a->samples, b->samples, a->sample_count, 0.95);
    *c = (struct result_comparison){.ratio = r.ratio,
                                    .p = r.p,
                                    .p_holm = r.p,
                                    .ratio_modelled = NAN,
                                    .ratio_modelled_serial = NAN,
                                    .rounds = r.pairs};
    SAMPLE_SET(c->key, b->key);
    SAMPLE_SET(c->a, a->id);
    SAMPLE_SET(c->b, b->id);
    SAMPLE_SET(c->method, "paired-sign");
    enum verdict verdict = stats_verdict(r.ratio, r.p, 1.01, a->bistable || b->bistable);
    SAMPLE_SET(c->verdict, stats_verdict_name(verdict));
    if (verdict == VERDICT_UNRESOLVED)
        c->more_rounds = stats_more_rounds(r.ratio, c->rounds, 1.01);
}

static inline void sample_controls(struct result_controls *controls, const struct result_cell *cell)
{
    *controls = (struct result_controls){.same = {1.001, 0.994, 1.008},
                                         .different = {1.052, 1.047, 1.056},
                                         .expected_different = 1.05,
                                         .held = true};
    result_group_name(cell, controls->group);
}

/* What every result of the tests has in common; cells, controls and comparisons are the caller's. */
static inline void sample_head(struct result *r)
{
    memset(r, 0, sizeof(*r));
    r->status = RUN_COMPLETE;
    sample_run(&r->run);
    sample_machine(&r->machine);
    sample_place(&r->region, &r->domain);
    r->floor_ratio = 1.01;
    r->controls_held = true;
    r->warnings = sample_alloc(2, sizeof(*r->warnings));
    r->warning_count = 2;
    SAMPLE_SET(r->warnings[0].code, "LLC_SHARED");
    SAMPLE_SET(r->warnings[0].message, "the last-level cache says 105 MiB, the knee is at 32 MiB");
    SAMPLE_SET(r->warnings[0].hint, "other guests use it too; sizes called llc and beyond follow the knee");
    SAMPLE_SET(r->warnings[1].code, "HYPERVISOR");
    SAMPLE_SET(r->warnings[1].message, "the machine is virtual (KVM)");
    SAMPLE_SET(r->warnings[1].hint, "repeat on the metal before believing small differences");
}

/* Stamped calls: `calls` of 512 ns, twice as many of a bucket above, and one outlier. */
static inline void sample_calls(struct result_histogram *h, uint64_t calls)
{
    static const uint64_t lows[] = {512, 528, 4096};
    *h = (struct result_histogram){.n = 3 * calls + 1,
                                   .min = 514,
                                   .max = 4100,
                                   .p50 = 543,
                                   .p90 = 543,
                                   .p99 = calls < 167 ? NAN : 543,
                                   .p999 = NAN,
                                   .p9999 = NAN};
    h->buckets = sample_alloc(3, sizeof(*h->buckets));
    h->bucket_count = 3;
    for (unsigned i = 0; i < 3; i++)
        h->buckets[i] = (struct result_bucket){lows[i], i == 2 ? 1 : (i + 1) * calls};
}

static inline void sample_latency(struct result_cell *cell, uint64_t writes, uint64_t fsyncs)
{
    cell->latency = (struct result_latency){
        .stamp_ns = 14, .path_ns = 1.1 * cell->summary.median, .buckets_an_octave = 32};
    sample_calls(&cell->latency.write, writes);
    if (fsyncs)
        sample_calls(&cell->latency.fsync, fsyncs);
}

static inline void sample_ledger(struct result_cell *cell)
{
    sample_row(cell, "loop", "write", 6.1, 5.8);
    sample_row(cell, "surround", "write", 231, 214);
    sample_row(cell, "lock", "write", 21.5, 6.2);
    sample_row(cell, "copy", "write", 71, 69);
    sample_row(cell, "mark", "write", 13.4, 12.9);
    sample_row(cell, "scan", "fsync", 9.2, 8.8);
    sample_row(cell, "writeback", "fsync", 312, 309);
    sample_row(cell, "fence", "fsync", 88, 41);
    cell->ledger[2].first_fence = true;
    cell->overlap_ns = (struct interval){85.5, 80.1, 91};
    cell->unattributed_ns = (struct interval){-3.5, -6, 1.25};
    cell->persistence_ns = (struct interval){493.6, 488, 499};
}

/* Fills r: group 1 (size 4096) bypass, deferred-bitmap with ledger, volatile; group 2 (size 64) bypass, and a
 * skipped one. Free it with result_free. */
static inline void sample_result(struct result *r)
{
    sample_head(r);
    r->cell_count = 5;
    r->cells = sample_alloc(r->cell_count, sizeof(*r->cells));
    struct result_cell *c = r->cells;
    sample_cell(&c[0], "write_fsync", "bypass", "movnti", "none", "none");
    sample_cell(&c[1], "write_fsync", "deferred-bitmap", "rep-movsb", "bitmap", "clwb");
    sample_cell(&c[2], "write_fsync", "volatile", "rep-movsb", "none", "none");
    sample_cell(&c[3], "write_fsync", "bypass", "movnti", "none", "none");
    sample_cell(&c[4], "write_fsync", "bypass-wide", "movdir64b", "none", "none");
    sample_times(&c[0], 941, 0.93, 40, 1);
    sample_times(&c[1], 752, 0.46, 40, 2);
    sample_times(&c[2], 322, 1, 40, 3);
    sample_times(&c[3], 403, 0.84, 40, 4);
    c[2].reference_only = true;
    c[2].fsync = c[2].fsync_call_ns = stats_summary(NULL, 0);
    SAMPLE_SET(c[4].reason, "this CPU has no MOVDIR64B");
    sample_ledger(&c[1]);
    sample_latency(&c[0], 1000, 100);
    sample_latency(&c[2], 200, 0);
    c[1].gb_per_s = 4096 / c[1].summary.median;
    c[1].counts =
        (struct result_counts){.bytes_copied = 4096, .lines_flushed = 64, .fences = 2, .locked_ops = 9};
    for (int i = 3; i < 5; i++)
        SAMPLE_SET(c[i].axis[AXIS_size], "64");
    for (int i = 0; i < 5; i++)
        result_cell_name(&c[i]);
    r->control_count = 2;
    r->controls = sample_alloc(2, sizeof(*r->controls));
    sample_controls(&r->controls[0], &c[0]);
    sample_controls(&r->controls[1], &c[3]);
    r->comparison_count = 1;
    r->comparisons = sample_alloc(1, sizeof(*r->comparisons));
    sample_compare(&r->comparisons[0], &c[0], &c[1]);
}

#endif
