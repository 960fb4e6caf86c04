/* latency.c - stamped calls: chosen cells, their rounds, their percentiles */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/latency.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "results/stats.h"

static const double VISIT_NS = 1e6;

int latency_choose(struct run_cells *cells, struct error *err)
{
    size_t chosen = 0;
    for (size_t i = 0; i < cells->count; i++) {
        struct run_cell *c = &cells->cells[i];
        c->latency = c->runnable && path_parts(LAYOUT_PATH)->of[c->spec.kernel].stamped &&
                     (c->spec.kernel != KERNEL_WRITE_FSYNC || c->spec.surround == SURROUND_KERNEL);
        chosen += c->latency;
    }
    if (chosen)
        return 0;
    return error_set(err, EXIT_USAGE,
                     "--latency: stamped are the calls of whole paths, of kernel write_fsync with "
                     "surround=kernel, and no cell of this run is such; leave --surround and --kernel out");
}

struct stamp_clock latency_clock(double tsc_ghz)
{
    return (struct stamp_clock){.ns_per_tick = 1 / tsc_ghz, .empty_ticks = stamp_empty_ticks()};
}

struct stamped *stamped_create(void)
{
    return calloc(1, sizeof(struct stamped));
}

void stamped_free(struct stamped *s)
{
    if (!s)
        return;
    free(s->write_ns);
    free(s->fsync_ns);
    free(s->call_ns);
    free(s->path_ns);
    free(s);
}

void stamped_plan(struct stamped *s, uint64_t least, uint64_t most, double ns)
{
    most = most > VISIT_PERIODS ? VISIT_PERIODS : most;
    uint64_t wanted = ns > VISIT_NS / VISIT_PERIODS ? (uint64_t)(VISIT_NS / ns) : VISIT_PERIODS;
    wanted = wanted < most ? wanted : most;
    s->periods = wanted > least ? wanted : least;
}

void stamped_take(struct stamped *s, const struct cell *cell, double path_ns)
{
    s->round_write = s->round_fsync = (struct histogram){0};
    latency_gather(cell, &s->round_write, &s->round_fsync);
    s->round_path_ns = path_ns;
}

int stamped_reserve(struct stamped *s, unsigned rounds, struct error *err)
{
    double **lists[] = {&s->write_ns, &s->fsync_ns, &s->call_ns, &s->path_ns};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        double *more = realloc(*lists[i], rounds * sizeof(*more));
        if (!more)
            return error_set(err, EXIT_CANNOT, "latency: no memory for %u rounds", rounds);
        *lists[i] = more;
    }
    return 0;
}

void stamped_keep(struct stamped *s, unsigned threads)
{
    if (!s->round_write.n)
        return;
    double ops = (double)s->round_write.n * (threads ? threads : 1); /* their calls run side by side */
    double fsync_ns = (double)s->round_fsync.sum;
    s->write_ns[s->rounds] = (double)s->round_write.sum / ops;
    s->fsync_ns[s->rounds] = fsync_ns / ops;
    s->call_ns[s->rounds] = fsync_ns / (double)s->round_fsync.n;
    s->path_ns[s->rounds] = s->round_path_ns;
    s->rounds++;
    histogram_merge(&s->write, &s->round_write);
    histogram_merge(&s->fsync, &s->round_fsync);
    s->round_write = s->round_fsync = (struct histogram){0};
}

static double percentile(const struct histogram *h, uint64_t one_in)
{
    uint64_t ns;
    return histogram_percentile(h, one_in, &ns) ? (double)ns : NAN;
}

static int fill_histogram(struct result_histogram *out, const struct histogram *h, struct error *err)
{
    free(out->buckets);
    *out = (struct result_histogram){.n = h->n,
                                     .min = h->min,
                                     .max = h->max,
                                     .p50 = percentile(h, 2),
                                     .p90 = percentile(h, 10),
                                     .p99 = percentile(h, 100),
                                     .p999 = percentile(h, 1000),
                                     .p9999 = percentile(h, 10000)};
    if (!h->n)
        return 0;
    out->buckets = malloc(HISTOGRAM_BUCKETS * sizeof(*out->buckets));
    if (!out->buckets)
        return error_set(err, EXIT_CANNOT, "latency: no memory");
    for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++)
        if (h->count[b])
            out->buckets[out->bucket_count++] =
                (struct result_bucket){.low_ns = histogram_low(b), .count = h->count[b]};
    return 0;
}

int latency_fill(const struct stamped *s, const struct stamp_clock *clock, struct result_cell *out,
                 struct error *err)
{
    struct result_latency *l = &out->latency;
    out->write = stats_summary(s->write_ns, s->rounds);
    out->fsync = stats_summary(s->fsync_ns, s->fsync.n ? s->rounds : 0);
    out->fsync_call_ns = stats_summary(s->call_ns, s->fsync.n ? s->rounds : 0);
    l->stamp_ns = (double)clock->empty_ticks * clock->ns_per_tick;
    l->path_ns = stats_median(s->path_ns, s->rounds);
    l->buckets_an_octave = HISTOGRAM_AN_OCTAVE;
    return fill_histogram(&l->write, &s->write, err) || fill_histogram(&l->fsync, &s->fsync, err) ? -1 : 0;
}

void latency_warn(struct result *r)
{
    size_t without = 0;
    for (size_t c = 0; c < r->cell_count; c++)
        without += r->cells[c].status == CELL_MEASURED && !r->cells[c].latency.write.n;
    struct result_warning *more =
        without ? realloc(r->warnings, (r->warning_count + 1) * sizeof(*more)) : NULL;
    if (!more)
        return;
    r->warnings = more;
    struct result_warning *w = &more[r->warning_count++];
    *w = (struct result_warning){0};
    text_copy(w->code, sizeof(w->code), "LATENCY_SURROUND");
    snprintf(w->message, sizeof(w->message),
             "%zu cells have no latencies: their calls are not those of kernel write_fsync with "
             "surround=kernel",
             without);
    text_copy(w->hint, sizeof(w->hint), "their costs are measured; for latencies use --surround kernel");
}
